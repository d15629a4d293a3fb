"""Golden cases: AWS's description of a job beside what it costs, with the arithmetic written out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.documents import to_document
from mlcost_ext.core.times import time_from_text
from mlcost_ext.jobs import KINDS, kind_named
from mlcost_ext.usecases.meter import meter, price_problems
from mlcost_ext.usecases.overview import job_row
from tests.fakes import has_local_disk, small_price_list

CASES = Path(__file__).parent / "cases"


def cases() -> list[Any]:
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in sorted(CASES.glob("*/*"))]


def actual(case: Path, now_text: str) -> dict[str, Any]:
    kind, now = kind_named(case.parent.name), time_from_text(now_text)
    assert kind is not None
    assert now is not None
    job = kind.read(json.loads((case / "description.json").read_text()), has_local_disk)
    metered = meter(job, small_price_list())
    problems = [problem.code for problem in (*job.problems, *price_problems(metered))]
    return {"row": to_document(job_row(metered, now)), "problems": problems}


@pytest.mark.parametrize("case", cases())
def test_case(case: Path) -> None:
    """The row says what the case's arithmetic says, and problems name what is missing."""
    expected = json.loads((case / "expected.json").read_text())
    row, problems = actual(case, expected["now"]).values()
    assert {key: row[key] for key in expected["row"]} == expected["row"]
    assert problems == expected["problems"]


@pytest.mark.parametrize("case", cases())
def test_missing_money_is_told(case: Path) -> None:
    """Wherever a row has no figure, a problem says why."""
    found = actual(case, "2026-11-23T14:00:00Z")
    money = ("cost", "cost_per_hour", "storage_cost", "storage_cost_per_hour", "high")
    missing = [key for key in money if found["row"][key] is None]
    assert not missing or found["problems"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_cases(kind: Any) -> None:
    """A kind without cases is not ready."""
    assert len(list((CASES / kind.name).glob("*/description.json"))) >= 3


def test_kind_names_are_unique() -> None:
    """A name in a path leads to one kind; one that nobody has leads nowhere."""
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert kind_named("spaceship") is None
