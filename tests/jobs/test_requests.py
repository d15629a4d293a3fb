"""Golden cases: a request beside what it is understood to be, with the arithmetic written out and the rule it follows."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.errors import UsageError
from mlcost_ext.jobs.requests import REQUEST_KINDS, kind_of_request, read_request, request_kind_named
from tests.fakes import REGION

from .figures import FACTS
from .planned_figures import money_of, planned_figures
from .test_cases import CASES, part_of

FIGURES = re.compile(r"[0-9.]+(?: (?:s|GB|h))?|[×÷+()]")
SIGNS = {"×": "*", "÷": "/"}


def cases() -> list[Any]:
    """Give the cases that have a request."""
    found = sorted(path.parent for path in CASES.glob("*/*/request.json"))
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in found]


def contents(case: Path) -> tuple[Any, dict[str, Any]]:
    return json.loads((case / "request.json").read_text()), json.loads((case / "expected.json").read_text())


def worked_out(sum_text: str) -> Fraction:
    """Work out a sum as it is written in a case, such as ``3600 s × 2 × 0.23 ÷ 3600``; nothing else may stand in it."""
    parts = FIGURES.findall(sum_text)
    assert "".join(parts).replace(" ", "") == sum_text.replace(" ", "")
    terms = [SIGNS.get(part, part if part in "+()" else f"Fraction('{part.split()[0]}')") for part in parts]
    found: Fraction = eval(" ".join(terms), {"Fraction": Fraction})  # it has nothing but numbers and signs
    return found


@pytest.mark.parametrize("case", cases())
def test_case(case: Path) -> None:
    """A request is read as the case says, and costs what its arithmetic comes to; a wrong one is told in one sentence."""
    request, expected = contents(case)
    assert expected["why"].endswith(".")
    if "error" in expected:
        with pytest.raises(UsageError) as caught:
            read_request(case.parent.name, request, REGION, FACTS)
        assert caught.value.to_dict() == {"code": "usage", **expected["error"]}
        return
    planned = read_request(case.parent.name, request, REGION, FACTS)
    assert (planned.kind, planned.region_id) == (case.parent.name, REGION)
    assert {planned_line.line.region_id for run in planned.runs for way in run.ways for planned_line in way} <= {REGION}
    assert planned_figures(planned) == expected["planned"]
    assert part_of(money_of(planned), expected["money"]) == expected["money"]


@pytest.mark.parametrize("case", cases())
def test_arithmetic_is_right(case: Path) -> None:
    """What is written out comes to what is expected, to a billionth; each figure has its sum."""
    expected = contents(case)[1]
    sums = expected.get("arithmetic", {})
    money = {name: value for name, value in expected.get("money", {}).items() if value not in (None, "0")}
    assert set(sums) == set(money)
    for name, text in sums.items():
        left, right = text.split(" = ")
        assert right == money[name]
        assert abs(worked_out(left) - Fraction(right)) <= Fraction(1, 2 * 10**9)


@pytest.mark.parametrize("case", cases())
def test_its_kind_is_seen_by_its_shape(case: Path) -> None:
    """A request that can be read tells what it asks for, unless it is one that has to be told apart by its kind."""
    request, expected = contents(case)
    if "error" not in expected:
        found = kind_of_request(request)
        assert found == case.parent.name or (found, case.parent.name) == ("endpoint-config", "endpoint")


@pytest.mark.parametrize("kind", REQUEST_KINDS, ids=lambda kind: kind.name)
def test_each_kind_has_cases(kind: Any) -> None:
    """A kind without cases, right and wrong, is not ready; but nothing is wrong with an AutoML job that is missing."""
    found = [contents(path.parent)[1] for path in (CASES / kind.name).glob("*/request.json")]
    assert len(found) >= 2
    assert {"error" in expected for expected in found} == {True, False}
    assert request_kind_named(kind.name) is kind


def test_each_folder_is_a_case() -> None:
    """A folder has what AWS is asked, or what AWS tells, beside what is expected."""
    for folder in CASES.glob("*/*"):
        names = sorted(path.name for path in folder.iterdir())
        assert names in (["description.json", "expected.json"], ["expected.json", "request.json"]), folder
