"""Cost guardrails for machine learning on AWS, shown in the notebook where the cost is decided.

This file is imported by every kernel and every Jupyter server of the environment, so it imports nothing itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._version import __version__

if TYPE_CHECKING:
    from typing import Any

__all__ = ["__version__", "load_ipython_extension", "unload_ipython_extension"]


def load_ipython_extension(ipython: Any) -> None:
    """Switch the guardrails and magics on in this kernel; loading twice is harmless."""
    from .kernel.bootstrap import load

    load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """Take everything back that `load_ipython_extension` did."""
    from .kernel.bootstrap import unload

    unload(ipython)


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .server.app import MlcostExtApp

    return [{"module": "mlcost_ext", "app": MlcostExtApp}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "mlcost-ext-labextension"}]
