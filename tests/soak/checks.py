"""What must hold at each look, whatever AWS does: every function complains of each figure that is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from .look import ROUNDING, Look, Row, money
from .truth import DAY, SUMS, JobTruth

STALE = timedelta(seconds=90)
"""What was not confirmed for so long is not called ok while somebody looks."""
CONFIRMED = timedelta(seconds=180)
"""A server that AWS has not told anything for longer does not say that nothing runs."""
GRACE = timedelta(seconds=3)
"""Of the server's own steps: it ticks once a second."""
CENT = Decimal("0.000001")
ENDED = ("Completed", "Failed", "Stopped")
AGE_OF_KIND = timedelta(seconds=300)


def nothing_negative(look: Look) -> Iterator[str]:
    """No amount is below zero."""
    rows = [*look.overview["jobs"], *look.jobs, *look.endpoints, *look.overview["apps"], look.overview["totals"]]
    for row in rows:
        for member in ("cost", "cost_per_hour", "cost_per_day", "storage_cost", "running_cost", "standing_cost_per_day"):
            amount = money(row.get(member))
            if amount is not None and amount < 0:
                yield f"{row.get('name', 'totals')}: {member} is {amount}"


def exact_while_nothing_happens(look: Look) -> Iterator[str]:
    """A job in one state since it was last confirmed costs price × count × time, to the last digit."""
    for row in look.overview["jobs"]:
        job, since = known_job(look, row)
        shown = money(row["cost"])
        if job is None or since is None or shown is None or not job.is_still(since, look.at):
            continue
        expected = job.final_cost if row["cost_basis"] == "final" else job.cost(look.at)
        if abs(shown - expected) > CENT and not (row["cost_basis"] == "at_most" and job.is_spot and shown >= expected):
            yield f"{row['name']}: shown {shown}, but it is {expected} ({row['status']}, {row['cost_basis']})"


def within_what_the_age_explains(look: Look) -> Iterator[str]:
    """No figure is below what was spent when it was last confirmed, or above what could have been spent since."""
    for row in look.jobs:
        job, since = known_job(look, row)
        shown = money(row["cost"])
        if job is None or shown is None:
            continue
        most = most_of(job, row, look)
        if shown > most + CENT:
            yield f"{row['name']}: shown {shown}, but it cannot be more than {most} ({row['status']}, {row['cost_basis']})"
        least = None if since is None else least_of(job, look, since)
        if least is not None and shown < least - CENT:
            yield f"{row['name']}: shown {shown}, but {least} was spent at {since:%H:%M:%S} ({row['status']})"


def least_of(job: JobTruth, look: Look, since: datetime) -> Decimal:
    """Give what must be shown at least: what was spent by then, or less where AWS has since said that it bills less."""
    spent = job.cost(since)
    return min(spent, job.final_cost) if job.is_ended(look.known_until) else spent


def most_of(job: JobTruth, row: Row, look: Look) -> Decimal:
    """Give what can be shown at most: the final cost once it is final, else all the time since it was first billed."""
    if row["cost_basis"] == "final":
        return job.final_cost
    # What a change of state finds counted already is kept as it was at that moment, which is within a second.
    until = look.until + ROUNDING if row["cost_basis"] == "at_most" else look.until
    since = look.known_from(job.kind)
    if since is not None and not job.is_spot and job.created_at <= since:
        return job.ran(since) + job.costs(max(timedelta(0), until - max(since, job.begins_at or since)))
    return job.costs(max(timedelta(0), until - (job.begins_at or until)))


def final_is_final(look: Look) -> Iterator[str]:
    """What is called final has ended and is billable × count × price; what ended before it was last confirmed is final."""
    for row in look.jobs:
        job, since = known_job(look, row)
        if job is None:
            continue
        shown = money(row["cost"])
        if row["cost_basis"] == "final":
            if not job.is_ended(look.known_until):
                yield f"{row['name']}: called final at {look.at:%H:%M:%S}, but it ends at {job.ended_at:%H:%M:%S}"
            elif shown is not None and abs(shown - job.final_cost) > CENT:
                yield f"{row['name']}: final {shown}, but AWS bills {job.final_cost}"
        elif since is not None and job.is_ended(since) and look.doubted_from is None:
            yield f"{row['name']}: {row['cost_basis']}, but it ended at {job.ended_at:%H:%M:%S}, before {since:%H:%M:%S}"


def nothing_missing(look: Look) -> Iterator[str]:
    """What ran when its kind was last confirmed is there, and what ended within a day unless that is still being read."""
    shown = {(row["kind"], row["name"]) for row in look.jobs}
    for key, job in look.truth.jobs.items():
        since = look.known_from(job.kind)
        if since is None or job.created_at > since or key in shown:
            continue
        is_forgotten = job.ended_at < look.at - DAY + timedelta(minutes=2)
        if not is_forgotten and not (job.is_ended(since) and "reading" in look.codes):
            yield f"{job.name}: not there, although {job.kind} was confirmed at {look.confirmed(job.kind):%H:%M:%S}"
    for key, each in look.truth.sums.items():
        since = look.known_from(each.kind)
        if since is not None and each.created_at <= since and each.ended_at is None and key not in shown:
            yield f"{each.name}: not there, although {each.kind} was confirmed at {look.confirmed(each.kind):%H:%M:%S}"


def nothing_made_up(look: Look) -> Iterator[str]:
    """What is shown is ours, and was in one of the states that it had since it was last confirmed."""
    for row in look.jobs:
        key = (row["kind"], row["name"])
        job = look.truth.jobs.get(key)
        if job is None and key not in look.truth.sums:
            ended = row["ended_at"]
            if not (ended and row["status"] in ENDED):
                yield f"{row['name']}: nobody of ours has a {row['kind']} job of that name"
            continue
        since = look.known_from(row["kind"])
        if job is None or since is None or job.created_at > since:
            continue
        allowed = job.statuses(since, look.known_until)
        if row["status"] not in allowed and not (row["status"] == "Unknown" and look.doubted_from):
            yield f"{row['name']}: {row['status']}, but it was {' or '.join(sorted(allowed))} since {since:%H:%M:%S}"


def no_known_zero(look: Look) -> Iterator[str]:
    """While AWS was not read nothing is said to be nothing: neither that no job runs, nor that nothing stands."""
    totals, kinds = look.overview["totals"], look.overview["aws"]["kinds"]
    is_read_lately = look.as_of is not None and look.at - look.as_of < CONFIRMED
    if totals["running"] == 0 and totals["running_cost"] is not None and not is_read_lately:
        yield f"no job runs and that costs {totals['running_cost']}, but AWS was last read at {look.as_of}"
    if totals["standing"] == 0 and totals["standing_cost_per_day"] is not None and not any(each["as_of"] for each in kinds):
        yield f"nothing stands and that costs {totals['standing_cost_per_day']}, but AWS was never read"
    for row in look.jobs:
        job, since = known_job(look, row)
        if job is not None and since is not None and money(row["cost"]) == 0 and job.ran(since) > 0 and job.final_cost > 0:
            yield f"{row['name']}: shown as costing nothing, but {job.ran(since)} was spent at {since:%H:%M:%S}"


def unknown_has_its_reason(look: Look) -> Iterator[str]:
    """A job without a cost is named by a note, or its type is."""
    subjects = {quality["subject"] for quality in look.overview["data_quality"]}
    for row in look.overview["jobs"]:
        if row["cost"] is None and not {row["name"], row["instance_type"]} & subjects and "more" not in look.codes:
            yield f"{row['name']}: its cost is unknown and nothing says why ({sorted(look.codes)})"


def old_is_said(look: Look) -> Iterator[str]:
    """What AWS has not confirmed for long is not called ok."""
    if look.status == "ok" and (look.as_of is None or look.at - look.as_of > STALE + GRACE):
        yield f"called ok at {look.at:%H:%M:%S}, but AWS was last read at {look.as_of}"


def confirmation_is_honest(look: Look) -> Iterator[str]:
    """No kind is said to have been told later than AWS last answered such a question as it should have."""
    for state in look.overview["aws"]["kinds"]:
        kind, told = state["kind"], look.confirmed(state["kind"])
        answered = look.answered.get(kind)
        if told is not None and (answered is None or told > answered + ROUNDING):
            yield f"{kind}: said to be confirmed at {told:%H:%M:%S}, but AWS last answered at {answered}"


def sums_add_up(look: Look) -> Iterator[str]:
    """A tuning job's cost is that of the jobs it has started, and the running total that of the running jobs."""
    rows = look.overview["jobs"]
    if len(look.jobs) > len(rows):
        return  # the others were listed a moment later
    for row in rows:
        if row["kind"] in SUMS and row["cost"] is not None:
            parts = [money(each["cost"]) for each in rows if each["parent"] == f"{row['kind']}/{row['name']}"]
            known = sum((part for part in parts if part is not None), Decimal(0))
            if abs(known - Decimal(row["cost"])) > CENT:
                yield f"{row['name']}: {row['cost']}, but what it has started costs {known}"


def total_is_that_of_the_jobs(look: Look) -> Iterator[str]:
    """The running total is that of the running jobs, as far as time between two questions allows."""
    running = [row for row in look.jobs if row["is_running"] and not row["is_sum"] and row["cost"] is not None]
    total = money(look.overview["totals"]["running_cost"])
    summed = sum((Decimal(row["cost"]) for row in running), Decimal(0))
    hourly = sum((Decimal(row["cost_per_hour"]) for row in running), Decimal(0))
    seconds = Decimal((look.until - look.at).total_seconds())
    is_same_set = look.overview["totals"]["running"] == sum(row["is_running"] for row in look.jobs)
    if total is not None and is_same_set and not total - CENT <= summed <= total + hourly * seconds / 3600 + CENT:
        yield f"running jobs cost {summed} in all, but the total is {total}"


def endpoints_are_as_they_are(look: Look) -> Iterator[str]:
    """Each endpoint that was there when endpoints were last confirmed is there, at one of the rates it had since."""
    since = look.known_from("endpoint")
    if since is None:
        return
    shown = {row["name"]: row for row in look.endpoints}
    for name, endpoint in look.truth.endpoints.items():
        is_steady = endpoint.is_there(since) and endpoint.is_there(look.until)
        if is_steady and name not in shown:
            yield f"{name}: not there at {look.at:%H:%M:%S}, although endpoints are known up to {since:%H:%M:%S}"
    for name, row in shown.items():
        known = look.truth.endpoints.get(name)
        if known is None or (known.gone_at is not None and known.gone_at < since - GRACE):  # it is asked for by its name first
            gone = "there was none" if known is None else f"it was gone at {known.gone_at:%H:%M:%S}, before {since:%H:%M:%S}"
            yield f"{name}: shown as {row['status']} at {look.at:%H:%M:%S}, but {gone}"
            continue
        rate = money(row["cost_per_day"])
        rates = known.rates(since, look.known_until)
        if rate is not None and rates and min(abs(rate - each) for each in rates) > CENT:
            yield f"{name}: {rate} a day, but it was {sorted(rates)} since {since:%H:%M:%S} ({row['status']})"


class NeverFalls:
    """No figure of a job falls, unless to be final; what was unknown in between may begin anew.

    A sum is left out: it falls when one of its jobs becomes final.
    """

    def __init__(self) -> None:
        self._before: dict[tuple[str, str], Decimal] = {}

    def __call__(self, look: Look) -> Iterator[str]:
        """Compare with the look before."""
        found = {}
        for row in [row for row in look.jobs if not row["is_sum"]]:
            key, shown = (row["kind"], row["name"]), money(row["cost"])
            before = self._before.get(key)
            if shown is not None:
                found[key] = shown
            if shown is not None and before is not None and shown < before - CENT and row["cost_basis"] != "final":
                yield f"{row['name']}: falls from {before} to {shown} ({row['status']}, {row['cost_basis']})"
        self._before = found


def known_job(look: Look, row: Row) -> tuple[JobTruth | None, datetime | None]:
    """Give the truth of a row, and up to when everything of its kind must be known."""
    job = look.truth.jobs.get((row["kind"], row["name"]))
    since = look.known_from(row["kind"])
    return job, since if job is not None and since is not None and job.created_at <= since else None


def as_it_should_be(look: Look, expected_age: timedelta) -> str | None:
    """Say what is not right yet, once AWS is well again; None: everything is."""
    if look.status != "ok" or look.as_of is None:
        return f"{look.status}, as of {look.as_of}: {sorted(look.codes)}"
    bad = look.codes & {"reading", "slowed", "throttled", "aws_error", "network_unreachable", "credentials_expired"}
    bad |= look.codes & {"permission_missing", "job_unreadable", "not_described", "reader_trouble"}
    if bad:
        said = [str(each.get("message"))[:120] for each in look.overview["data_quality"] if each["code"] in bad]
        return f"still said after {look.overview['aws'].get('calls_total')} calls: {sorted(bad)} {said}"
    if look.at - look.as_of > expected_age:
        return f"last confirmed at {look.as_of:%H:%M:%S}"
    return None


def only_notes(look: Look, expected_age: timedelta) -> bool:
    """Tell whether what users wait for is right, and at most kinds that are read by and by are still to be read again."""
    is_fresh = look.status == "ok" and look.as_of is not None and look.at - look.as_of <= expected_age
    return is_fresh and not look.codes & {"reading", "slowed", "throttled", "credentials_expired", "reader_trouble"}


CHECKS = (
    nothing_negative,
    exact_while_nothing_happens,
    within_what_the_age_explains,
    final_is_final,
    nothing_missing,
    nothing_made_up,
    no_known_zero,
    unknown_has_its_reason,
    old_is_said,
    confirmation_is_honest,
    sums_add_up,
    total_is_that_of_the_jobs,
    endpoints_are_as_they_are,
)
