"""The one way to AWS: its allow-list, its trimmed model, and what follows a fault of credentials."""

import subprocess
import sys

import botocore.session
import pytest

from mlcost_ext.aws.reader import lean
from mlcost_ext.aws.reader.clients import Clients
from mlcost_ext.aws.reader.faults import Fault
from mlcost_ext.aws.reader.operations import ALLOWED_OPERATIONS


class Counter:
    spent = 0

    def spend(self):
        self.spent += 1


@pytest.fixture
def no_credentials(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    return tmp_path


def test_a_client_has_the_allowed_operations_and_no_other():
    """A mistake cannot start, change or delete anything."""
    session = botocore.session.Session()
    session.register_component("data_loader", lean.make_loader())
    client = session.create_client("sagemaker", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    assert sorted(client.meta.service_model.operation_names) == sorted(ALLOWED_OPERATIONS)
    assert not hasattr(client, "create_training_job")


def test_every_allowed_operation_but_one_reads():
    """Stop is the only verb, and it is a user's."""
    verbs = [name for name in ALLOWED_OPERATIONS if not name.startswith(("Describe", "List", "Search"))]
    assert verbs == ["StopTrainingJob"]


def test_other_operations_are_refused_before_a_client_is_made():
    """Whatever asks for them."""
    with pytest.raises(ValueError, match="DeleteApp"):
        Clients(Counter()).call("us-east-1", "DeleteApp", {})


def test_a_model_of_another_form_is_left_alone():
    """A future botocore may look different."""
    loader_path = lean.Path("sagemaker/2017-07-24/service-2.json")
    assert lean.lean(loader_path, {"operations": {}}) == {"operations": {}}
    assert lean.lean(loader_path, ["list"]) == ["list"]


def test_credentials_that_come_later_are_found(no_credentials):
    """Somebody signs in while JupyterLab runs."""
    clients = Clients(Counter())
    with pytest.raises(Fault) as caught:
        clients.check_credentials()
    assert caught.value.problem.code == "credentials_missing"
    with pytest.raises(Fault):
        clients.call("us-east-1", "Search", {"Resource": "TrainingJob"})
    assert clients.calls_total == 0
    (no_credentials / "credentials").write_text("[default]\naws_access_key_id = a\naws_secret_access_key = b\n")
    clients.check_credentials()


def test_nobody_listening_is_a_network_that_is_unreachable(no_credentials, monkeypatch):
    """Attempts are counted one by one, repeated ones too."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    counter = Counter()
    clients = Clients(counter)
    with pytest.raises(Fault) as caught:
        clients.call("us-east-1", "StopTrainingJob", {"TrainingJobName": "a"})
    assert caught.value.problem.code == "network_unreachable"
    assert counter.spent == clients.calls_total == 2


@pytest.mark.parametrize(("region_id", "code"), [("", "region_missing"), ("no where", "region_missing")])
def test_a_region_that_is_none_is_said(no_credentials, monkeypatch, region_id, code):
    """Before anything is sent."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    with pytest.raises(Fault) as caught:
        Clients(Counter()).call(region_id, "Search", {"Resource": "TrainingJob"})
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
        Clients(Counter()).check_credentials()
    assert caught.value.problem.code == code


def test_the_servers_side_loads_no_botocore():
    """The Jupyter server stays small."""
    program = (
        "import sys, mlcost_ext.aws.reader_client;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'botocore', 'boto3', 'pydantic'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
