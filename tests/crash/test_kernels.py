"""Real kernels are killed while they launch, in the short form; ``python -m tests.crash.kernels`` takes longer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from .kernel_campaign import Counted, KernelCampaign, Row

ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/"


def test_what_real_kernels_have_launched_is_in_the_ledger_once(tmp_path: Path) -> None:
    """As their calls returned and as the account has it, whenever they and the taker are killed."""
    outcome = KernelCampaign(tmp_path, seed=3).run(kills=3)
    assert outcome.complaints == []
    assert outcome.kills["kernel"] == 3
    assert len(outcome.counted.returned) > 20
    assert len(outcome.counted.account) >= len(outcome.counted.returned)


RIGHT = Counted(
    returned=["a"],
    account={"a": f"{ARN}a", "b": f"{ARN}b"},
    rows=[("a", "accepted", f"{ARN}a"), ("a", "refused", None), ("b", None, None), ("c", None, None)],
    settled=[("a", "accepted", f"{ARN}a"), ("a", "refused", None), ("b", "accepted", f"{ARN}b"), ("c", None, None)],
)
ONE_MORE: Row = ("a", "accepted", f"{ARN}a")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, None),
        ({"returned": ["a", "b"]}, "returned are not accepted in the ledger: b"),
        ({"rows": [*RIGHT.rows, ONE_MORE]}, "in the ledger more than once: a"),
        ({"settled": [*RIGHT.settled, ONE_MORE]}, "not settled as one launch: a"),
        ({"account": {**RIGHT.account, "d": f"{ARN}d"}}, "never launched by the ledger: d"),
        ({"settled": RIGHT.rows}, "not settled as one launch: b"),
        ({"settled": [*RIGHT.settled[:3], ("c", "accepted", f"{ARN}c")]}, "but not in the account: c"),
        ({"account": {**RIGHT.account, "b": f"{ARN}x"}}, "another ARN than the account's job: b"),
    ],
)
def test_what_is_wrong_is_found(wrong: dict[str, object], said: str | None) -> None:
    """The comparison itself: one lost, doubled, unsettled, or taken for accepted."""
    found = list(replace(RIGHT, **wrong).complaints())  # type: ignore[arg-type]
    assert (found == []) == (said is None)
    assert said is None or any(said in each for each in found), found
