"""Several threads of a kernel launch at once, where nobody can be asked: each is judged, and what holds once holds once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_guard import LAUNCH, POLICY, launched

EIGHT_AT_ONCE = """
import threading
from mlcost_ext.kernel.stopped import LaunchStopped
def at_once(name, instance_type="ml.p4d.24xlarge", **more):
    barrier, found = threading.Barrier(8), []
    def go(n):
        mine = boto3.session.Session().client("sagemaker") if n % 2 else client
        barrier.wait()
        try:
            mine.create_training_job(**request(f"{name}-{n}", instance_type, **more))
            found.append("sent")
        except LaunchStopped as error:
            found.append("stopped")
        except BaseException as error:
            found.append(repr(error))
    threads = [threading.Thread(target=go, args=(n,)) for n in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sorted(found)
tagged = [{"Key": "team", "Value": "credit-risk"}]
"""


@pytest.fixture
def guarded(start_kernel: Callable[..., Any], practice: str, tmp_path: Path) -> Any:
    """Start a kernel under the policy."""
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    kernel = start_kernel(AWS_ENDPOINT_URL=practice, MLCOST_POLICY=str(file))
    assert kernel.run(LAUNCH + EIGHT_AT_ONCE).error is None
    return kernel


def test_eight_threads_share_one_guard(guarded: Any) -> None:
    """The first launches of all, at once: one guard is made, each is judged, and nothing goes wrong in it."""
    guarded.run("guards = set(); import mlcost_ext.kernel.guard_start as s; make = s.make_guard\n"
                "def noting(*a):\n  made = make(*a); guards.add(made); return made\ns.make_guard = noting")  # fmt: skip
    assert guarded.value("at_once('guarded-many')") == ["stopped"] * 8
    assert guarded.value("len(guards)") == 1
    assert len(guarded.decisions()) == 8
    assert {each["outcome"] for each in guarded.decisions()} == {"unanswerable"}
    assert guarded.value("at_once('guarded-few', 'ml.m5.xlarge', Tags=tagged)") == ["sent"] * 8
    assert guarded.value("len([name for name in names() if name.startswith(('guarded-many', 'guarded-few'))])") == 8


def test_one_of_eight_threads_has_the_override(guarded: Any) -> None:
    """Each override lets one launch pass, whoever is first; a change that was asked for is made once."""
    assert guarded.value("at_once('guarded-none', Tags=tagged)") == ["stopped"] * 8
    for times in (1, 2, 1):
        for _ in range(times):
            assert "Run the cell again" in guarded.run('%cost_override MC101 --reason "a benchmark"').stdout
        assert guarded.value(f"at_once('guarded-once-{len(guarded.decisions())}', Tags=tagged)") == (
            ["sent"] * times + ["stopped"] * (8 - times)
        )
        assert [each["outcome"] for each in guarded.decisions()[-8:]].count("overridden") == times
    assert "Run the cell again" in guarded.run("%cost_fix 1").stdout
    assert guarded.value("at_once('guarded-fixed', Tags=tagged)") == ["sent"] + ["stopped"] * 7
    assert guarded.value("get_ipython().meta['mlcost_ext'].guard().memory.tickets") == []


def test_override_is_for_no_dearer_launch(guarded: Any) -> None:
    """It stays for the one that it was given for, which others do not use up."""
    run = "client.create_training_job(**request({name!r}, Tags=[{{'Key': 'team', 'Value': 'credit-risk'}}], **{more}))"
    longer = "{'StoppingCondition': {'MaxRuntimeInSeconds': 172800}}"
    assert guarded.run(run.format(name="guarded-dear", more="{}")).error is not None
    assert guarded.run('%cost_override MC101 --reason "a benchmark"').stderr == ""
    assert guarded.run(run.format(name="guarded-dearer", more=longer)).error is not None
    cheap = "client.create_training_job(**request({name!r}, 'ml.m5.xlarge', Tags=[{{'Key': 'team', 'Value': 'credit-risk'}}]))"
    assert guarded.run(cheap.format(name="guarded-cheap")).error is None
    assert guarded.decisions()[-1]["outcome"] == "sent"
    assert guarded.run(run.format(name="guarded-dear", more="{}")).error is None
    assert guarded.decisions()[-1]["outcome"] == "overridden"
    assert not launched(guarded, "guarded-dearer")
