"""How large a run's input is, who says so, and what an estimate tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from mlcost_ext.core.money import EXACT
from mlcost_ext.core.runs import MeasuredInput

GB = Decimal(10**9)
MEASURED_WITHIN = timedelta(days=30)
"""What was listed before may be another data set by now."""
DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSize:
    """A size above 0, with its source."""

    input_bytes: int
    source: str
    """In words, to stand after the size."""


def told_size(input_bytes: int) -> InputSize:
    """Take the user's word."""
    return InputSize(input_bytes=input_bytes, source="as given")


def measured(found: MeasuredInput | None, now: datetime) -> InputSize | None:
    """Take what S3 has listed; None: nothing, or not within thirty days."""
    if found is None or found.input_bytes <= 0 or now - found.measured_at > MEASURED_WITHIN:
        return None
    return InputSize(input_bytes=found.input_bytes, source=f"measured at S3 on {found.measured_at.date().isoformat()}")


def converted(size: InputSize) -> tuple[str, ...]:
    """Say that earlier runs were converted to a size, and where it is from."""
    amount = in_words(size.input_bytes)
    return (
        f"runtime: those runs are converted to this input's size of {amount}, since their length followed it",
        f"input: {amount}, {size.source}",
    )


def not_counted(input_bytes: int) -> str:
    """Say that a size which the user gave changes nothing."""
    why = "since the runtime rests on no earlier runs whose length followed it"
    return f"input: {in_words(input_bytes)}, as given; not counted, {why}"


def in_words(input_bytes: int) -> str:
    """Write a size with three digits, such as ``40 GB``, ``1,250 GB`` or ``0.0312 GB``."""
    amount = EXACT.divide(Decimal(input_bytes), GB)
    step = Decimal(1).scaleb(min(0, amount.adjusted() + 1 - DIGITS))
    return f"{amount.quantize(step).normalize():,f} GB"
