"""Golden cases: AWS's description of a thing beside what it costs, with the arithmetic written out and the rule it follows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.money import to_wire
from mlcost_ext.core.times import time_from_text
from mlcost_ext.jobs import KINDS, STANDING_KINDS, kind_named, standing_kind_named
from mlcost_ext.usecases.meter import meter, one_price, price_problems
from tests.fakes import has_local_disk

from .figures import FACTS, PRICES, job_figures, standing_figures, unpriced

CASES = Path(__file__).parent / "cases"
JOB_MONEY = ("cost", "cost_per_hour", "storage_cost", "storage_cost_per_hour", "high")
SUM_MONEY = ("storage_cost", "high")
STANDING_MONEY = ("cost_per_day", "storage_cost_per_day")


def cases() -> list[Any]:
    """Give the cases that have a description; those of requests are tried in `test_requests.py`."""
    found = sorted(path.parent for path in CASES.glob("*/*/description.json"))
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in found]


def actual(case: Path, now_text: str) -> tuple[dict[str, Any], list[str]]:
    """Read a case's description: its figures at that time, and the codes of what they lack."""
    now = time_from_text(now_text)
    assert now is not None
    description = json.loads((case / "description.json").read_text())
    kind, standing_kind = kind_named(case.parent.name), standing_kind_named(case.parent.name)
    if kind is not None:
        job = kind.read(description, has_local_disk)
        metered = meter(job, PRICES)
        price = one_price(metered)
        figures = {**job_figures(job, now), "list_unit_price": str(price.list_unit_price) if price else None}
        told = (figures["high"], figures["high_leaves_out_storage"])
        assert (metered.high if metered.high is None else to_wire(metered.high), metered.high_leaves_out_storage) == told
        return figures, [problem.code for problem in (*job.problems, *price_problems(metered))]
    assert standing_kind is not None
    standing = standing_kind.read(description, FACTS)
    lines = (*(standing.compute or ()), *(standing.kept or ()))
    return standing_figures(standing, now), [*(problem.code for problem in standing.problems), *unpriced(lines)]


def part_of(actual_value: Any, expected: Any) -> Any:
    """Give of what was read the part that a case speaks of."""
    if isinstance(expected, dict) and isinstance(actual_value, dict):
        return {key: part_of(actual_value[key], value) for key, value in expected.items()}
    if isinstance(expected, list) and isinstance(actual_value, list) and len(expected) == len(actual_value):
        return [part_of(value, wanted) for value, wanted in zip(actual_value, expected, strict=True)]
    return actual_value


@pytest.mark.parametrize("case", cases())
def test_case(case: Path) -> None:
    """The figures are what the case's arithmetic says, and problems name what is missing."""
    expected = json.loads((case / "expected.json").read_text())
    figures, problems = actual(case, expected["now"])
    assert part_of(figures, expected["row"]) == expected["row"]
    assert problems == expected["problems"]
    assert expected["why"]


@pytest.mark.parametrize("case", cases())
def test_missing_money_is_told(case: Path) -> None:
    """Wherever there is no figure, a problem says why; a sum's own cost comes from the jobs it has started."""
    figures, problems = actual(case, "2026-11-23T14:00:00Z")
    money = STANDING_MONEY if "is_sum" not in figures else SUM_MONEY if figures["is_sum"] else JOB_MONEY
    missing = [key for key in money if figures[key] is None]
    assert not missing or problems


@pytest.mark.parametrize("kind", [*KINDS, *STANDING_KINDS], ids=lambda kind: kind.name)
def test_each_kind_has_cases(kind: Any) -> None:
    """A kind without cases is not ready."""
    assert len(list((CASES / kind.name).glob("*/description.json"))) >= 3


def test_kind_names_are_unique() -> None:
    """A name in a path leads to one kind; one that nobody has leads nowhere."""
    names = [kind.name for kind in (*KINDS, *STANDING_KINDS)]
    assert len(set(names)) == len(names)
    assert [kind_named(kind.name) for kind in KINDS] == list(KINDS)
    assert [standing_kind_named(kind.name) for kind in STANDING_KINDS] == list(STANDING_KINDS)
    assert (kind_named("spaceship"), standing_kind_named("training")) == (None, None)
