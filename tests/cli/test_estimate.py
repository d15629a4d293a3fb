"""mlcost estimate: text and JSON, exit status, and that whatever is wrong with a request is said in two lines."""

import json
import os
import subprocess
import sys
from argparse import Namespace
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.cli import estimate as module
from mlcost_ext.launch_wiring import Judging, Question
from tests.fakes import ROOT
from tests.usecases import estimate_samples

REQUEST = {
    "TrainingJobName": "churn-1",
    "RoleArn": "arn:aws:iam::111122223333:role/SageMaker",
    "AlgorithmSpecification": {"TrainingImage": "image:1", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 7200},
}
REGION = ("--region", "us-east-1")


@pytest.fixture
def request_file(home):
    """Give a file that holds a request."""
    (home / "request.json").write_text(json.dumps(REQUEST))
    return "request.json"


@pytest.fixture
def answered(monkeypatch):
    """Give a function that lets every request be answered with one estimate, and gives what was asked."""

    def answer(found):
        noted = []

        def estimate(_judging, _estimator, server_id, asked, now):
            noted.append((server_id, asked))
            return found, None

        monkeypatch.setattr(Judging, "estimate", estimate)
        return noted

    return answer


def test_text(mlcost, request_file):
    """The answer first."""
    ran = mlcost("estimate", request_file, *REGION)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("Up to USD ")
    assert " for training on ml.m5.xlarge in us-east-1\n" in ran.out


def test_json(mlcost, request_file):
    """One document, as REST gives it; hours are exact."""
    document = mlcost("--json", "estimate", request_file, *REGION, "--hours", "1.5", "--kind", "training").document
    assert (document["kind"], document["region_id"], document["duration_seconds"]["expected"]) == ("training", "us-east-1", 5400)
    line = document["lines"][0]
    assert Decimal(line["list_cost"]["expected"]) == Decimal(line["list_unit_price"]) * 3
    assert mlcost("estimate", request_file, *REGION, "--json").document["duration_seconds"]["basis"] == "stopping_condition"


def test_what_is_asked(mlcost, request_file, answered, monkeypatch):
    """Kind, request, region and hours go in as they were said; the region may come from the environment."""
    noted = answered(estimate_samples.estimate())
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert mlcost("estimate", request_file, "--kind", "training", "--hours", "2").status == 0
    assert noted == [(None, Question(kind="training", request=REQUEST, region_id="eu-west-1", hours=Decimal(2)))]


def test_size_of_the_input(mlcost, request_file):
    """In GB; without earlier runs it is told that it is not counted, and a wrong one is named in two lines."""
    found = mlcost("--json", "estimate", request_file, *REGION, "--input-gb", "40").document
    assert any(text.startswith("input: 40 GB, as given; not counted") for text in found["assumptions"])
    for wrong in ("0", "-1", "nan", "inf", "40GB", "1e3", "2000000000"):
        ran = mlcost("--json", "estimate", request_file, *REGION, f"--input-gb={wrong}")
        assert (ran.status, ran.document["code"]) == (2, "usage")
        assert ran.document["message"] == f"--input-gb is '{wrong}', which is no size that an input can have."


@pytest.mark.parametrize(
    ("decision", "effective", "status"),
    [("allow", "allow", 0), ("warn", "warn", 0), ("ask", "block", 1), ("block", "block", 1), ("allow", "block", 0)],
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_status_is_that_of_the_decision(mlcost, request_file, answered, decision, effective, status, form):
    """1 for ask and block alone; the estimate is shown all the same."""
    answered(estimate_samples.estimate(decision=decision, effective_decision=effective))
    ran = mlcost("estimate", request_file, *REGION, *form)
    assert (ran.status, ran.err) == (status, "")
    assert "1.41" in ran.out


def test_a_space_by_its_volume_alone(mlcost, home):
    """A space without a volume of its own is no zero."""
    storage = {"EbsStorageSettings": {"EbsVolumeSizeInGb": 50}}
    (home / "request.json").write_text(json.dumps({"SpaceSettings": {"SpaceStorageSettings": storage}}))
    assert mlcost("estimate", "request.json", *REGION).out.startswith("USD 0.0078 an hour ")
    (home / "request.json").write_text("{}")
    assert mlcost("estimate", "request.json", *REGION, "--kind", "space").out.startswith("Cost unknown for a space")


def test_an_unknown_type_is_an_estimate(mlcost, home):
    """It has an unpriced line, and the nearest types are named."""
    request = {**REQUEST, "ResourceConfig": {**REQUEST["ResourceConfig"], "InstanceType": "ml.m5.xlargee"}}
    (home / "request.json").write_text(json.dumps(request))
    ran = mlcost("estimate", "request.json", *REGION)
    assert ran.status == 0
    assert "ml.m5.xlarge" in ran.out.partition("Without a price")[2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "request.json is no JSON: Expecting value (line 1, column 1)."),
        ('{"a": 1,\n "b": }', "request.json is no JSON: Expecting value (line 2, column 7)."),
        ("[]", "request.json holds no JSON object."),
        ('"text"', "request.json holds no JSON object."),
        ('{"a": NaN}', "request.json has a number that JSON has not (NaN)."),
        ('{"a": -Infinity}', "request.json has a number that JSON has not (-Infinity)."),
        ('{"a": 1e400}', "request.json has a number that JSON has not (1e400)."),
        ('{"a": ' + "9" * 5000 + "}", "request.json has a number that JSON has not"),
        ("[" * 100_000, "request.json is nested too deep."),
        (b"\xff\xfe{}", "request.json is no UTF-8 (byte 1)."),
        (b'{"a": "' + b"x" * 10_000_000 + b'"}', "request.json has more than 10 MB, which no request has."),
        ("{}", ""),
        ('{"ResourceConfig": 1e300}', ""),
    ],
    ids=range(13),
)
def test_a_file_that_is_no_request(mlcost, home, content, message):
    """Wrong use, in two lines; with --json the error is the document."""
    (home / "request.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    ran = mlcost("--json", "estimate", "request.json", *REGION)
    assert (ran.status, ran.document["code"]) == (2, "usage")
    assert ran.document["message"].startswith(message)
    assert len(ran.err.splitlines()) == 2
    assert ran.document["hint"]


@pytest.mark.parametrize(
    ("name", "reason"), [("nowhere.json", "No such file or directory"), (".", "Is a directory"), ("a\x00b", "null byte")]
)
def test_a_file_that_cannot_be_read(mlcost, name, reason):
    """The reason is said."""
    ran = mlcost("estimate", name, *REGION)
    assert ran.status == 2
    assert f"cannot be read ({reason}" in ran.err.replace("embedded ", "")
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("hours", ["0", "-1", "three", "nan", "inf", "1e400", "9000"])
def test_wrong_hours(mlcost, request_file, hours):
    """They are named, before anything is read."""
    ran = mlcost("estimate", request_file, *REGION, f"--hours={hours}")
    assert ran.status == 2
    assert ran.err.startswith(f"usage: --hours is '{hours}', which is no time that a run can take.\nhint: Give hours above 0")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("request.json",), "region_missing: No AWS region is set."),
        (("request.json", "--region", "nowhere"), "region_invalid: 'nowhere' is no AWS region."),
        (("request.json", *REGION, "--kind", "cooking"), "usage: There is no kind 'cooking'."),
        ((), "usage: The following arguments are required: REQUEST.json."),
    ],
)
def test_wrong_use(mlcost, request_file, words, said):
    """Status 2."""
    ran = mlcost("estimate", *words)
    assert ran.status == 2
    assert ran.err.startswith(said)


def run(*words, home, text=b""):
    """Run the command as a shell would."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PATH", "HOME", "MLCOST", "AWS", "JUPYTER"))}
    command = [sys.executable, "-m", "mlcost_ext.cli", *words]
    return subprocess.run(command, input=text, cwd=home, env={**kept, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_standard_input(home, mark):
    """`-` reads it, with or without a byte order mark; standard output is one document."""
    done = run("--json", "estimate", "-", *REGION, home=home, text=mark + json.dumps(REQUEST).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["kind"] == "training"


def test_wrong_standard_input(home):
    """It is called by its name, and standard output stays empty."""
    done = run("estimate", "-", *REGION, home=home, text=b'{"a"')
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(
        "usage: Standard input is no JSON: Expecting ':' delimiter (line 1, column 5).\nhint: "
    )
    done = run("estimate", "-", *REGION, home=home, text=b"[" + b" " * module.MAX_BYTES)
    assert b"Standard input has more than 10 MB" in done.stderr


def test_a_policy_s_file_judges(mlcost, request_file, home):
    """In the place of all layers; what it has to say is a finding, and the status that of the decision."""
    (home / "policy.yaml").write_text("version: 1\nrules: {MC104: {verdict: block, denied: ['ml.*']}}\n")
    ran = mlcost("--json", "estimate", request_file, *REGION, "--policy", str(home / "policy.yaml"))
    assert (ran.status, ran.document["decision"]) == (1, "block")
    assert "MC104" in [each["rule"] for each in ran.document["findings"]]
    assert mlcost("--json", "estimate", request_file, *REGION).document["decision"] in ("allow", "warn")


def test_whose_runs_tell_the_time(home, left_behind, recently, answered):
    """The server's whose figures are the freshest, as `mlcost jobs` shows it."""
    assert module.server_of(home / "mlcost") is None
    left_behind(recently, "s1")
    left_behind(recently.replace(year=2020), "s2")
    assert module.server_of(home / "mlcost") == "s1"
    noted = answered(estimate_samples.estimate())
    options = {"request": str(written(home)), "region": "us-east-1", "hours": None, "input_gb": None, "kind": None}
    module.run(Namespace(**options, policy=None, json=False, tag=None))
    assert [server_id for server_id, _ in noted] == ["s1"]


def written(home) -> Path:
    (home / "request.json").write_text(json.dumps(REQUEST))
    return home / "request.json"


@pytest.fixture
def tagged(home, answered, monkeypatch):
    """Be in a project's folder whose file says tags; give what was asked."""
    folder = home / "churn" / "notebooks"
    folder.mkdir(parents=True)
    (folder.parent / ".mlcost.yaml").write_text("project: churn\ntags: {team: fraud, stage: dev}\n")
    (folder / "request.json").write_text(json.dumps(REQUEST))
    monkeypatch.setenv("MLCOST_SERVER_ROOT", str(home))
    monkeypatch.chdir(folder)
    return answered(estimate_samples.estimate())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((), {"team": "fraud", "stage": "dev"}),
        (("--tag", "team=risk", "--tag", "model=a=b c"), {"team": "risk", "stage": "dev", "model": "a=b c"}),
        (("--tag", "team="), {"stage": "dev"}),
    ],
)
def test_tags_of_the_project_and_those_said(mlcost, tagged, said, expected):
    """As a kernel there would fill them in."""
    assert mlcost("estimate", "request.json", *REGION, *said).status == 0
    assert [asked.tags for _, asked in tagged] == [expected]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("team", "'team' is no tag"),
        ("=x", "AWS does not take the tag '=x'"),
        ("aws:team=x", "AWS does not take the tag"),
        ("te!am=x", "AWS does not take the tag"),
        (f"team={'x' * 257}", "AWS does not take the tag"),
    ],
)
def test_what_is_no_tag(mlcost, request_file, said, message):
    """Status 2, in two lines."""
    ran = mlcost("estimate", request_file, *REGION, "--tag", said)
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
    assert ran.err.count("\n") == 2
