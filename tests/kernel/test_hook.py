"""The hook on real botocore clients against the practice account: it sees all, and changes nothing."""

from __future__ import annotations

import asyncio
import errno
import io
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from types import SimpleNamespace
from typing import Any

import boto3
import botocore
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ParamValidationError
from botocore.stub import Stubber

from mlcost_ext.jobs.run_key import document_of, key_of
from mlcost_ext.kernel.attach import Attachment, living_emitters
from mlcost_ext.kernel.hook import LaunchHook, answer_outcome, error_outcome
from mlcost_ext.sandbox import names

UNIQUE = count()
ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/"


class Spool:
    """Keeps events instead of writing them, and can be told to fail."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.failure: Exception | None = None

    def write(self, type_: str, **fields: object) -> None:
        if self.failure is not None:
            raise self.failure
        self.events.append({"type": type_, **fields})

    def outcomes(self) -> list[tuple[str, str | None]]:
        return [(event["result"], event["error_code"]) for event in self.events if event["type"] == "outcome"]

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


def request(name: str, **more: Any) -> dict[str, Any]:
    return {
        "TrainingJobName": name,
        "RoleArn": names.ROLE_ARN,
        "AlgorithmSpecification": {"TrainingImage": "image:1", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **more,
    }


@pytest.fixture
def spool() -> Spool:
    """Give a spool that keeps its events."""
    return Spool()


@pytest.fixture
def name() -> str:
    """Give a job name that no other test has."""
    return f"hook-{next(UNIQUE)}"


@pytest.fixture
def account(practice: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Let this process's clients talk to the practice account."""
    for key, value in environment.items():
        if key.startswith(("AWS_", "HOME")):
            monkeypatch.setenv(key, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", practice)
    return practice


@pytest.fixture
def hook(spool: Spool) -> LaunchHook:
    """Give a hook that writes to the spool."""
    return LaunchHook(spool.write, lambda: {"notebook": "n.ipynb", "cell_id": "c"})


@pytest.fixture
def attached(account: str, hook: LaunchHook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Attachment]:
    """Attach the hook for the length of a test, in a process that has not used boto3 before."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    attachment = Attachment(botocore, hook)
    attachment.attach()
    yield attachment
    attachment.detach()


def client(**options: Any) -> Any:
    return boto3.session.Session().client("sagemaker", **options)


def test_accepted_launch_gives_two_lines(attached: Attachment, spool: Spool, name: str) -> None:
    """The intent tells what was asked for and from where, the outcome AWS's ARN."""
    client(region_name="eu-west-1").create_training_job(**request(name, Tags=[{"Key": "team", "Value": "fraud"}]))
    intent, outcome = spool.events
    id_ = intent.pop("id")
    asked = request(name)
    asked["RoleArn"] = intent["request"]["RoleArn"]
    asked["RunKey"] = document_of(key_of("training", request(name)))
    assert intent == {
        "type": "intent",
        "kind": "training",
        "region_id": "eu-west-1",
        "name": name,
        "notebook": "n.ipynb",
        "cell_id": "c",
        "request": asked,
        "tags": {"team": "fraud"},
    }
    arn = f"arn:aws:sagemaker:eu-west-1:111122223333:training-job/{name}"
    assert outcome == {"type": "outcome", "id": id_, "result": "accepted", "resource_id": arn, "error_code": None}
    assert "sha256:" in str(asked["RoleArn"])


def test_refused_launch_tells_awss_code(attached: Attachment, spool: Spool, name: str) -> None:
    """A name that is taken is refused; the user gets AWS's own exception."""
    sagemaker = client()
    sagemaker.create_training_job(**request(name))
    with pytest.raises(sagemaker.exceptions.ResourceInUse):
        sagemaker.create_training_job(**request(name))
    assert spool.outcomes() == [("accepted", None), ("refused", "ResourceInUse")]


def test_lost_connection_is_unknown(attached: Attachment, spool: Spool, name: str) -> None:
    """Nobody knows what came of a call without an answer."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(EndpointConnectionError):
        client(endpoint_url=endpoint).create_training_job(**request(name))
    assert spool.outcomes() == [("unknown", "EndpointConnectionError")]


def test_call_that_is_never_sent_is_no_launch(
    attached: Attachment, spool: Spool, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invalid parameters leave no line, missing credentials a refusal."""
    with pytest.raises(ParamValidationError):
        client().create_training_job(TrainingJobName=name)
    assert spool.events == []
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(NoCredentialsError):
        client().create_training_job(**request(name))
    assert spool.outcomes() == [("refused", "NoCredentialsError")]


def test_presigned_url_and_other_operations_are_no_launch(attached: Attachment, spool: Spool, name: str) -> None:
    """Only what is sent as a launch counts."""
    sagemaker = client()
    assert sagemaker.generate_presigned_url("create_training_job", Params=request(name)).startswith("http")
    sagemaker.list_training_jobs()
    boto3.client("sts").get_caller_identity()
    assert spool.events == []


def test_stubbed_client_is_no_launch(attached: Attachment, spool: Spool, name: str) -> None:
    """What a test's stub answers never reaches AWS."""
    sagemaker = client()
    with Stubber(sagemaker) as stub:
        stub.add_response("create_training_job", {"TrainingJobArn": ARN + name})
        sagemaker.create_training_job(**request(name))
    assert spool.events == []


def test_changes_by_other_handlers_are_seen(attached: Attachment, spool: Spool, name: str) -> None:
    """What is noted is what is sent, even when a plug-in changes it late."""
    sagemaker = client()

    def late(params: dict[str, Any], **_: Any) -> None:
        if "ResourceConfig" in params:
            params["ResourceConfig"]["InstanceCount"] = 7

    sagemaker.meta.events.register_last("before-parameter-build", late)
    sagemaker.create_training_job(**request(name))
    assert spool.events[0]["request"]["ResourceConfig"]["InstanceCount"] == 7
    assert sagemaker.describe_training_job(TrainingJobName=name)["ResourceConfig"]["InstanceCount"] == 7


def test_call_is_the_same_with_and_without_the_hook(account: str, hook: LaunchHook, name: str) -> None:
    """Request, response, parameters and exceptions do not differ."""
    attachment, seen = Attachment(botocore, hook), []
    for is_attached in (False, True):
        if is_attached:
            attachment.attach()
        for status in (200, 400):
            seen.append(_exchange(name, status))
    attachment.detach()
    assert seen[0] == seen[2]
    assert seen[1] == seen[3]
    assert seen[0][2]["TrainingJobArn"] == "arn"


def _exchange(name: str, status: int) -> tuple[Any, Any, Any]:
    sagemaker, sent, params = client(), [], request(name)
    raw = b'{"TrainingJobArn": "arn"}' if status == 200 else b'{"__type": "ResourceLimitExceeded", "message": "m"}'

    def answer(request: Any, **_: Any) -> AWSResponse:
        moving = {"X-Amz-Date", "Authorization", "amz-sdk-invocation-id"}
        sent.append((request.url, request.body, {k: v for k, v in request.headers.items() if k not in moving}))
        body = io.BytesIO(raw)
        body.stream = lambda: iter([raw])  # type: ignore[attr-defined]
        return AWSResponse(request.url, status, {}, body)

    sagemaker.meta.events.register("before-send.sagemaker", answer)
    try:
        result = sagemaker.create_training_job(**params)
    except ClientError as error:
        result = {"error": str(error), **error.response}
    return sent, params, result


def test_every_kind_of_client_is_seen(attached: Attachment, spool: Spool, name: str) -> None:
    """boto3's default session, a session of its own, and botocore without boto3."""
    clients = [
        boto3.client("sagemaker"),
        boto3.session.Session(region_name="us-east-1").client("sagemaker"),
        botocore.session.get_session().create_client("sagemaker"),
        botocore.session.Session().create_client("sagemaker", config=Config(retries={"mode": "standard"})),
    ]
    for number, sagemaker in enumerate(clients):
        sagemaker.create_training_job(**request(f"{name}-{number}"))
    assert spool.outcomes() == [("accepted", None)] * 4


def test_threads_and_asyncio_keep_launches_apart(attached: Attachment, spool: Spool, name: str) -> None:
    """Each outcome belongs to its own intent."""
    sagemaker = client()

    def launch(number: int) -> None:
        sagemaker.create_training_job(**request(f"{name}-{number}"))

    async def together() -> None:
        await asyncio.gather(*(asyncio.to_thread(launch, number) for number in range(8, 16)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(launch, range(8)))
    asyncio.run(together())
    names_by_id = {event["id"]: event["name"] for event in spool.events if event["type"] == "intent"}
    arns = {names_by_id[event["id"]]: event["resource_id"] for event in spool.events if event["type"] == "outcome"}
    assert arns == {f"{name}-{number}": f"{ARN}{name}-{number}" for number in range(16)}


def test_earlier_sessions_and_clients_are_found(account: str, hook: LaunchHook, spool: Spool, name: str) -> None:
    """A client, one inside a session, and those made later from an old session; each is hooked once."""
    session = boto3.session.Session()
    early = session.client("sagemaker")
    attachment = Attachment(botocore, hook)
    attachment.attach()
    late = session.client("sagemaker")
    attachment.attach()
    for number, sagemaker in enumerate((early, late)):
        sagemaker.create_training_job(**request(f"{name}-{number}"))
    attachment.detach()
    botocore.unregister_initializer(attachment._on_session)  # attached twice above
    assert spool.types() == ["intent", "outcome"] * 2


def test_detaching_leaves_nothing(account: str, hook: LaunchHook, spool: Spool, name: str) -> None:
    """No initializer, no handler on any session or client; calls go on as before."""
    initializers = list(botocore._INITIALIZERS)
    session = boto3.session.Session()
    attachment = Attachment(botocore, hook)
    attachment.attach()
    sagemaker = session.client("sagemaker")
    attachment.detach()
    assert initializers == botocore._INITIALIZERS
    assert [emitter for emitter, _ in living_emitters() if "LaunchHook" in repr(emitter._emitter._handlers._root)] == []
    assert [emitter for emitter, _ in living_emitters() if "mlcost" in repr(emitter._emitter._unique_id_handlers)] == []
    sagemaker.create_training_job(**request(name))
    assert spool.events == []
    attachment.detach()


def test_full_disk_is_told_once_and_the_launch_goes_on(
    attached: Attachment, spool: Spool, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The hook stays on, and notes launches again when there is room."""
    sagemaker = client()
    spool.failure = OSError(errno.ENOSPC, "No space left on device", "/home/spool")
    for number in range(4):
        sagemaker.create_training_job(**request(f"{name}-{number}"))
    spool.failure = None
    sagemaker.create_training_job(**request(name))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "could not be noted (No space left on device: /home/spool); the call itself is not affected" in said
    assert spool.types() == ["intent", "outcome"]


def test_three_faults_in_a_row_switch_the_hook_off(
    attached: Attachment, hook: LaunchHook, spool: Spool, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so once, in one line that tells no secret, and no call is disturbed."""
    sagemaker = client()
    spool.failure = KeyError("hunter2")
    for number in range(5):
        sagemaker.create_training_job(**request(f"{name}-{number}"))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "no longer noted in this kernel after 3 internal errors in a row (KeyError)" in said
    assert "hunter2" not in said
    assert not hook.is_active
    spool.failure = None
    sagemaker.create_training_job(**request(name))
    assert spool.events == []


def test_switching_off_is_noted_where_that_is_possible(hook: LaunchHook, spool: Spool) -> None:
    """A fault in the hook itself, not in the spool, still leaves a last line."""
    for _ in range(3):
        context: dict[str, Any] = {}
        hook.remember(params={"no": "name"}, context=context)
        hook.note_intent(model=SimpleNamespace(name="CreateTrainingJob"), context=context)
    assert spool.types() == ["unloaded"]


def test_success_forgives_earlier_faults(attached: Attachment, hook: LaunchHook, spool: Spool, name: str) -> None:
    """Two faults, a good launch, two faults: the hook stays on."""
    sagemaker = client()
    for number, failure in enumerate([KeyError(), KeyError(), None, KeyError(), KeyError()]):
        spool.failure = failure
        sagemaker.create_training_job(**request(f"{name}-{number}"))
    assert hook.is_active
    assert spool.outcomes() == [("accepted", None)]


def test_faults_in_outcomes_count_too(hook: LaunchHook, spool: Spool) -> None:
    """An answer nobody understands is a fault, not an exception in the user's call."""
    for _ in range(3):
        context: dict[str, Any] = {}
        hook.remember(params={"TrainingJobName": "a"}, context=context)
        hook.note_intent(model=SimpleNamespace(name="CreateTrainingJob"), context=context)
        hook.note_answer(http_response=None, parsed=None, context=context)
    assert not hook.is_active
    assert spool.types() == ["intent"] * 3 + ["unloaded"]


@pytest.mark.parametrize(
    ("status", "parsed", "expected"),
    [
        (200, {"TrainingJobArn": "arn"}, ("accepted", "arn", None)),
        (200, {}, ("accepted", None, None)),
        (400, {"Error": {"Code": "AccessDeniedException"}}, ("refused", None, "AccessDeniedException")),
        (400, {}, ("refused", None, "400")),
        (500, {"Error": {"Code": "InternalFailure"}}, ("unknown", None, "InternalFailure")),
        (400, {"Error": {"Code": "ResourceInUse"}, "ResponseMetadata": {"RetryAttempts": 1}}, ("unknown", None, "ResourceInUse")),
        (400, {"Error": {"Code": "ResourceInUse"}, "ResponseMetadata": {"RetryAttempts": 0}}, ("refused", None, "ResourceInUse")),
        (
            400,
            {"Error": {"Code": "ValidationException"}, "ResponseMetadata": {"RetryAttempts": 2}},
            ("unknown", None, "ValidationException"),
        ),
        (400, {"Error": {"Code": "ValidationException"}, "ResponseMetadata": {}}, ("refused", None, "ValidationException")),
        (200, {"EndpointArn": "arn"}, ("accepted", "arn", None)),
    ],
)
def test_answers_are_understood(status: int, parsed: dict[str, Any], expected: tuple[object, ...]) -> None:
    """A server's failure, or a name taken at the second attempt, may still have started the job."""
    outcome = answer_outcome(status, parsed)
    assert (outcome["result"], outcome["resource_id"], outcome["error_code"]) == expected


def test_errors_tell_their_class_only() -> None:
    """The message of an exception may hold anything."""
    assert error_outcome(TimeoutError("hunter2")) == {"result": "unknown", "resource_id": None, "error_code": "TimeoutError"}
