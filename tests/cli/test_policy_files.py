"""Whatever stands in a policy's file, ``mlcost policy`` says what is wrong with it where it stands, and never fails."""

from __future__ import annotations

import json

import pytest

from .policy_cases import CASES, Case
from .policy_more_cases import MORE_CASES

REGION = ("--region", "us-east-1")
REQUEST = {
    "TrainingJobName": "a",
    "RoleArn": "arn:aws:iam::111122223333:role/training",
    "AlgorithmSpecification": {"TrainingImage": "111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://models/a"},
    "ResourceConfig": {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    "Tags": [{"Key": "team", "Value": "a"}],
}
ALL = (*CASES, *MORE_CASES)
EACH = pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "policy.yaml"


def put(file, case: Case) -> str:
    file.write_bytes(case.text if isinstance(case.text, bytes) else case.text.encode())
    return str(file)


def test_they_are_many():
    """Good and bad."""
    assert len(ALL) >= 45
    assert len([case for case in ALL if not case.faults]) >= 8


@EACH
def test_check(mlcost, file, case):
    """Each fault once, in the order of the file, with a sentence that says what to write; status 1."""
    ran = mlcost("--json", "policy", "check", put(file, case))
    faults = ran.document["files"][0]["faults"]
    assert [f"{fault['line'] or 0}:{fault['column'] or 0} {fault['message']}" for fault in faults] == list(case.faults)
    assert (ran.status, ran.document["is_valid"], ran.err) == (int(bool(case.faults)), not case.faults, "")
    for fault in faults:
        assert fault["hint"].endswith(".")
        assert len(fault["hint"]) > len("Write 1")
    told = mlcost("policy", "check", str(file))
    assert told.status == ran.status
    places = [f"{file}:{place}: " for place in (fault.partition(" ")[0] for fault in case.faults)]
    assert all(place.replace(":0:0", "") in told.out for place in places)


@EACH
def test_show(mlcost, file, case):
    """What holds in its place, with its faults."""
    ran = mlcost("--json", "policy", "show", "--policy", put(file, case))
    assert (ran.status, len(ran.document["faults"])) == (int(bool(case.faults)), len(case.faults))
    assert ran.document["policy"]["rules"]["MC101"]["verdict"] in ("off", "shadow", "warn", "ask", "block")


@EACH
def test_explain(mlcost, file, tmp_path, case):
    """By a good one; a bad one judges nothing, and no other one does in its place."""
    request = tmp_path / "request.json"
    request.write_text(json.dumps(REQUEST))
    ran = mlcost("--json", "policy", "explain", str(request), *REGION, "--policy", put(file, case))
    if case.faults:
        assert (ran.status, ran.document["code"]) == (2, "policy_invalid")
        assert case.faults[0].partition(" ")[2] in ran.document["message"]
    else:
        assert ran.status == int(ran.document["decision"] in ("ask", "block"))
        assert ran.document["faults"] == []


def test_an_exception_holds_for_its_scope_until_its_day(mlcost, file, tmp_path):
    """One that has ended, or is another team's, lets nothing go."""
    request = tmp_path / "request.json"
    request.write_text(json.dumps(REQUEST))
    text = (
        "version: 1\nrules: {{MC104: {{verdict: block, denied: ['ml.p4d.*']}}}}\n"
        "exceptions: [{{rule: MC104, scope: {{team: {team}}}, until: {until}, reason: x}}]\n"
    )
    found = {}
    for team, until in (("a", "2999-12-31"), ("a", "2020-01-01"), ("b", "2999-12-31")):
        file.write_text(text.format(team=team, until=until))
        ran = mlcost("--json", "policy", "explain", str(request), *REGION, "--policy", str(file))
        found[team, until] = (ran.status, ran.document["decision"])
    assert found == {("a", "2999-12-31"): (0, "allow"), ("a", "2020-01-01"): (1, "block"), ("b", "2999-12-31"): (1, "block")}


def test_three_layers(mlcost, tmp_path):
    """Each one below tightens; what would loosen is named with its place, and is no fault."""
    texts = {
        "top.yaml": "version: 1\nunlocked: [rules.MC106]\nrules: {MC101: {verdict: ask, limit_list_cost: 50}}\n",
        "mid.yaml": "version: 1\nrules: {MC101: {verdict: 'off', limit_list_cost: 20}, MC106: {verdict: off}}\n",
        "low.yaml": "version: 1\nrules: {MC101: {limit_list_cost: 30}}\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    ran = mlcost("policy", "check", *(str(tmp_path / name) for name in texts))
    assert ran.status == 0
    notes = [line for line in ran.out.splitlines() if line.startswith("Note: ")]
    assert [note.partition(" has no effect")[0] for note in notes] == [
        f"Note: {tmp_path}/mid.yaml:2:26: rules.MC101.verdict: off",
        f"Note: {tmp_path}/low.yaml:2:34: rules.MC101.limit_list_cost: 30",
    ]
