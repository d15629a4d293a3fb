"""Decision: what a kernel's guard has said of a launch, what became of it, and what a fix that was taken avoids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from .estimate import FindingVerdict

SavingOrigin = Literal["launch", "endpoint"]
"""`launch`: its request was mended before it was sent; `endpoint`: one that nobody used was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedFinding:
    """What a rule has said of a launch; texts are as the kernel wrote them."""

    rule: str
    verdict: FindingVerdict
    subject: str | None
    """Which part of the request it is about; None: the whole."""
    message: str
    title: str | None = None
    hint: str | None = None
    saving: Decimal | None = None
    """What its fix would have saved of the launch's cost, by the estimates; None: not known."""
    billing_currency: str | None = None
    """Of the saving."""
    is_mendable: bool = False
    """Whether a change of the request alone would have mended it, without anything that only a person can say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedLaunch:
    """A launch that AWS has accepted, with what was said of it before."""

    id: str
    at: datetime
    kind: str
    region_id: str
    name: str
    notebook: str | None
    cell_id: str | None
    findings: tuple[DecidedFinding, ...] = ()
    """Empty: there was nothing to say, or nobody looked."""
    fixed: tuple[str, ...] = ()
    """Rules whose findings were mended before it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AvoidedCost:
    """What a fix that was taken avoids; foreseen, and never on a bill."""

    id: str
    """Of the decision or of the finding, with its origin before it: what is told twice is counted once."""
    at: datetime
    origin: SavingOrigin
    kind: str
    region_id: str
    name: str
    rules: tuple[str, ...]
    low: Decimal | None
    """None: not known; below zero: it may have cost more."""
    expected: Decimal
    billing_currency: str
    basis: str
    """What it rests on: of a launch the estimate's own word, of an endpoint ``days_unused``."""
