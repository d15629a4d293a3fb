"""Each check of the soak complains of what it is there for: a document that is right passes, and one doctored figure does not."""

from copy import deepcopy
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.names import REGION_ID
from mlcost_ext.sandbox.perform import perform
from mlcost_ext.sandbox.plans import RUN_SECONDS
from mlcost_ext.sandbox.requests import endpoint, endpoint_config, training, tuning

from .checks import CHECKS, NeverFalls, as_it_should_be
from .look import Look
from .truth import truth_of

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=timezone.utc)
AGO = timedelta(seconds=1)
RUNNING, ENDED, SUM, ENDPOINT = "runs", "has-ended", "tunes", "serves"
KINDS = ("training", "tuning", "endpoint", "processing")


def text(at):
    return at.isoformat().replace("+00:00", "Z")


@pytest.fixture(scope="module")
def account():
    """An account in which one job runs and one has ended, a tuning job has a child, and an endpoint is in service."""
    made = Account(clock=lambda: NOW)
    hour = {"Environment": {RUN_SECONDS: "7200"}}
    perform(made, NOW - 3600 * AGO, "CreateTrainingJob", training(RUNNING, "ml.m5.xlarge", 0, {}, **hour))
    perform(made, NOW - 3600 * AGO, "CreateTrainingJob", training(ENDED, "ml.m5.xlarge", 600, {}))
    perform(made, NOW - 600 * AGO, "CreateHyperParameterTuningJob", tuning(SUM, "ml.m5.xlarge", 3600, {}, jobs=1, parallel=1))
    perform(made, NOW - 3600 * AGO, "CreateEndpointConfig", endpoint_config(ENDPOINT, "ml.m5.xlarge", {}))
    perform(made, NOW - 3600 * AGO, "CreateEndpoint", endpoint(ENDPOINT, ENDPOINT, {}))
    assert made.table("endpoint", REGION_ID).get(ENDPOINT, NOW) is not None
    return made


def job_row(name, cost, **more):
    told = {"kind": "training", "name": name, "status": "InProgress", "cost": f"{cost}", "cost_per_hour": "0.23", "parent": None}
    told |= {"cost_basis": "accruing", "is_running": True, "is_sum": False, "instance_type": "ml.m5.xlarge", "ended_at": None}
    return {**told, **more}


@pytest.fixture
def look(account):
    """A look at which everything is right."""
    truth = truth_of(account, NOW)
    jobs = {name: job for (_, name), job in truth.jobs.items()}
    child = next(name for name in jobs if name.startswith(SUM))
    ended = {"cost_basis": "final", "is_running": False, "status": "Completed", "cost_per_hour": "0"}
    own = jobs[child].cost(NOW)
    rows = [
        job_row(RUNNING, jobs[RUNNING].cost(NOW)),
        job_row(ENDED, jobs[ENDED].final_cost, **ended),
        job_row(child, own, parent=f"tuning/{SUM}"),
        job_row(SUM, own, kind="tuning", is_sum=True),
    ]
    as_of = text(NOW - 10 * AGO)
    overview = {
        "as_of": text(NOW),
        "aws": {"status": "ok", "as_of": as_of, "kinds": [{"kind": kind, "as_of": as_of} for kind in KINDS]},
        "data_quality": [],
        "jobs": deepcopy(rows),
        "apps": [],
        "totals": {
            "running": 3,
            "running_cost": f"{jobs[RUNNING].cost(NOW) + own}",
            "standing": 1,
            "standing_cost_per_day": "5.52",
        },
    }
    endpoints = [{"name": ENDPOINT, "status": "InService", "cost_per_day": f"{24 * Decimal('0.23')}"}]
    answered = dict.fromkeys(KINDS, NOW - 9 * AGO)
    return Look(overview=overview, jobs=rows, endpoints=endpoints, until=NOW, truth=truth, answered=answered)


def complaints(look, *names):
    return [complaint for check in CHECKS if not names or check.__name__ in names for complaint in check(look)]


def doctored(look, name, **members):
    """Change members of a job, both in the overview and in the list."""
    for rows in (look.overview["jobs"], look.jobs):
        next(row for row in rows if row["name"] == name).update(members)


def test_a_right_document_passes(look):
    """And so nothing below fails for another reason."""
    assert complaints(look) == []
    assert as_it_should_be(look, timedelta(seconds=35)) is None
    assert list(NeverFalls()(look)) == []


def cost_of(look, name):
    return Decimal(look.row("training", name)["cost"])


def test_one_second_too_few_is_no_exact_figure(look):
    doctored(look, RUNNING, cost=f"{cost_of(look, RUNNING) - Decimal('0.23') / 3600}")
    assert complaints(look, "exact_while_nothing_happens")


def test_below_what_was_spent_when_it_was_confirmed(look):
    doctored(look, RUNNING, cost=f"{cost_of(look, RUNNING) - Decimal('0.23') * 20 / 3600}")
    assert complaints(look, "within_what_the_age_explains")


def test_more_than_can_have_been_spent(look):
    doctored(look, RUNNING, cost=f"{cost_of(look, RUNNING) + Decimal('0.23') * 20 / 3600}")
    assert complaints(look, "within_what_the_age_explains")


def test_a_final_figure_that_aws_does_not_bill(look):
    doctored(look, ENDED, cost=f"{cost_of(look, ENDED) + Decimal('0.01')}")
    assert complaints(look, "final_is_final")


def test_final_before_its_end(look):
    doctored(look, RUNNING, cost_basis="final")
    assert complaints(look, "final_is_final")


def test_not_final_long_after_its_end(look):
    doctored(look, ENDED, cost_basis="at_most")
    assert complaints(look, "final_is_final")


@pytest.mark.parametrize("name", [RUNNING, ENDED, SUM])
def test_one_that_is_missing(look, name):
    look.jobs[:] = [row for row in look.jobs if row["name"] != name]
    assert complaints(look, "nothing_missing")


def test_one_that_is_missing_may_still_be_read(look):
    look.overview["data_quality"].append({"code": "reading", "subject": None})
    look.jobs[:] = [row for row in look.jobs if row["name"] != ENDED]
    assert complaints(look, "nothing_missing") == []


def test_one_that_nobody_has(look):
    look.jobs.append(job_row("a-strangers", 1))
    assert complaints(look, "nothing_made_up")


def test_a_state_it_never_had(look):
    doctored(look, RUNNING, status="Stopping")
    assert complaints(look, "nothing_made_up")


@pytest.mark.parametrize("member", ["cost", "cost_per_hour"])
def test_less_than_nothing(look, member):
    doctored(look, RUNNING, **{member: "-0.01"})
    assert complaints(look, "nothing_negative")


def test_nothing_runs_although_aws_was_not_read(look):
    look.overview["aws"]["as_of"] = None
    look.overview["totals"] |= {"running": 0, "running_cost": "0"}
    assert complaints(look, "no_known_zero")


def test_nothing_runs_and_that_was_true_long_ago(look):
    look.overview["aws"]["as_of"] = text(NOW - 400 * AGO)
    look.overview["totals"] |= {"running": 0, "running_cost": "0"}
    assert complaints(look, "no_known_zero")


def test_nothing_stands_although_aws_was_never_read(look):
    look.overview["aws"]["kinds"] = [{"kind": kind, "as_of": None} for kind in KINDS]
    look.overview["totals"] |= {"standing": 0, "standing_cost_per_day": "0"}
    assert complaints(look, "no_known_zero")


def test_a_job_that_costs_nothing_although_it_has_run(look):
    doctored(look, RUNNING, cost="0")
    assert complaints(look, "no_known_zero")


def test_an_unknown_cost_without_a_reason(look):
    doctored(look, RUNNING, cost=None)
    assert complaints(look, "unknown_has_its_reason")
    look.overview["data_quality"].append({"code": "job_unreadable", "subject": RUNNING})
    assert complaints(look, "unknown_has_its_reason") == []


@pytest.mark.parametrize("as_of", [None, text(NOW - 120 * AGO)])
def test_old_and_called_ok(look, as_of):
    look.overview["aws"]["as_of"] = as_of
    assert complaints(look, "old_is_said")


def test_confirmed_later_than_aws_has_answered(look):
    look.answered["training"] = NOW - 60 * AGO
    assert complaints(look, "confirmation_is_honest")


def test_a_sum_that_is_not_that_of_its_jobs(look):
    doctored(look, SUM, cost="0.5")
    assert complaints(look, "sums_add_up")


@pytest.mark.parametrize("total", ["0.01", "9"])
def test_a_total_that_is_not_that_of_the_jobs(look, total):
    look.overview["totals"]["running_cost"] = total
    assert complaints(look, "total_is_that_of_the_jobs")


@pytest.mark.parametrize("rows", [[], [{"name": ENDPOINT, "status": "InService", "cost_per_day": "0.23"}]])
def test_an_endpoint_that_is_missing_or_has_another_rate(look, rows):
    look.endpoints[:] = rows
    assert complaints(look, "endpoints_are_as_they_are")


def test_an_endpoint_that_nobody_has(look):
    look.endpoints.append({"name": "a-strangers", "status": "InService", "cost_per_day": "5.52"})
    assert complaints(look, "endpoints_are_as_they_are")


def test_a_figure_that_falls(look):
    never_falls = NeverFalls()
    assert list(never_falls(look)) == []
    doctored(look, RUNNING, cost="0.01")
    assert list(never_falls(look))


def test_a_figure_that_falls_to_be_final(look):
    never_falls = NeverFalls()
    assert list(never_falls(look)) == []
    doctored(look, RUNNING, cost="0.01", cost_basis="final")
    assert list(never_falls(look)) == []


@pytest.mark.parametrize(
    "change",
    [{"status": "failed"}, {"as_of": None}, {"as_of": text(NOW - 50 * AGO)}],
)
def test_not_well_yet(look, change):
    look.overview["aws"] |= change
    assert as_it_should_be(look, timedelta(seconds=35))


def test_something_still_said(look):
    look.overview["data_quality"].append({"code": "slowed", "subject": None})
    assert as_it_should_be(look, timedelta(seconds=35))
