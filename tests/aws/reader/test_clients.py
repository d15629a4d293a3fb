"""The one way to AWS: its allow-list, its trimmed model, and what follows a fault of credentials."""

import gc
import http.server
import json
import subprocess
import sys
import threading
import weakref

import botocore.session
import pytest

from mlcost_ext.aws.reader import lean
from mlcost_ext.aws.reader.clients import Clients
from mlcost_ext.aws.reader.faults import Fault
from mlcost_ext.aws.reader.kinds import KINDS
from mlcost_ext.aws.reader.operations import ACTIONS, ALLOWED_OPERATIONS, READS, service_of


@pytest.fixture
def no_credentials(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    return tmp_path


@pytest.fixture
def refusing(no_credentials, monkeypatch):
    """Answer everything with a refusal: of expired credentials, until `error` is set to another."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.dumps({"__type": self.server.error, "message": "No."}).encode()
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            """Say nothing."""

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.error = "ExpiredTokenException"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_address[1]}")
        yield server
        server.shutdown()


class NotedClients(Clients):
    """Clients that are known of as long as they are alive."""

    def __init__(self):
        super().__init__()
        self.alive = weakref.WeakSet()

    def _client(self, region_id, service):
        client = super()._client(region_id, service)
        self.alive.add(client)
        return client

    def code_of(self, operation, **params):
        """Call, and give the code of the problem that it meets."""
        with pytest.raises(Fault) as caught:
            self.call("us-east-1", operation, params)
        return caught.value.problem.code


@pytest.fixture
def unfrozen():
    """Give back what a test has frozen."""
    yield
    gc.unfreeze()


def test_clients_of_expired_credentials_are_freed(refusing, unfrozen):
    """Each poll makes a new one, for as long as nobody signs in: hours."""
    clients = NotedClients()
    alive = []
    for _ in range(6):
        assert clients.code_of("Search", Resource="TrainingJob") == "credentials_expired"
        alive.append(len(clients.alive))
    assert clients.calls_total == 6
    assert max(alive) <= 2


@pytest.mark.parametrize("operation", ["Search", "StopTrainingJob"])
def test_a_call_is_made_once(refusing, unfrozen, operation):
    """Who asks decides whether it is made again; a hidden second one would be no part of the budget."""
    refusing.error = "ThrottlingException"
    clients = NotedClients()
    params = {"Resource": "TrainingJob"} if operation == "Search" else {"TrainingJobName": "a"}
    assert clients.code_of(operation, **params) == "throttled"
    assert clients.calls_total == 1


@pytest.mark.parametrize("service", lean.SERVICES)
def test_a_client_has_the_allowed_operations_and_no_other(service):
    """A mistake cannot start or change anything."""
    session = botocore.session.Session()
    session.register_component("data_loader", lean.make_loader())
    client = session.create_client(service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    allowed = [name for name in ALLOWED_OPERATIONS if service_of(name) == service]
    assert sorted(client.meta.service_model.operation_names) == sorted(allowed)
    assert not hasattr(client, "create_training_job")


def test_reads_only_read():
    """By their names; the rest are actions, and a user's."""
    assert all(name.startswith(("Describe", "Get", "List", "Search")) for name in READS)
    assert set(ACTIONS) == {
        "DeleteApp",
        "DeleteEndpoint",
        "StopAutoMLJob",
        "StopHyperParameterTuningJob",
        "StopMonitoringSchedule",
        "StopNotebookInstance",
        "StopProcessingJob",
        "StopTrainingJob",
        "StopTransformJob",
        "UpdateTrainingJob",
    }


@pytest.mark.parametrize("operation", ["CreateTrainingJob", "DeleteModel", "DeleteSpace", "UpdateEndpoint"])
def test_other_operations_are_refused_before_a_client_is_made(operation):
    """Whatever asks for them."""
    with pytest.raises(ValueError, match=operation):
        Clients().call("us-east-1", operation, {})


@pytest.mark.parametrize(
    "params",
    [
        {"ResourceConfig": {"KeepAlivePeriodInSeconds": 3600}},
        {"ResourceConfig": {"KeepAlivePeriodInSeconds": 0}, "RemoteDebugConfig": {"EnableRemoteDebug": True}},
        {},
    ],
)
def test_a_training_job_is_updated_to_release_its_warm_pool_only(params):
    """Nothing else is sent."""
    with pytest.raises(ValueError, match="warm pool"):
        Clients().call("us-east-1", "UpdateTrainingJob", {"TrainingJobName": "a", **params})


def test_an_older_botocore_that_lacks_an_operation_is_no_obstacle():
    """The others are there."""
    model = {
        "operations": {"Search": {"output": {"shape": "Out"}}, "ListTags": {}},
        "shapes": {
            "Out": {"type": "structure", "members": {"Results": {"shape": "Records"}}},
            "Records": {"type": "list", "member": {"shape": "Record"}},
            "Record": {"type": "structure", "members": {"Job": {"shape": "Job"}}},
            "Job": {"type": "structure", "members": {}},
        },
    }
    leaned = lean.lean_model(model, "sagemaker")
    assert set(leaned["operations"]) == {"Search", "ListTags"}
    assert leaned["shapes"]["Record"]["document"] is True
    assert "Job" not in leaned["shapes"]


def test_descriptions_stay_as_they_arrive():
    """One member of a wrong type would otherwise lose a whole page of a hundred."""
    session = botocore.session.Session()
    session.register_component("data_loader", lean.make_loader())
    model = session.get_service_model("sagemaker")
    for kind in KINDS:
        assert model.operation_model(kind.describe).output_shape.is_document_type
        items = model.operation_model(kind.listing).output_shape.members[kind.listed]
        assert items.member.is_document_type
    assert model.operation_model("Search").output_shape.members["Results"].member.is_document_type


def test_a_model_of_another_form_is_left_alone():
    """A future botocore may look different."""
    loader_path = lean.Path("sagemaker/2017-07-24/service-2.json")
    assert lean.lean(loader_path, {"operations": {}}) == {"operations": {}}
    assert lean.lean(loader_path, ["list"]) == ["list"]


def test_credentials_that_come_later_are_found(no_credentials):
    """Somebody signs in while JupyterLab runs."""
    clients = Clients()
    with pytest.raises(Fault) as caught:
        clients.check_credentials()
    assert caught.value.problem.code == "credentials_missing"
    with pytest.raises(Fault):
        clients.call("us-east-1", "Search", {"Resource": "TrainingJob"})
    assert clients.calls_total == 0
    (no_credentials / "credentials").write_text("[default]\naws_access_key_id = a\naws_secret_access_key = b\n")
    clients.check_credentials()


def test_nobody_listening_is_a_network_that_is_unreachable(no_credentials, monkeypatch):
    """It counts as a call, sent or not."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    clients = Clients()
    with pytest.raises(Fault) as caught:
        clients.call("us-east-1", "StopTrainingJob", {"TrainingJobName": "a"})
    assert caught.value.problem.code == "network_unreachable"
    assert clients.calls_total == 1


@pytest.mark.parametrize(("region_id", "code"), [("", "region_missing"), ("no where", "region_missing")])
def test_a_region_that_is_none_is_said(no_credentials, monkeypatch, region_id, code):
    """Before anything is sent."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    with pytest.raises(Fault) as caught:
        Clients().call(region_id, "Search", {"Resource": "TrainingJob"})
    assert caught.value.problem.code == code


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"AWS_PROFILE": "nobody"}, "credentials_missing"),
        ({"AWS_ACCESS_KEY_ID": "a"}, "credentials_missing"),
    ],
)
def test_half_a_configuration_is_said(no_credentials, monkeypatch, files, code):
    """A profile that does not exist, a key without its secret."""
    for name, value in files.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Fault) as caught:
        Clients().check_credentials()
    assert caught.value.problem.code == code


def test_the_servers_side_loads_no_botocore():
    """The Jupyter server stays small."""
    program = (
        "import sys, mlcost_ext.aws.reader_client;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'botocore', 'boto3', 'pydantic'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def answering(no_credentials, monkeypatch):
    """Let something on this machine answer in AWS's place, as it is told to."""
    told = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("x-amzn-RequestId", "r-1")
            self.send_header("Content-Length", str(len(told["body"])))
            self.end_headers()
            self.wfile.write(told["body"])

        def log_message(self, *_):
            """Stay quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    yield told
    server.shutdown()
    server.server_close()


HALVES = [
    b"",
    b"{",
    b'{"Results":[{"TrainingJob":{"TrainingJobName":"a"}',
    b'{"Results":[{"a":1},{"b":{"c":2}}',
    b"{]}",
    b"<html></html>",
]


@pytest.mark.parametrize("body", HALVES)
def test_half_an_answer_is_none(answering, body):
    """However it ends: botocore finds nothing in it, and nothing would read like an account without jobs."""
    answering["body"] = body
    with pytest.raises(Fault) as caught:
        Clients().call("us-east-1", "Search", {"Resource": "TrainingJob"})
    assert caught.value.problem.code == "aws_error"


@pytest.mark.parametrize("body", [b"{}", b'{"Results":[]}', b' {"Results": [ {"TrainingJob": {}} ]}\n', b'{"New":1}'])
def test_a_whole_answer_is_taken(answering, body):
    """Even one that holds nothing."""
    answering["body"] = body
    answer = Clients().call("us-east-1", "Search", {"Resource": "TrainingJob"})
    assert answer.get("Results", []) == json.loads(body).get("Results", [])


def test_what_answers_with_nothing_may_do_so(answering):
    """A stop has no answer but that it was taken."""
    answering["body"] = b""
    assert "Results" not in Clients().call("us-east-1", "StopTrainingJob", {"TrainingJobName": "a"})
