"""Estimates in words: what is said first, what it rests on, and that nothing unknown is shown as zero."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.estimate import CostRange, DurationBasis, Estimate, Finding, Saving
from mlcost_ext.usecases.estimate_text import estimate_text, headline, lists, subject
from mlcost_ext.usecases.estimate_words import (
    between,
    in_short,
)

from .estimate_samples import (
    ENDLESS,
    GIVEN,
    HISTORY,
    INSTANCE,
    MARKUP,
    NOTE,
    OTHER_TYPE,
    UNPRICED,
    VOLUME,
    by_contract,
    costs,
    endless,
    estimate,
    without_history,
)

TRAINING = """\
About USD 1.41 (1.02 to at most 33.93) for training on ml.g5.xlarge in us-east-1
Runtime  1 h (43 min to 1 h 20 min in 8 of 10 cases; at most 24 h), from 14
         earlier runs

Amounts in USD                 Quantity  Unit price  Expected  At most  From
ml.g5.xlarge training               1 h       1.408      1.41    33.79   [1]
30 GB volume for training  0.0417 GB-mo        0.14    0.0058   0.1400   [2]
[1] shipped-snapshot, as of 2026-07-20, derived (± 0.31 %): EC2 on-demand price
    times its class constant
[2] shipped-snapshot, as of 2026-07-20, derived: EBS gp2 price times 1.4

Instead:
- ml.g6.xlarge: about USD 1.13, price only; speed unknown

Taken for granted:
- runtime: 43 min to 1 h 20 min is the 10th to 90th percentile of 14 runs of the
  same image and data

An estimate at list prices; AWS's bill may differ."""

WITHOUT_HISTORY = """\
At least USD 33.79 (run to its limit) for training on ml.g5.xlarge, ml.g5.large
in us-east-1
Runtime  at most 24 h, its limit; no earlier runs are known

Amounts in USD         Quantity  Unit price  At most  From
ml.g5.xlarge training      24 h       1.408    33.79   [1]
[1] shipped-snapshot, as of 2026-07-20, derived (± 0.31 %): EC2 on-demand price
    times its class constant

Without a price, and in no figure above:
- ml.g5.large training: No price is known for ml.g5.large (Training) in
  us-east-1. Types with a price there and alike: ml.g5.xlarge.

An estimate at list prices; AWS's bill may differ."""

ENDPOINT = """\
USD 1.41 an hour · 33.79 a day · 1,027.84 a month of 730 h for an endpoint on
ml.g5.xlarge in us-east-1, until somebody deletes it

Amounts in USD        Quantity  Unit price  An hour  From
ml.g5.xlarge hosting       1 h       1.408     1.41   [1]
[1] shipped-snapshot, as of 2026-07-20, derived (± 0.31 %): EC2 on-demand price
    times its class constant

Instead:
- ml.g6.xlarge: USD 1.13 an hour, price only; speed unknown

To know:
- AWS chooses how large its volume is. It is not counted.

An estimate at list prices; AWS's bill may differ."""

BY_CONTRACT = """\
About USD 1.24 (0.8990 to at most 29.88) at your own rates for training on
ml.g5.xlarge in us-east-1
Runtime         1 h (43 min to 1 h 20 min in 8 of 10 cases; at most 24 h), from
                14 earlier runs
At list prices  about USD 1.41 (1.02 to at most 33.93)

Amounts in USD       Quantity  List price  Expected  Your price  Your cost  From
ml.g5.xlarge              1 h       1.408      1.41       1.239       1.24   [1]
training
30 GB volume     0.0417 GB-mo        0.14    0.0058                 0.0058   [2]
for training
[1] shipped-snapshot, as of 2026-07-20, derived (± 0.31 %): EC2 on-demand price
    times its class constant
[2] shipped-snapshot, as of 2026-07-20, derived: EBS gp2 price times 1.4

An estimate at list prices and at your own rates; AWS's bill may differ."""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (estimate(), TRAINING),
        (without_history(is_complete=False, unpriced=[UNPRICED]), WITHOUT_HISTORY),
        (endless(), ENDPOINT),
        (by_contract(alternatives=[], assumptions=[]), BY_CONTRACT),
    ],
    ids=["training", "without-history", "endpoint", "by-contract"],
)
def test_the_whole_text(found: Estimate, expected: str) -> None:
    """The answer first, then what it rests on."""
    assert estimate_text(found) == expected


def test_nothing_has_a_price() -> None:
    """That is said in words, and no zero stands anywhere."""
    nothing = costs(None, None, None)
    text = estimate_text(estimate(is_complete=False, lines=[], unpriced=[UNPRICED], list_cost=nothing, alternatives=[]))
    assert text.startswith("Cost unknown for training on ml.g5.large in us-east-1\n")
    assert "0.00" not in text
    unknown = endless(is_complete=False, lines=[], unpriced=[UNPRICED], cost_per_hour=Decimal(0))
    assert headline(unknown) == "Cost unknown"


def test_an_endpoint_that_lacks_a_price() -> None:
    """Its rates are lower bounds."""
    found = endless(is_complete=False, unpriced=[UNPRICED])
    assert headline(found) == "At least USD 1.41 an hour · 33.79 a day · 1,027.84 a month of 730 h"
    assert headline(endless(contracted_cost=costs(None, None, None))).endswith("730 h at your own rates")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "notebook"}, "for a notebook instance on ml.g5.xlarge in us-east-1, until somebody stops it"),
        ({"kind": "tuning"}, "for tuning on ml.g5.xlarge in us-east-1, for as long as it runs"),
        ({"kind": "cluster", "lines": [VOLUME]}, "for a cluster in us-east-1, until somebody deletes it"),
        (
            {"kind": "app", "cost_per_hour": None, "duration_seconds": replace(GIVEN, high=None)},
            "for 3 h of an app on ml.g5.xlarge in us-east-1",
        ),
        ({"kind": "new-kind", "cost_per_hour": None}, "for new-kind on ml.g5.xlarge in us-east-1"),
        (
            {"lines": [replace(INSTANCE, instance_type=f"ml.m5.{size}xlarge") for size in (2, 4, 8, 12, 16)]},
            "for an endpoint on ml.m5.2xlarge, ml.m5.4xlarge, ml.m5.8xlarge and 2 more types in us-east-1, "
            "until somebody deletes it",
        ),
    ],
)
def test_subject(changes: dict[str, Any], said: str) -> None:
    """It names kind, types and region, and what ends it."""
    assert subject(endless(**changes)) == said


def test_decision_and_findings() -> None:
    """What the policy says is said, and what would be saved."""
    finding = Finding(
        rule="MC106",
        verdict="ask",
        title="Managed Spot is off.",
        message="It may cost less.",
        hint="Set EnableManagedSpotTraining.",
        saving=Saving(low=Decimal("0.6"), expected=Decimal("0.9")),
        fix=None,
        needs=[],
    )
    text = estimate_text(estimate(findings=[finding, replace(finding, saving=None)], decision="ask", effective_decision="block"))
    assert "\nDecision  ask; here: block\n" in text
    said = "MC106, ask: Managed Spot is off. It may cost less. Set EnableManagedSpotTraining."
    assert dict(lists(estimate(findings=[finding])))["Findings:"] == [f"{said} It would save USD 0.6000 to 0.9000."]
    assert "Decision  warn\n" in estimate_text(estimate(decision="warn", effective_decision="warn"))
    assert "Decision" not in estimate_text(estimate())


def test_savings_and_alternatives_in_short() -> None:
    """Two or three words, and what is not known is said."""
    assert between(Saving(low=Decimal("0.6"), expected=Decimal("0.6")), "USD") == "USD 0.6000"
    assert between(Saving(low=None, expected=None), "USD") == "unknown"
    assert in_short(costs(None, "33.79", "33.79"), "USD") == "up to USD 33.79"
    assert in_short(costs(None, None, "33.79"), "USD") == "up to USD 33.79"
    assert in_short(costs(None, None, None), "USD") == "unknown"
    spot = replace(OTHER_TYPE, title="managed Spot", basis="Spot: 60 % less billed time, as it did on 7 runs")
    assert "managed Spot: about USD 1.13, 60 % less billed time" in estimate_text(estimate(alternatives=[spot]))


def test_runtime_is_said_once() -> None:
    """An assumption about time that the line above says already is left out; others are not."""
    told = "runtime: nothing bounds it"
    assert "Taken for granted" not in estimate_text(without_history())
    assert told in estimate_text(endless(kind="automl", assumptions=[told]))
    assert told in estimate_text(without_history(assumptions=[told, "runtime: another definition"]))
    assert "Taken for granted" not in estimate_text(estimate(duration_seconds=GIVEN, assumptions=["runtime: 3 h, as given"]))
    assert "4 h was given" in estimate_text(
        estimate(duration_seconds=GIVEN, assumptions=["runtime: 4 h was given, and it ends after 3 h"])
    )


def test_what_cannot_be_counted_says_itself_what_it_is() -> None:
    """It is of no component, and its description is a code."""
    calls = replace(
        UNPRICED, description="serverless_per_request", component="", message="Calls are paid one by one.", hint="Count them."
    )
    text = estimate_text(endless(is_complete=False, unpriced=[calls]))
    assert "- Calls are paid one by one. Count them.\n" in text
    assert "runs\n" in estimate_text(
        estimate(kind="automl", duration_seconds=ENDLESS, lines=[], list_cost=costs(None, None, None))
    )


def test_a_line_without_a_list_price() -> None:
    """Only the contract has its price; what is not known is no zero."""
    nothing = costs(None, None, None)
    line = replace(
        INSTANCE, list_unit_price=None, list_cost=nothing, contracted_unit_price="1.2", contracted_cost=costs("1", "1.2", "29")
    )
    (row,) = [text for text in estimate_text(by_contract(lines=[line])).splitlines() if text.endswith(" [1]")]
    assert row.split() == ["ml.g5.xlarge", "1", "h", "unknown", "unknown", "1.2", "1.20", "[1]"]
    unsized = replace(INSTANCE, pricing_quantity=None, list_cost=nothing)
    assert "unknown" in estimate_text(estimate(lines=[unsized]))
    kept = replace(INSTANCE, list_cost=costs(None, None, "5"))
    assert "  5.00  " in estimate_text(estimate(lines=[kept]))


def test_many_of_everything() -> None:
    """What is too much is counted."""
    lines = [replace(INSTANCE, description=f"channel {at}") for at in range(33)]
    text = estimate_text(estimate(lines=lines, data_quality=[NOTE] * 15))
    assert "- 3 more lines, which the sums have." in text
    assert "- 3 more." in text
    assert text.count("channel") == 30


def test_nothing_from_outside_reaches_the_terminal_as_it_is() -> None:
    """Control characters and changes of direction are replaced, and long names are cut."""
    line = replace(INSTANCE, description=MARKUP, instance_type=MARKUP * 9, price_origin=MARKUP, pricing_unit=MARKUP)
    found = estimate(
        kind=MARKUP,
        region_id=MARKUP,
        billing_currency=MARKUP,
        lines=[line],
        unpriced=[replace(UNPRICED, message=MARKUP, description=MARKUP)],
        alternatives=[replace(OTHER_TYPE, title=MARKUP)],
        assumptions=[MARKUP],
        data_quality=[replace(NOTE, message=MARKUP * 99)],
    )
    text = estimate_text(found)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(text) < 4000


AMOUNT = st.none() | st.decimals(0, 10**9, places=9)


@given(
    low=AMOUNT,
    expected=AMOUNT,
    high=AMOUNT,
    hour=AMOUNT,
    is_complete=st.booleans(),
    basis=st.sampled_from(get_args(DurationBasis)),
)
def test_no_estimate_is_without_words(low: Any, expected: Any, high: Any, hour: Any, is_complete: bool, basis: Any) -> None:
    """Whatever is known and whatever not: it can be written, none of it is called a bill, and what is missing is at least."""
    cost = CostRange(low=low, expected=expected, high=high)
    duration = replace(HISTORY, basis=basis)
    found = estimate(
        list_cost=cost,
        cost_per_hour=hour,
        is_complete=is_complete,
        duration_seconds=duration,
        lines=[replace(INSTANCE, list_cost=cost)],
    )
    text = estimate_text(found)
    assert all(line.rstrip() == line for line in text.splitlines())
    assert "billed" not in text
    first = text.splitlines()[0]
    assert is_complete or first.startswith(("At least", "Cost unknown"))
    assert "at most" not in first or is_complete
    assert " 0.00 " not in first or 0 in (expected, high, hour)
