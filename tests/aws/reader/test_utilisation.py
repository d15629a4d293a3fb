"""How well jobs have used their machines: one question for several, asked with spare calls alone."""

from datetime import datetime, timedelta, timezone

import botocore.session
import pytest
from botocore.validate import ParamValidator

from mlcost_ext.aws.reader.budget import WINDOW_CALLS
from mlcost_ext.aws.reader.operations import METRICS
from mlcost_ext.aws.reader.requests import SPARED_CALLS
from mlcost_ext.aws.reader.utilisation import MOST_JOBS, MOST_PAGES
from tests.aws.reader.fakes import fault, make_job, put
from tests.aws.reader.test_requests import Asked

SINCE, UNTIL = "2026-11-23T12:03:21Z", "2026-11-23T13:30:00Z"


@pytest.fixture
def asked():
    found = Asked()
    put(found.reader, make_job())
    found.reader.turn()
    assert not found.reader.budget.has_first_calls
    return found


def answer(asked, *pages):
    """Let CloudWatch answer with these pages: values by identity."""
    calls = []

    def get_metric_data(params):
        calls.append(params)
        page = pages[min(len(calls), len(pages)) - 1]
        if isinstance(page, Exception):
            raise page
        results = [{"Id": identity, "Timestamps": [], "Values": values} for identity, values in page.items()]
        more = {"NextToken": f"token-{len(calls)}"} if len(calls) < len(pages) else {}
        return {"MetricDataResults": results, **more}

    asked.reader.aws.get_metric_data = get_metric_data
    return calls


def ask(asked, kind="training", names=("a", "b"), since=SINCE, until=UNTIL):
    return asked.ask("utilisation", kind=kind, names=list(names), since=since, until=until)


def test_the_highest_of_each_measure_is_told_by_job(asked):
    """Over all pages; what was not measured is left out, what makes no sense passed over."""
    first = {
        "cpu_0": [12.5, 380.0],
        "gpu_1": [0],
        "memory_1": [-1, "x", None, True],
        "x": [9],
        "cpu_7": [9],
        "heat_0": [9],
    }
    calls = answer(asked, first, {"cpu_0": [400.5, 1], "disk_0": [3]})
    assert ask(asked) == {
        "ok": {"items": [{"name": "a", "percents": {"cpu": 400.5, "disk": 3.0}}, {"name": "b", "percents": {"gpu": 0.0}}]}
    }
    assert [call.get("NextToken") for call in calls] == [None, "token-1"]


@pytest.mark.parametrize(("kind", "space"), [("training", "TrainingJobs"), ("processing", "ProcessingJobs")])
def test_what_is_asked_is_what_aws_takes(asked, kind, space):
    """Five measures of each job's first instance, by five minutes from a whole one on."""
    calls = answer(asked, {})
    assert ask(asked, kind)["ok"]["items"] == [{"name": "a", "percents": {}}, {"name": "b", "percents": {}}]
    (params,) = calls
    shape = botocore.session.get_session().get_service_model("cloudwatch").operation_model(METRICS).input_shape
    assert ParamValidator().validate(params, shape).generate_report() == ""
    assert (params["StartTime"], len(params["MetricDataQueries"])) == (datetime(2026, 11, 23, 12, tzinfo=timezone.utc), 10)
    stat = params["MetricDataQueries"][0]["MetricStat"]
    assert stat == {
        "Metric": {
            "Namespace": f"/aws/sagemaker/{space}",
            "MetricName": "CPUUtilization",
            "Dimensions": [{"Name": "Host", "Value": "a/algo-1"}],
        },
        "Period": 300,
        "Stat": "Average",
    }


def test_pages_without_end_are_cut(asked):
    """Ten are read."""
    calls = answer(asked, *[{"cpu_0": [number]} for number in range(MOST_PAGES + 5)])
    assert ask(asked)["ok"]["items"][0]["percents"] == {"cpu": MOST_PAGES - 1.0}
    assert len(calls) == MOST_PAGES


def test_only_spare_calls_are_used(asked):
    """Half of ten minutes' calls are left to all else, and the first picture comes first."""
    calls = answer(asked, {})
    while asked.reader.budget.used() < WINDOW_CALLS - SPARED_CALLS:
        asked.reader.budget.spend()
    assert ask(asked)["error"]["code"] == "throttled"
    assert calls == []
    asked.reader.clock.forward(700)
    assert "ok" in ask(asked)
    fresh = Asked()
    answer(fresh, {})
    assert ask(fresh)["error"]["code"] == "throttled"


def test_a_refusal_is_told_to_the_server_alone(asked):
    """Which says nothing of it to anybody."""
    answer(asked, fault("permission_missing"))
    assert ask(asked)["error"]["code"] == "permission_missing"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "transform"},
        {"names": ()},
        {"names": ["a"] * (MOST_JOBS + 1)},
        {"names": ["a", 7]},
        {"names": [""]},
        {"since": "yesterday"},
        {"until": None},
        {"since": UNTIL, "until": SINCE},
        {"since": (datetime(2026, 11, 23, tzinfo=timezone.utc) - timedelta(days=61)).isoformat()},
    ],
)
def test_what_makes_no_sense_is_not_sent(asked, changes):
    """Kinds that cannot be asked by name, too many jobs, times that do not follow."""
    calls = answer(asked, {})
    assert ask(asked, **changes)["error"]["code"] == "aws_error"
    assert calls == []
