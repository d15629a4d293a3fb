"""The doctor as a whole, on good days and bad, against the practice account."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlcost_ext.aws.reader.operations import OPTIONAL, READS
from mlcost_ext.cli.doctor import CHECKS, host
from mlcost_ext.sandbox import names
from tests.fakes import ROOT

from .conftest import write

STATUSES = {"ok", "warn", "fail", "info"}


@pytest.fixture
def hanging_address():
    """Give the address of something that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def closed_address():
    """Give an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def failed(ran):
    """Give the names of the checks that failed."""
    return {check["name"] for check in ran.document["checks"] if check["status"] == "fail"}


def test_everything_in_place_in_studio(mlcost, installed, in_studio):
    """In a Studio space with all permissions nothing fails, and the document has its form."""
    ran = mlcost("--json", "doctor")
    assert failed(ran) == set()
    assert (ran.status, ran.document["ok"]) == (0, True)
    assert all(set(check) == {"name", "status", "message", "hint"} for check in ran.document["checks"])
    assert {check["status"] for check in ran.document["checks"]} <= STATUSES
    assert names.ACCOUNT_ID in ran.checks["credentials"]["message"]
    assert names.APP_INSTANCE_TYPE in ran.checks["permission_studio"]["message"]
    assert ran.checks["permission_stop"]["status"] == "info"


def test_no_key_is_ever_shown(mlcost, installed, in_studio):
    """Neither key appears, whatever the form."""
    shown = mlcost("--json", "doctor").out + mlcost("doctor").out
    assert names.ACCESS_KEY_ID not in shown
    assert names.SECRET_ACCESS_KEY not in shown


def test_text_has_a_sign_a_word_and_a_verdict(mlcost, installed, in_studio, monkeypatch):
    """The text form is grouped, says each status in a word too, and ends with one line; no colour off a terminal."""
    monkeypatch.setenv("MLCOST_DISABLE", "1")
    ran = mlcost("doctor")
    lines = ran.out.splitlines()
    assert ran.status == 0
    assert [line for line in lines if line in {"Installation", "Kernels", "This machine", "Prices", "AWS"}] == [
        "Installation",
        "Kernels",
        "This machine",
        "Prices",
        "AWS",
    ]
    assert any(line.startswith("  ✓ ok    labextension") for line in lines)
    assert any(line.startswith("  ! warn  switch") for line in lines)
    assert any(line.strip() == "→ unset MLCOST_DISABLE" for line in lines)
    assert lines[-1].startswith("It works, with something to look at: ")
    assert "\x1b" not in ran.out


def test_as_a_command_of_its_own(installed, in_studio):
    """Run as a user runs it, standard output is one document, and nothing is said beside it."""
    command = [sys.executable, "-m", "mlcost_ext.cli", "--json", "doctor"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    checks = {check["name"]: check for check in json.loads(ran.stdout)["checks"]}
    assert ran.stderr == ""
    assert checks["credentials"]["status"] == "ok"


def test_nothing_installed(mlcost, home, monkeypatch):
    """On a machine with nothing every gap is named with its mend, and the status is 1."""
    monkeypatch.setattr(sys, "prefix", str(home / "prefix"))
    monkeypatch.setattr("jupyter_core.paths.ENV_CONFIG_PATH", [])
    monkeypatch.setattr("jupyter_core.paths.ENV_JUPYTER_PATH", [])
    ran = mlcost("--json", "doctor")
    assert ran.status == 1
    assert failed(ran) >= {"server_extension", "labextension", "kernel_startup", "region", "credentials"}
    assert all(check["hint"] for check in ran.document["checks"] if check["status"] in {"fail", "warn"})


def test_no_credentials(mlcost, installed, monkeypatch):
    """Without credentials only AWS's part fails: status 3, and how to sign in."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    ran = mlcost("--json", "doctor")
    assert (ran.status, failed(ran)) == (3, {"credentials"})
    assert "aws configure" in ran.checks["credentials"]["hint"]
    assert ran.checks["permission_jobs"]["status"] == "info"


def test_profile_that_is_not_there(mlcost, installed, monkeypatch):
    """A wrong AWS_PROFILE is named, not a traceback."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    ran = mlcost("--json", "doctor")
    assert (ran.status, failed(ran)) == (3, {"credentials"})
    assert "AWS_PROFILE" in ran.checks["credentials"]["hint"]


def test_keys_nobody_knows(mlcost, installed, in_studio, monkeypatch):
    """Keys that AWS does not accept are said to be refused."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUNKNOWNUNKNOWN00")
    ran = mlcost("--json", "doctor")
    assert (ran.status, failed(ran)) == (3, {"credentials"})
    assert "AKIAUNKNOWN" not in ran.out


def test_expired_credentials(mlcost, installed, in_studio, practice):
    """An expired token is told as such, with the way to a new one."""
    practice.order(operation="*", code="ExpiredTokenException", status=403)
    ran = mlcost("--json", "doctor")
    assert (ran.status, failed(ran)) == (3, {"credentials"})
    assert "expired" in ran.checks["credentials"]["message"]
    assert "aws sso login" in ran.checks["credentials"]["hint"]


def test_everything_denied_is_named(mlcost, installed, in_studio, practice):
    """Each denied action stands there with what IAM calls it."""
    for operation in ("Search", "ListTrainingJobs", "DescribeTrainingJob", "DescribeApp", "DescribeSpace"):
        practice.order(operation=operation, code="AccessDeniedException")
    ran = mlcost("--json", "doctor")
    assert (ran.status, failed(ran)) == (3, {"permission_jobs", "permission_studio"})
    assert "Add sagemaker:DescribeApp and sagemaker:DescribeSpace" in ran.checks["permission_studio"]["hint"]
    assert "Add sagemaker:Search" in ran.checks["permission_jobs"]["hint"]


LISTS = [read for read in READS if read.startswith("List") and read not in OPTIONAL]


def test_each_list_that_is_denied_is_named(mlcost, installed, in_studio, practice):
    """By AWS's own refusals: without the lists and what CloudWatch tells, each feature says what is missing."""
    for operation in (*LISTS, "GetMetricData"):
        practice.order(operation=operation, code="AccessDeniedException")
    ran = mlcost("--json", "doctor")
    warned = {check["name"]: check for check in ran.document["checks"] if check["status"] == "warn"}
    named = {operation for operation in LISTS if any(f"sagemaker:{operation}" in check["message"] for check in warned.values())}
    by_search = {"ListTrainingJobs", "ListEndpoints", "ListHyperParameterTuningJobs"}
    assert named == set(LISTS) - by_search - {"ListTags"}  # without a list nobody knows of anything that has tags
    assert "cloudwatch:GetMetricData" in warned["permission_last_use"]["hint"]
    assert ran.status == 0


def test_each_description_that_is_denied_is_named(mlcost, installed, in_studio, practice):
    """A processing job, a configuration, tags: of things that are there."""
    described = ("DescribeProcessingJob", "DescribeTransformJob", "DescribeEndpointConfig", "ListTags")
    for operation in described:
        practice.order(operation=operation, code="AccessDeniedException")
    checks = mlcost("--json", "doctor").checks
    shown = [checks[f"permission_{name}"] for name in ("processing", "transform", "endpoint_details", "tags")]
    assert [check["status"] for check in shown] == ["warn"] * 4
    assert all(f"sagemaker:{name}" in check["hint"] for name, check in zip(described, shown, strict=True))


def test_permissions_take_a_few_seconds(mlcost, installed, in_studio):
    """All reads go on at once."""
    began = time.monotonic()
    assert mlcost("--json", "doctor").status == 0
    assert time.monotonic() - began < 15  # a second or two, on a machine that has nothing else to do


def test_search_denied_is_a_warning(mlcost, installed, in_studio, practice):
    """Without Search the slower way works: a warning, and status 0."""
    practice.order(operation="Search", code="AccessDeniedException")
    ran = mlcost("--json", "doctor")
    assert (ran.status, ran.checks["permission_jobs"]["status"]) == (0, "warn")
    assert "sagemaker:Search" in ran.checks["permission_jobs"]["hint"]


def test_throttling_proves_nothing(mlcost, installed, in_studio, practice):
    """A throttled read is a warning."""
    practice.order(operation="Search", code="ThrottlingException")
    assert mlcost("--json", "doctor").checks["permission_jobs"]["status"] == "warn"


def test_network_that_hangs(mlcost, installed, in_studio, hanging_address, monkeypatch):
    """Where calls are taken and never answered, the doctor still ends and names the network."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", hanging_address)
    ran = mlcost("--json", "doctor")
    assert (ran.status, failed(ran)) == (3, {"credentials"})
    assert "AWS_ENDPOINT_URL" in ran.checks["credentials"]["hint"]


def test_network_that_refuses(mlcost, installed, in_studio, closed_address, monkeypatch):
    """Where nobody listens, the network is named too."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", closed_address)
    ran = mlcost("--json", "doctor")
    assert (ran.status, failed(ran)) == (3, {"credentials"})
    assert "could not be reached" in ran.checks["credentials"]["message"]


def test_broken_metadata_file(mlcost, installed, in_studio):
    """A broken metadata file is a warning, with what to do."""
    (in_studio / "resource-metadata.json").write_text("{broken")
    host = mlcost("--json", "doctor").checks["host"]
    assert (host["status"], "Restart the space" in host["hint"]) == ("warn", True)


def test_broken_jupyter_configuration(mlcost, installed):
    """A configuration that Jupyter cannot read is a failed check, not a traceback."""
    write(installed / "config/jupyter_server_config.py", "c.MlcostExt.session_list_unit_price = 'dear'\n")
    ran = mlcost("--json", "doctor")
    assert ran.checks["server_extension"]["status"] == "fail"
    assert "session_list_unit_price" in ran.checks["server_extension"]["message"]
    assert ran.err == ""


def test_configured_instance_type(mlcost, installed):
    """What jupyter_server_config.py says of this machine is read as the server reads it."""
    write(installed / "config/jupyter_server_config.py", "c.MlcostExt.session_instance_type = 'ml.g5.xlarge'\n")
    assert "ml.g5.xlarge" in mlcost("--json", "doctor").checks["host"]["message"]


def test_every_check_has_a_file_of_its_own():
    """The tuple of checks and the files beside it are the same."""
    folder = ROOT / "mlcost_ext/cli/doctor"
    files = {path.stem for path in folder.glob("*.py") if "\ndef check(" in path.read_text(encoding="utf-8")}
    assert {Path(check.__code__.co_filename).stem for _, check in CHECKS} == files


def test_a_check_that_breaks_is_a_finding(mlcost, installed, monkeypatch):
    """What no check expects fails that check alone; the others are made, and the document is whole."""

    def broken(_):
        raise LookupError("odd")

    broken.__module__ = "mlcost_ext.cli.doctor.host"
    checks = tuple((group, broken if check is host.check else check) for group, check in CHECKS)
    monkeypatch.setattr("mlcost_ext.cli.doctor.CHECKS", checks)
    ran = mlcost("--json", "doctor")
    assert (ran.status, ran.checks["host"]["status"]) == (1, "fail")
    assert ran.checks["host"]["message"] == "This could not be checked (LookupError: odd)."
    assert {"prices", "credentials"} <= set(ran.checks)


def test_broken_extension_of_somebody_else(mlcost, installed):
    """A third party's broken package.json is named, since JupyterLab stumbles over it too."""
    write(installed / "data/labextensions/@acme/broken/package.json", "{")
    ran = mlcost("--json", "doctor")
    assert ran.checks["labextension"]["status"] == "fail"
    assert "@acme/broken/package.json is no JSON document." in ran.checks["labextension"]["message"]
    assert ran.checks["prices"]["status"] == "ok"


def test_home_folder_of_nobody(mlcost, installed, monkeypatch):
    """Whatever path begins with an unknown user's home folder, the doctor says so and makes all its checks."""
    for variable in ("MLCOST_HOME", "AWS_CONFIG_FILE", "IPYTHONDIR"):
        monkeypatch.setenv(variable, "~nosuch/x")
    ran = mlcost("--json", "doctor")
    assert (ran.status, ran.checks["home"]["status"]) == (1, "fail")
    assert ran.checks["home"]["message"] == "MLCOST_HOME is ~nosuch/x: there is no such home folder."
    assert (ran.checks["server_extension"]["status"], ran.checks["kernel_startup"]["status"]) == ("ok", "ok")
