"""Everything an overview is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlcost_ext.core.calibration import Calibration
from mlcost_ext.core.documents import AwsState, Charged, Past
from mlcost_ext.core.host import Host
from mlcost_ext.core.idle_documents import Idle
from mlcost_ext.core.job import Problem
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import UnitPrice

from .findings import Found
from .session import SessionCosts
from .standing import StandingBook
from .watch import JobBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything an overview is drawn from."""

    host: Host
    book: JobBook
    aws: AwsState
    prices: PriceSource
    """In the billing currency."""
    billing_currency: str = "USD"
    standing: StandingBook = field(default_factory=StandingBook)
    past: Past | None = None
    charged: Charged | None = None
    calibration: Calibration | None = None
    """How estimates have held; None: it is not known yet."""
    found: Found = field(default_factory=Found)
    session_costs: SessionCosts | None = None
    """What the ledger has of this machine; None: it has not been read."""
    scope_account: bool = False
    """Whether others' things may be asked for."""
    session_price: UnitPrice | None = None
    """A price that configuration gives for this machine, instead of the price list's."""
    problems: tuple[Problem, ...] = field(default_factory=tuple)
    clock_offset_seconds: float | None = None
    """AWS's clock minus this machine's; None: AWS has not answered yet."""
    idle: Idle | None = None
    """The idle verdict; None: there is none yet, or the policy wants none."""
    is_session_awaited: bool = False
    """AWS has been asked what this machine is, and has not answered yet."""
