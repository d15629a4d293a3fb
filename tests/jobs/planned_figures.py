"""What a planned request comes to in money, counted with nothing but its lines, its limits and the small price list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, fields
from decimal import Decimal
from typing import Any

from mlcost_ext.core.money import to_wire
from mlcost_ext.core.planned import Planned, PlannedLine, PlannedRun, RunKey, Way

from .figures import GB_MONTH, HOURLY, total

HOUR, MONTH = 3600, 30 * 86400
SERVERLESS_A_GB_SECOND = Decimal("0.0000067")
NOTHING = Decimal(0)
USUAL = {each.name: each.default for each in fields(PlannedRun) if each.default is not MISSING and each.name != "key"}


def line_text(planned: PlannedLine) -> str:
    """Write a line in a row: quantity, what, component, unit, clock, and what else is told of it."""
    line = planned.line
    what = f"× {line.instance_type} " if line.instance_type else ""
    scale = f", scaled {planned.at_least} to {planned.at_most}" if (planned.at_least, planned.at_most) != (None, None) else ""
    bought = "" if line.purchase_option == "OnDemand" else f", {line.purchase_option}"
    paid = ", prepaid" if planned.is_prepaid else ""
    return f"{line.quantity:f} {what}{line.component} {line.pricing_unit}, {planned.clock}{bought}{paid}{scale}"


def run_figures(run: PlannedRun) -> dict[str, Any]:
    """Write a run: its ways, and whatever is not as usual."""
    unusual = {name: getattr(run, name) for name, usual in USUAL.items() if getattr(run, name) != usual}
    key = {each.name: getattr(run.key, each.name) for each in fields(RunKey) if getattr(run.key, each.name) is not None}
    return {"ways": [[line_text(planned) for planned in way] for way in run.ways], **unusual, **({"key": key} if key else {})}


def planned_figures(planned: Planned) -> dict[str, Any]:
    """Write a planned request; of problems their codes."""
    together = {name: getattr(planned, name) for name in ("fewest_together", "most_together")}
    return {
        "runs": [run_figures(run) for run in planned.runs],
        "assumptions": list(planned.assumptions),
        "unpriced": [problem.code for problem in planned.unpriced],
        "notes": [problem.code for problem in planned.notes],
        **{name: value for name, value in together.items() if value is not None},
    }


def unit_cost(planned: PlannedLine) -> Decimal | None:
    """Give what one unit of a line's quantity costs a second, times 3,600 × 2,592,000 so that nothing is rounded."""
    line = planned.line
    if planned.is_prepaid:
        return NOTHING
    if line.component == "Serverless":
        return SERVERLESS_A_GB_SECOND * HOUR * MONTH
    if line.instance_type is not None:
        amount = HOURLY.get(line.instance_type)
        return None if amount is None else Decimal(amount) * MONTH
    amount = GB_MONTH.get(line.component.removeprefix("Storage-"))
    return None if amount is None else Decimal(amount) * HOUR


def amount(planned: PlannedLine, quantity: Decimal, seconds: int) -> Decimal | None:
    cost = unit_cost(planned)
    return None if cost is None else cost * quantity * seconds


def run_seconds(run: PlannedRun, clock: str) -> int | None:
    """Give how many seconds all runs together use a line at most; None: there is no end."""
    if clock == "kept":
        return run.keep_alive_seconds * run.most
    if run.max_runtime_in_seconds is None:
        return None
    seconds = run.max_runtime_in_seconds * run.most
    return seconds if run.whole_limit_seconds is None else min(seconds, run.parallel * run.whole_limit_seconds)


def at_most(run: PlannedRun, way: Way) -> Decimal | None:
    spans = [(planned, run_seconds(run, planned.clock)) for planned in way]
    return total(None if seconds is None else amount(planned, planned.line.quantity, seconds) for planned, seconds in spans)


def an_hour(way: Way, scaled: str | None = None) -> Decimal | None:
    """Give what an hour of a way costs, at the quantity it starts with or at one it may be brought to."""
    used = [planned for planned in way if planned.clock != "kept"]
    told = [(planned, getattr(planned, scaled) if scaled else None) for planned in used]
    return total(amount(planned, planned.line.quantity if to is None else to, HOUR) for planned, to in told)


def extreme(pick: Any, amounts: Iterable[Decimal | None]) -> Decimal | None:
    found = list(amounts)
    known = [each for each in found if each is not None]
    return pick(known) if known and len(known) == len(found) else None


def money_of(planned: Planned) -> dict[str, str | None]:
    """Give the most it can cost, what an hour costs to begin with, and between what that may be brought; null: not known."""
    highs = [extreme(max, (at_most(run, way) for way in run.ways)) for run in planned.runs]
    figures = {
        "high": total(highs) if planned.most_together is None else extreme(max, highs),
        "hour": total(an_hour(run.ways[0]) for run in planned.runs),
        "hour_low": total(extreme(min, (an_hour(way, "at_least") for way in run.ways)) for run in planned.runs),
        "hour_high": total(extreme(max, (an_hour(way, "at_most") for way in run.ways)) for run in planned.runs),
    }
    return {name: None if each is None else to_wire(each / (HOUR * MONTH)) for name, each in figures.items()}
