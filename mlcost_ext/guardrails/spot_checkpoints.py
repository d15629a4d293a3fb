"""MC107: managed Spot without checkpoints, where an interruption takes too much away.

That is in long runs, and in all that are expected to cost more than on demand: with λ interruptions an hour, W hours of work and
five minutes s to start anew, (e^(λ(W + s)) - 1) / λ hours are billed at the Spot price. EC2's Spot advisor tells which share p of
the instances of a type is interrupted in a month; λ is -ln(1 - p) / 720 for each instance, by the upper end of its band (of >20%
one in two).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule
from mlcost_ext.core.words import figure, span

from .docs import docs_url
from .options import number
from .request_parts import patch_of
from .spot_training import (
    CHECKPOINTS_NEED,
    FROM_HOURS,
    HOUR,
    KINDS,
    WITHOUT_END,
    SpotCase,
    cases,
    checkpoint_uri,
    is_dearer,
    spot_hours,
    writes_none,
)

HINT = (
    "Keep checkpoints: CheckpointConfig copies what is in /opt/ml/checkpoints to S3, and helps only if the script writes them "
    "there and goes on from them."
)


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to jobs on Spot without checkpoints that are long, or that are expected to be dearer than on demand."""
    least = (number(options, "from_hours") or Decimal(0)) * HOUR
    bare = [case for case in cases(proposal) if case.run.is_spot and not case.has_checkpoints and not writes_none(case.part)]
    dear = [case for case in bare if is_dearer(proposal.spot, case, has_checkpoints=False)]
    wrong = [case for case in bare if case.seconds >= least or case in dear]
    if not wrong:
        return ()
    uris = [(case, checkpoint_uri(proposal.request, case.part)) for case in wrong]
    changes = [((*case.part.place, "CheckpointConfig"), {"S3Uri": uri}) for case, uri in uris if uri is not None]
    is_limit = proposal.estimate.duration_seconds.basis == "stopping_condition"
    longest = max(case.seconds for case in wrong)
    told = f"A job on Spot that {'may run' if is_limit else 'takes'} {span(longest)} keeps no checkpoints"
    return (
        Objection(
            message=f"{told}, so that every interruption starts it anew{_expected(proposal, dear)}.",
            hint=HINT,
            fix=patch_of(proposal.request, changes) if changes else None,
            needs=() if len(changes) == len(uris) else (CHECKPOINTS_NEED,),
        ),
    )


def _expected(proposal: Proposal, dear: list[SpotCase]) -> str:
    """Say what interruptions are expected to make of it, where that is dearer than on demand."""
    if not dear:
        return ""
    hours = spot_hours(proposal.spot, dear[0], has_checkpoints=False)
    if hours is None or hours == WITHOUT_END:
        return ": it is not expected to end"
    return f": it is expected to cost as much as {figure(hours)} h on demand, for {figure(dear[0].hours)} h of work"


RULE = Rule(
    id="MC107",
    title="Spot without checkpoints",
    docs_url=docs_url("MC107"),
    practice="MLCOST04-BP06",
    kinds=KINDS,
    options=(
        Option(
            name="from_hours",
            kind="number",
            default=FROM_HOURS,
            tighter="smaller",
            help="From how many hours, as expected or else as the stopping condition allows, a job on Spot needs checkpoints.",
            least=Decimal(0),
        ),
    ),
    judge=judge,
)
