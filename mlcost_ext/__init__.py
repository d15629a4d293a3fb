"""Cost guardrails for machine learning on AWS, shown in the notebook where the cost is decided.

This file is imported by every kernel and every Jupyter server of the environment, so it imports nothing itself.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from ._version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from typing import Any

    from .kernel.charges_report import ChargeReport

__all__ = ["__version__", "ledger", "load_ipython_extension", "unload_ipython_extension"]


def ledger(start: date | str | None = None, end: date | str | None = None, *, group_by: str | Iterable[str] = ()) -> ChargeReport:
    """Give what was charged, as the ledger of the Jupyter server behind this kernel has it; none of it is a bill.

    Args:
        start: The first day UTC, such as ``"2026-11-01"``; left out: the first of this month.
        end: The day after the last, as in ``GET charges``; left out: tomorrow.
        group_by: Names such as ``day``, ``service``, ``notebook`` or ``tag:team``: sums instead of single charges.

    Returns:
        What shows itself in a notebook, and has `to_pandas()`, `to_arrow()` and `to_dict()`.

    Raises:
        MlcostError: There is no ledger, it cannot be read, or a day or a name is none.
    """
    from .kernel.charges import read_charges

    return read_charges(start, end, group_by)


class _Room(ModuleType):
    """The package `ledger`: once it is imported it stands where the function of its name stood, and is called as that is."""

    __call__ = staticmethod(ledger)


class _Package(ModuleType):
    def __setattr__(self, name: str, value: object) -> None:
        if name == "ledger" and isinstance(value, ModuleType):
            value.__class__ = _Room
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


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
