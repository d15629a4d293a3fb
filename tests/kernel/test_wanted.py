"""A change that was asked for in the panel, made by the guard of a real kernel: once, noted, and only what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.ledger.wanted_fixes import LAPSES_AFTER, WantedFix, WantedFixes

from .conftest import SERVER_ID
from .test_guard import LAUNCH

CODE = "client.create_training_job(**request({!r}, 'ml.g5.xlarge'))"
SPOT = "client.describe_training_job(TrainingJobName={!r}).get('EnableManagedSpotTraining', False)"


@pytest.fixture
def kernel(start_kernel: Callable[..., Any], practice: str) -> Any:
    """Start a kernel of fraud/train.ipynb without a policy, where rules only warn."""
    found = start_kernel(AWS_ENDPOINT_URL=practice)
    assert found.run(LAUNCH).error is None
    return found


def want(home: Path, **changes: Any) -> None:
    wish = WantedFix(
        id="a" * 24, rule="MC106", kind="training", notebook="fraud/train.ipynb", asked_at=datetime.now(timezone.utc)
    )
    folder = home / "servers" / SERVER_ID
    folder.mkdir(parents=True, exist_ok=True)
    WantedFixes(folder).write([replace(wish, **changes)])


def test_it_is_made_once_and_noted(kernel: Any, home: Path) -> None:
    """The launch before it, and the one after it, go as they are."""
    assert kernel.run(CODE.format("wanted-before")).error is None
    want(home)
    answer = kernel.run(CODE.format("wanted-now"))
    assert answer.error is None
    assert "this launch was changed as was asked for under Findings, this once: MC106" in answer.stdout
    noted = kernel.decisions()[-1]
    assert (noted["outcome"], noted["fixed"]) == ("fixed", ["MC106"])
    assert "changed as was asked for" not in kernel.run(CODE.format("wanted-after")).stdout
    assert [kernel.value(SPOT.format(f"wanted-{name}")) for name in ("before", "now", "after")] == [False, True, False]
    want(home)  # asked for again
    assert kernel.run(CODE.format("wanted-again")).error is None
    assert kernel.value(SPOT.format("wanted-again")) is True


OTHERS: tuple[dict[str, Any], ...] = (
    {"notebook": "other.ipynb"},
    {"notebook": None},
    {"kind": "processing"},
    {"rule": "MC104"},
    {"asked_at": datetime.now(timezone.utc) - LAPSES_AFTER - timedelta(days=1)},
)


def test_what_was_asked_for_something_else_changes_nothing(kernel: Any, home: Path) -> None:
    """Another notebook, another kind, a rule that this launch is not against, a wish of long ago."""
    for number, changes in enumerate(OTHERS):
        want(home, **changes)
        answer = kernel.run(CODE.format(f"wanted-not-{number}"))
        assert answer.error is None
        assert "changed as was asked for" not in answer.stdout
        assert kernel.value(SPOT.format(f"wanted-not-{number}")) is False


def test_findings_say_whether_a_change_would_do(kernel: Any) -> None:
    """Spot needs nothing from a person; a small run first is no mend of the launch."""
    assert kernel.run(CODE.format("wanted-mendable")).error is None
    told = {each["rule"]: each["is_mendable"] for each in kernel.decisions()[-1]["findings"]}
    assert told["MC106"] is True
    assert told.get("MC108", False) is False
