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
    from decimal import Decimal
    from typing import Any

    from .kernel.charges_report import ChargeReport
    from .kernel.estimate_report import EstimateReport
    from .kernel.policy_report import PolicyReport

__all__ = ["__version__", "estimate", "ledger", "load_ipython_extension", "policy", "unload_ipython_extension"]


def estimate(  # noqa: PLR0913 - each is an option by its own name
    target: object = None,
    *,
    kind: str | None = None,
    region_id: str | None = None,
    hours: Decimal | float | str | None = None,
    instance_type: str | None = None,
    instance_count: int | None = None,
    is_spot: bool | None = None,
    volume_gb: int | None = None,
    input_gb: Decimal | float | str | None = None,
) -> EstimateReport:
    """Tell what a launch would cost; nothing is launched, and AWS is asked nothing.

    Args:
        target: An object of a SageMaker SDK or a request as boto3 takes it; left out: the options describe it.
        kind: Such as ``training`` or ``endpoint``; left out: it is found from the target's shape.
        region_id: Where it would run; left out: the target's session's, else that of the environment.
        hours: How long one run is expected to take, above 0 to 8,784; left out: by earlier runs, else by its limit.
        instance_type: Such as ``ml.g5.xlarge``. This and all below count more than what the target says.
        instance_count: From 1 on.
        is_spot: Whether it runs on managed Spot.
        volume_gb: Size of each instance's volume, in GB, from 1 on.
        input_gb: How large the data is that one run reads, in GB (10⁹ bytes), above 0; left out: as S3 has lately listed it.

    Returns:
        What shows itself in a notebook, and has `estimate` and `to_dict()`.

    Raises:
        MlcostError: The target or an option is wrong, or no region is known; it says what to do.
    """
    from .kernel.estimate import estimate as estimate_target

    return estimate_target(
        target,
        kind=kind,
        region_id=region_id,
        hours=hours,
        instance_type=instance_type,
        instance_count=instance_count,
        is_spot=is_spot,
        volume_gb=volume_gb,
        input_gb=input_gb,
    )


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


def policy() -> PolicyReport:
    """Give the policy in force here, and where each value of it is from.

    Returns:
        What shows itself in a notebook, and has `in_force` and `to_dict()`.
    """
    from .kernel.policy_report import report

    return report()


class _Ledger(ModuleType):
    """The package `ledger`: once it is imported it stands where the function of its name stood, and is called as that is."""

    __call__ = staticmethod(ledger)


class _Policy(ModuleType):
    """The same of the package `policy`."""

    __call__ = staticmethod(policy)


class _Package(ModuleType):
    def __setattr__(self, name: str, value: object) -> None:
        room = {"ledger": _Ledger, "policy": _Policy}.get(name)
        if room is not None and isinstance(value, ModuleType):
            value.__class__ = room
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
