"""MC112: a volume much larger than what the last runs have filled, or instances kept longer than allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Decimal

from mlcost_ext.core.evidence import EarlierRun
from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule, Unsure
from mlcost_ext.core.words import span

from .docs import docs_url
from .request_parts import whole
from .work import Work, number_of, work_of

LEAST_RUNS, MOST_RUNS = 3, 5
LEAST_VOLUME_GB = 30
"""AWS's own where none is asked for; smaller ones save next to nothing."""
FROM_VOLUME_GB = 100
KEEP_ALIVE = "KeepAlivePeriodInSeconds"
HUNDRED = Decimal(100)


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to what is paid for and not used."""
    work = work_of(proposal)
    if work is None:
        return ()
    kept = tuple(kept_too_long(work, options))
    try:
        return (*kept, *too_large(work, options))
    except Unsure:
        if not kept:
            raise
        return kept


def kept_too_long(work: Work, options: Mapping[str, OptionValue]) -> Iterable[Objection]:
    """Object to instances that a warm pool keeps longer than allowed."""
    limit, kept = options["max_keep_alive_minutes"], work.run.keep_alive_seconds
    if not isinstance(limit, Decimal) or kept <= limit * 60:
        return
    yield Objection(
        message=f"Its instances are kept and billed for {span(kept)} after its end; {limit:f} min are allowed.",
        hint=f"Set {KEEP_ALIVE} to {int(limit * 60)}." if limit else f"Leave {KEEP_ALIVE} out.",
        fix=work.with_resources({KEEP_ALIVE: int(limit * 60) or None}),
        subject="keep_alive",
    )


def too_large(work: Work, options: Mapping[str, OptionValue]) -> Iterable[Objection]:
    """Object to a volume of which the last runs filled little.

    Raises:
        Unsure: What is remembered cannot be read.
    """
    volume, machine = whole(work.resources.members, "VolumeSizeInGB"), work.machine()
    if volume is None or volume <= FROM_VOLUME_GB or machine is None:
        return ()
    if work.proposal.facts.has_local_disk(machine.instance_type):
        return ()
    filled = [used for run in work.earlier_runs() or () if (used := filled_gb(run)) is not None][:MOST_RUNS]
    most = max(filled, default=Decimal(0))
    if len(filled) < LEAST_RUNS or most * HUNDRED >= number_of(options["max_used_percent"]) * volume:
        return ()
    enough = max(LEAST_VOLUME_GB, int((2 * most).to_integral_value(ROUND_CEILING)))
    return (
        Objection(
            message=f"It asks for a volume of {volume} GB, of which the last {len(filled)} runs filled {shown(most)} GB at most.",
            hint=f"Take {enough} GB, twice that." if enough > LEAST_VOLUME_GB else f"Take {enough} GB.",
            fix=work.with_resources({"VolumeSizeInGB": enough}),
            subject="volume",
        ),
    )


def filled_gb(run: EarlierRun) -> Decimal | None:
    """Give how much of its volume a run has filled; None: not measured."""
    if run.utilisation is None or run.utilisation.disk_percent is None or run.volume_gb is None:
        return None
    return run.utilisation.disk_percent * run.volume_gb / HUNDRED


def shown(gb: Decimal) -> str:
    """Write gigabytes for a sentence."""
    return f"{gb.to_integral_value(ROUND_CEILING):f}"


RULE = Rule(
    id="MC112",
    title="More volume or keep-alive than is used",
    docs_url=docs_url("MC112"),
    practice="MLCOST04-BP08",
    kinds=("training", "tuning", "processing"),
    options=(
        Option(
            name="max_used_percent",
            kind="number",
            default=Decimal(20),
            tighter="larger",
            help="Below which the last runs filled little of a volume of more than 100 GB, in percent.",
            least=Decimal(0),
            most=Decimal(50),
        ),
        Option(
            name="max_keep_alive_minutes",
            kind="number",
            default=None,
            tighter="smaller",
            help="How long instances may be kept after a job, in minutes; null is no limit.",
            least=Decimal(0),
            most=Decimal(360),
            may_be_none=True,
        ),
    ),
    judge=judge,
)
