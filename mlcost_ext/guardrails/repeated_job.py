"""MC109: the same job ran lately with the same inputs, so that its result may be there already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from mlcost_ext.core.evidence import EarlierRun
from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule
from mlcost_ext.core.words import clean, money, span

from .docs import docs_url
from .work import COMPLETED, number_of, work_of

MINUTE = timedelta(minutes=1)


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to a job whose twin has completed a short while ago."""
    work = work_of(proposal)
    runs = (work.earlier_runs() if work else None) or ()
    within = timedelta(seconds=float(number_of(options["within_hours"]) * 3600))
    twins = (run for run in runs if is_twin(run) and proposal.now - run.ended_at <= within)
    latest = max(twins, key=lambda run: run.ended_at, default=None)
    if latest is None:
        return ()
    currency = proposal.estimate.billing_currency
    name = clean(latest.name)
    cost = "what it cost is not known" if latest.list_cost is None else f"it cost {money(latest.list_cost, currency)}"
    return (
        Objection(
            message=f"{name} ended {ago(proposal.now - latest.ended_at)} with the same container, script, inputs and "
            f"parameters; {cost}.",
            hint=f"Use the result of {name}, or go on if code or data have changed under the same name.",
        ),
    )


def is_twin(run: EarlierRun) -> bool:
    """Tell whether a run has completed and was the same in all that is known."""
    return run.status == COMPLETED and run.has_same_data and run.has_same_parameters


def ago(time: timedelta) -> str:
    """Write how long ago something was."""
    return "just now" if time < MINUTE else f"{span(int(time.total_seconds()))} ago"


RULE = Rule(
    id="MC109",
    title="The same job ran lately",
    docs_url=docs_url("MC109"),
    practice=None,
    kinds=("training", "processing", "transform"),
    options=(
        Option(
            name="within_hours",
            kind="number",
            default=Decimal(24),
            tighter="larger",
            help="Within how many hours the same job counts as run lately.",
            least=Decimal(0),
            most=Decimal(24 * 90),
        ),
    ),
    judge=judge,
)
