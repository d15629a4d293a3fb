"""The real reader process against the practice account, good days and bad."""

import socketserver
import threading
from pathlib import Path

import pytest

from tests.aws.conftest import REGION, SPACE

RUNNING = "fraud-transformer-finetune-014"
STUDIO = {
    "region_id": REGION,
    "domain_id": "d-practice0001",
    "space_name": "alex-notebooks",
    "app_type": "JupyterLab",
    "app_name": "default",
}
MAX_PSS_MB = 45


def test_the_first_picture_then_a_stop(start):
    """What runs is pushed with its tags; a Stop is followed to its end."""
    reader = start()
    reader.watch()
    job = reader.await_job(RUNNING)
    assert job["TrainingJobStatus"] == "InProgress"
    assert job["ResourceConfig"] == {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 100}
    assert job["Tags"]["team"] == "fraud-platform"
    assert job["TrainingStartTime"].endswith("Z")
    status = reader.await_status(lambda status: status["first_picture"])
    assert (status["mode"], status["problem"]) == ("search", None)
    assert abs(status["clock_offset_seconds"]) < 2
    name = "credit-scorecard-xgboost-031"
    item = reader.request("describe", kind="training", region_id=REGION, name=name)["ok"]["item"]
    assert item["BillableTimeInSeconds"] > 0
    assert reader.request("stop", kind="training", region_id=REGION, name=RUNNING) == {"id": 7, "ok": {}}
    assert reader.await_job(RUNNING, lambda job: job["TrainingJobStatus"] in ("Stopping", "Stopped"))["Tags"]["team"]


def test_a_launch_is_seen_at_once(start, account):
    """By its name, although no poll is due."""
    reader = start()
    reader.watch(owner_tags={})
    reader.await_status(lambda status: status["first_picture"])
    account.order(raw_job={"TrainingJobName": "just-launched"})
    reader.watch(owner_tags={}, names=["just-launched"])
    first = reader.await_document(lambda document: document["push"] != "status")
    assert (first["push"], first["kind"]) == ("items", "training")
    assert [job["TrainingJobName"] for job in first["items"]] == ["just-launched"]


def test_the_session(start):
    """DescribeApp and DescribeSpace, and one denied."""
    reader = start()
    assert reader.request("describe_session", **STUDIO)["ok"]["instance_type"] == "ml.t3.medium"


def test_a_denied_app_leaves_the_space(start, account):
    """Named, with the rest there."""
    account.order(operation="DescribeApp", code="AccessDeniedException")
    answer = start().request("describe_session", **STUDIO)["ok"]
    assert (answer["instance_type"], answer["volume_gb"]) == (None, 5)
    assert "sagemaker:DescribeApp" in answer["problems"][0]["message"]


def test_a_denied_search(start, account):
    """Named, and the jobs come by the longer way."""
    account.order(operation="Search", code="AccessDeniedException")
    reader = start()
    reader.watch()
    assert reader.await_job(RUNNING)["Tags"]["team"] == "fraud-platform"
    status = reader.await_status(lambda status: status["first_picture"])
    assert status["mode"] == "list"
    assert "sagemaker:Search" in status["problem"]["message"]


def test_a_role_that_may_list_nothing_is_no_account_without_jobs(start, account):
    """There is no time of which zero jobs could be said."""
    for operation in ("Search", "ListTrainingJobs"):
        account.order(operation=operation, code="AccessDeniedException")
    reader = start()
    reader.watch()
    status = reader.await_status(lambda status: "ListTrainingJobs" in str(status["problem"]))
    assert (status["as_of"], status["first_picture"]) == (None, False)
    assert "sagemaker:Search" in status["problem"]["message"]


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("ThrottlingException", "throttled"),
        ("ExpiredTokenException", "credentials_expired"),
        ("RequestExpired", "clock_differs"),
        ("InternalFailure", "aws_error"),
    ],
)
def test_a_bad_day_is_said(start, account, code, problem):
    """Nothing is pushed, and nothing ends."""
    account.order(operation="*", code=code)
    reader = start()
    reader.watch(names=[RUNNING])
    status = reader.await_status()
    assert status["problem"]["code"] == problem
    assert status["as_of"] is None


def test_a_bad_day_ends_by_itself(start, account):
    """Another owner's tag is a reason to read at once, which shortens this test."""
    account.order(operation="*", code="ExpiredTokenException")
    reader = start()
    reader.watch()
    reader.await_status()
    account.order(clear=True)
    reader.watch(owner_tags={**SPACE, "team": "fraud-platform"})
    assert reader.await_status(lambda status: status["first_picture"])["problem"] is None


def test_a_stop_does_not_wait_for_a_poll_that_hangs(start, account):
    """And the process ends although a call hangs."""
    account.order(operation="Search", hang_seconds=6, times=1)
    reader = start()
    reader.watch()
    answer = reader.request("stop", kind="training", region_id=REGION, name="no-such-job")
    assert answer["error"]["code"] == "not_found"
    assert reader.lines.empty()
    reader.process.stdin.close()
    assert reader.process.wait(timeout=3) == 0


def test_jobs_nobody_understands_spoil_no_page(start, account):
    """Types, members and times AWS never gave; the other jobs of the page are there."""
    strange = {
        "TrainingJobName": "strange-1",
        "ResourceConfig": "big",
        "TrainingStartTime": "yesterday",
        "SecondaryStatusTransitions": {"not": "a list"},
        "BillableTimeInSeconds": "many",
        "EnableManagedSpotTraining": None,
        "FutureMember": {"a": [1]},
    }
    account.order(raw_job=strange)
    reader = start()
    reader.watch(names=["strange-1"], owner_tags={})
    job = reader.await_job("strange-1")
    assert not {
        "ResourceConfig",
        "TrainingStartTime",
        "BillableTimeInSeconds",
        "FutureMember",
        "EnableManagedSpotTraining",
    } & set(job)
    assert reader.await_status(lambda status: status["first_picture"])["problem"] is None


PAGES = {
    "a proxy's page": b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\n<html>Sign in<",
    "an empty page": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "a cut answer": b'HTTP/1.1 200 OK\r\nx-amzn-RequestId: 1\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{"Results": [{',
    "a short answer": b'HTTP/1.1 200 OK\r\nx-amzn-RequestId: 1\r\nContent-Length: 99\r\nConnection: close\r\n\r\n{"Results": [{',
    "no list": b'HTTP/1.1 200 OK\r\nx-amzn-RequestId: 1\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{"Results": 1 }',
}


@pytest.fixture
def impostor():
    """Answer everything with one page, which is not AWS's."""
    pages = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(65536)
            self.request.sendall(pages[0])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield pages, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("page", PAGES)
def test_a_garbled_answer_is_no_empty_account(start, impostor, page):
    """It is a problem, there is no first picture, and a Stop that met it has not happened."""
    pages, url = impostor
    pages.append(PAGES[page])
    reader = start(url=url)
    reader.watch()
    status = reader.await_status()
    assert status["problem"]["code"] in ("aws_error", "network_unreachable")
    assert (status["first_picture"], status["as_of"]) == (False, None)
    assert page == "no list" or "error" in reader.request("stop", kind="training", region_id=REGION, name="a")


def test_no_network(start):
    """Nobody listens."""
    reader = start(url="http://127.0.0.1:9")
    reader.watch()
    assert reader.await_status()["problem"]["code"] == "network_unreachable"


def test_no_credentials_and_no_region(start, tmp_path):
    """Both are said, by poll and by request."""
    reader = start(key=None, AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "none"), AWS_CONFIG_FILE=str(tmp_path / "none"))
    reader.watch()
    assert reader.await_status()["problem"]["code"] == "credentials_missing"
    assert reader.request("stop", kind="training", region_id=REGION, name="a")["error"]["code"] == "credentials_missing"
    reader.watch(regions=())
    assert reader.await_status(lambda status: status["region_id"] is None)["problem"]["code"] == "region_missing"


def test_credentials_aws_does_not_know(start):
    """Said without quoting them."""
    reader = start(key="AKIASOMEBODYELSES000")
    reader.watch()
    problem = reader.await_status()["problem"]
    assert problem["code"] == "credentials_missing"
    assert "AKIASOMEBODYELSES000" not in str(problem) + "".join(reader.errors)


def test_nonsense_on_its_input_ends_nothing(start):
    """Each request gets one answer; quit ends with status 0."""
    reader = start()
    reader.process.stdin.write('nonsense\n[]\n{"op":"watch"}\n')
    assert reader.request("dance")["error"]["code"] == "aws_error"
    assert reader.request("stop")["error"]["code"] == "aws_error"
    assert reader.request("stop", kind="training", region_id=REGION, name="not a name!")["error"]["code"] in (
        "aws_error",
        "not_found",
    )
    assert reader.request("quit") == {"id": 7, "ok": {}}
    assert reader.process.wait(timeout=5) == 0


STANDING = {
    "studio": {"region_id": REGION, "domain_id": "d-practice0001", "user_profile_name": "alex", "space_name": "alex-notebooks"},
}


def test_every_kind_of_the_practice_account_is_read(start):
    """With what its cost follows from, against the real wire."""
    reader = start()
    reader.watch(**STANDING)
    found, needed = {}, {"endpoint", "tuning", "processing", "transform", "automl", "app", "space", "notebook", "schedule"}
    while not needed <= found.keys() or "LastUse" not in found["endpoint"]:
        document = reader.await_document(lambda document: document.get("push") == "items")
        for item in document["items"]:
            found[document["kind"]] = {**found.get(document["kind"], {}), **item}
    assert found["endpoint"]["EndpointConfig"]["ProductionVariants"][0]["InstanceType"].startswith("ml.")
    assert found["processing"]["ProcessingResources"]["ClusterConfig"]["InstanceCount"] >= 1
    assert found["transform"]["TransformResources"]["InstanceType"].startswith("ml.")
    assert found["notebook"]["VolumeSizeInGB"] >= 5
    assert found["schedule"]["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"]
    assert (found["app"]["IsOurs"], found["space"]["IsOurs"]) == (True, True)
    status = reader.await_status(lambda status: status["first_picture"])
    assert all(status["kinds"].values())
    assert (status["problem"], status["kind_problems"]) == (None, {})
    assert status["calls_total"] <= 150


def test_a_forgotten_endpoint_is_deleted_and_its_end_is_told(start):
    """By the delete's own follow-up, or by the next reading that does not show it."""
    reader = start()
    reader.watch(**STANDING)
    endpoint = reader.await_item("endpoint")
    named = {"kind": "endpoint", "region_id": REGION, "name": endpoint["EndpointName"]}
    assert reader.request("describe", **named)["ok"]["item"]["EndpointStatus"] == "InService"
    assert reader.request("delete", **named) == {"id": 7, "ok": {}}
    deleting = reader.await_document(
        lambda document: (
            document["push"] == "gone" or any(item.get("EndpointStatus") == "Deleting" for item in document.get("items", ()))
        )
    )
    assert deleting["kind"] == "endpoint"


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is measured by Linux's smaps_rollup")
def test_memory_stays_small(start):
    """The proportional share of the process, with a client and its first picture."""
    reader = start()
    reader.watch(**STANDING)
    reader.await_status(lambda status: status["first_picture"])
    rollup = Path(f"/proc/{reader.process.pid}/smaps_rollup").read_text()
    pss_kb = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    assert pss_kb / 1024 < MAX_PSS_MB
