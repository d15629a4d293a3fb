"""``mlcost policy``: faults with their places, the policy in force with its origins, and the schema."""

import errno
import json
import os
import re
import sys

import jsonschema
import pytest

from mlcost_ext.guard_wiring import load_rules
from mlcost_ext.guardrails.allowed_type import is_allowed
from mlcost_ext.policy.yaml_nodes import MOST_FAULTS
from mlcost_ext.policy_files import layer_file, layer_paths
from mlcost_ext.policy_files.compiling import in_force
from mlcost_ext.prices.instances import described_types
from tests.fakes import ROOT

GOOD = "version: 1\nrules: {MC101: {verdict: ask, limit_list_cost: 20}}\n"
EXAMPLES = [ROOT / "docs" / "policies" / name for name in ("small-team.yaml", "regulated-company.yaml")]


@pytest.fixture
def layers(tmp_path, monkeypatch, home):
    """Be a machine without a policy, whoever else's this is; give the places of machine, environment and user."""
    monkeypatch.setattr(layer_paths, "SYSTEM", tmp_path / "etc" / "policy.yaml")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("MLCOST_POLICY", raising=False)
    return tmp_path / "etc/policy.yaml", tmp_path / "venv/etc/mlcost/policy.yaml", tmp_path / ".config/mlcost/policy.yaml"


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_a_good_file(mlcost, tmp_path):
    """Status 0, and it says so."""
    file = put(tmp_path / "p.yaml", GOOD)
    ran = mlcost("policy", "check", file)
    assert (ran.status, ran.out, ran.err) == (0, f"{file}: no faults.\n", "")


def test_all_faults_with_their_places(mlcost, tmp_path):
    """As FILE:LINE:COLUMN, of all files; status 1, but 2 where one is not there."""
    one = put(tmp_path / "a.yaml", "version: 1\nrules: {MC101: {verdict: blok, limit: 2}}\n")
    other, missing = put(tmp_path / "b.yaml", "contact: x\n"), str(tmp_path / "c.yaml")
    ran = mlcost("policy", "check", one, other, missing)
    assert ran.status == 2
    assert [line.partition(" ")[0] for line in ran.out.splitlines()] == [
        f"{one}:2:26:",
        f"{one}:2:32:",
        f"{other}:1:1:",
        f"{missing}:",
        "4",
    ]
    assert ran.out.splitlines()[0].endswith("blok is no verdict. Write block.")
    ran = mlcost("--json", "policy", "check", one, other)
    assert (ran.status, ran.document["is_valid"], ran.err) == (1, False, "")
    assert [len(file["faults"]) for file in ran.document["files"]] == [2, 1]
    assert ran.document["files"][1]["faults"][0] == {
        "file": other,
        "line": 1,
        "column": 1,
        "message": "version is missing.",
        "hint": "Write version: 1.",
    }


@pytest.mark.parametrize("trouble", ["not there", "folder", "forbidden"])
def test_a_file_that_cannot_be_read(mlcost, tmp_path, monkeypatch, trouble):
    """Status 2, with or without faults in other files; the sentence and the document are those of a fault."""
    file, good = tmp_path / "p.yaml", put(tmp_path / "good.yaml", GOOD)
    bad = put(tmp_path / "bad.yaml", "version: 2\n")
    if trouble == "folder":
        file.mkdir()
    if trouble == "forbidden":
        put(file, GOOD)
        opened = os.open
        refuse = PermissionError(errno.EACCES, "Permission denied")
        monkeypatch.setattr(layer_file.os, "open", lambda path, *more: raised(refuse) if path == file else opened(path, *more))
    reason = {"not there": "it is not there", "folder": "Is a directory", "forbidden": "Permission denied"}[trouble]
    sentence = f"{file}: The file cannot be read: {reason}. Make it a plain file that you may read."
    ran = mlcost("policy", "check", str(file))
    assert (ran.status, ran.out, ran.err) == (2, f"{sentence}\n1 fault.\n", "")
    ran = mlcost("--json", "policy", "check", good, str(file), bad)
    assert (ran.status, ran.document["is_valid"], ran.err) == (2, False, "")
    assert [len(each["faults"]) for each in ran.document["files"]] == [0, 1, 1]
    assert mlcost("policy", "check", good, bad).status == 1


def raised(error):
    raise error


def test_a_file_that_can_be_read_and_is_none(mlcost, tmp_path):
    """Too large a file, or one of another code, is a fault of it: status 1."""
    for data in (b"#" * 1_000_001, b"version: 1\ncontact: \xff"):
        (tmp_path / "p.yaml").write_bytes(data)
        assert mlcost("policy", "check", str(tmp_path / "p.yaml")).status == 1


ENDED = """version: 1
rules: {MC104: {verdict: block}, MC101: {verdict: block}}
exceptions:
  - {rule: MC104, scope: {team: a}, until: 2020-01-31, reason: x}
  - {rule: MC101, until: 2999-12-31, reason: y}
"""


def test_an_exception_that_has_ended_is_noted(mlcost, tmp_path, layers):
    """By check and by show, once, where its day stands; no fault. One that has not is not."""
    file = put(layers[0], ENDED)
    note = f"Note: {file}:4:44: exceptions: this one of MC104 ended on 2020-01-31 and applies no more."
    for words in (("check", file), ("check", file, put(tmp_path / "low.yaml", GOOD)), ("show",), ("show", "--policy", file)):
        ran = mlcost("policy", *words)
        assert ran.status == 0
        assert [line for line in ran.out.splitlines() if "ended on" in line] == [note]
    notes = mlcost("--json", "policy", "show").document["notes"]
    assert notes == mlcost("--json", "policy", "check", file).document["files"][0]["notes"]
    assert [(each["file"], each["line"], each["column"]) for each in notes if "ended on" in each["message"]] == [(file, 4, 44)]


def test_files_upon_each_other(mlcost, tmp_path):
    """What the second loosens has no effect, which is no fault; another currency is one."""
    top = put(tmp_path / "a.yaml", GOOD)
    low = put(tmp_path / "b.yaml", "version: 1\nrules: {MC101: {limit_list_cost: 90}}\n")
    ran = mlcost("policy", "check", top, low)
    assert ran.status == 0
    assert f"Note: {low}:2:34: rules.MC101.limit_list_cost: 90 has no effect, since {top} says 20." in ran.out
    assert mlcost("--json", "policy", "check", low, top).document["together"] == {"file": None, "faults": [], "notes": []}
    put(tmp_path / "b.yaml", "version: 1\nbilling_currency: EUR\n")
    ran = mlcost("--json", "policy", "check", top, low)
    assert (ran.status, ran.document["files"][1]["faults"]) == (1, [])
    assert ran.document["together"]["faults"][0]["line"] == 2
    assert mlcost("--json", "policy", "check", top, top).document["together"] is None


def test_notes_are_in_the_order_of_the_files(mlcost, tmp_path):
    """And of their lines, whatever they are about."""
    top = put(tmp_path / "b.yaml", "version: 1\nnon_interactive: block\nrules: {MC101: {verdict: ask, limit_list_cost: 50}}\n")
    low = put(tmp_path / "a.yaml", "version: 1\nrules:\n  MC101: {verdict: 'off', limit_list_cost: 90}\nnon_interactive: warn\n")
    notes = [line.removeprefix("Note: ") for line in mlcost("policy", "check", top, low).out.splitlines() if "Note: " in line]
    assert [note.partition(" ")[0] for note in notes] == [f"{low}:3:20:", f"{low}:3:44:", f"{low}:4:18:"]


REQUEST = {
    "TrainingJobName": "a",
    "RoleArn": "arn:aws:iam::111122223333:role/training",
    "AlgorithmSpecification": {"TrainingImage": "111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://models/a"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
}


@pytest.mark.parametrize("command", [("estimate",), ("policy", "explain")], ids=" ".join)
def test_no_other_policy_judges_than_the_one_named(mlcost, tmp_path, layers, command):
    """One with faults, or one that is not there, is wrong configuration: the first fault, and how many there are."""
    request = put(tmp_path / "request.json", json.dumps(REQUEST))
    file = put(tmp_path / "p.yaml", "version: 1\nrules: {MC101: {verdict: blok, limit: 2}}\n")
    ran = mlcost("--json", *command, request, "--region", "us-east-1", "--policy", file)
    assert ran.status == 2
    assert ran.document == {
        "code": "policy_invalid",
        "message": f"{file}:2:26: blok is no verdict.",
        "hint": "Write block. `mlcost policy check` tells all 2 faults.",
    }
    ran = mlcost(*command, request, "--region", "us-east-1", "--policy", str(tmp_path / "nowhere.yaml"))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"policy_invalid: {tmp_path / 'nowhere.yaml'}: The file cannot be read: it is not there.\n")


def test_explain_tells_the_faults_of_layers(mlcost, tmp_path, layers):
    """They are told with the judgement by what is in force in their place."""
    put(layers[0], "version: 1\nrules: {MC101: {verdict: blok}}\n")
    request = put(tmp_path / "request.json", json.dumps(REQUEST))
    ran = mlcost("--json", "policy", "explain", request, "--region", "us-east-1")
    assert (ran.status, ran.document["decision"]) == (0, "allow")
    assert [(fault["line"], fault["message"]) for fault in ran.document["faults"]] == [(2, "blok is no verdict.")]


def test_a_file_full_of_faults(mlcost, tmp_path):
    """Ends soon, and shows nothing strange."""
    file = put(tmp_path / "p.yaml", "version: 1\n" + "".join(f'"\\e[31mx{n}": 1\n' for n in range(500)))
    ran = mlcost("policy", "check", file)
    assert (ran.status, len(ran.out.splitlines())) == (1, MOST_FAULTS + 1)
    assert ran.out.endswith("\n50 faults; there may be more.\n")
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_of_the_documentation(mlcost, file):
    """Have neither faults nor notes, but that nothing is stopped yet."""
    ran = mlcost("--json", "policy", "check", str(file))
    assert (ran.status, ran.document["is_valid"]) == (0, True)
    notes = [note["message"] for note in ran.document["files"][0]["notes"]]
    assert [note for note in notes if "idle.mode" not in note and " ended on " not in note] == []  # the day will come


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_deny_all_dear_types(file):
    """Of each family with A100 and later that AWS has, so that none goes by what its older kin may not."""
    types = [name for name in described_types() if re.match(r"ml\.p[4-9]", name)]
    rules = in_force({str(file): layer_file.read(layer_paths.named_path(str(file)))}, load_rules().rules, None).policy.rules
    denied = rules["MC104"].options["denied"]
    assert {"ml.p5e.48xlarge", "ml.p5en.48xlarge", "ml.p6-b200.48xlarge"} <= {*types}
    assert [name for name in types if is_allowed(name, denied, None)] == []


def test_patterns_that_match_no_type(mlcost, tmp_path):
    """Are noted with what may be meant; what no pattern is made of is a fault."""
    file = put(
        tmp_path / "p.yaml", 'version: 1\nrules: {MC104: {verdict: block, denied: ["ml.p4d", "p5", "ml.p4.*", "ml.p5.*"]}}\n'
    )
    ran = mlcost("policy", "check", file)
    assert ran.status == 0
    notes = [line.partition("rules.MC104.denied: ")[2] for line in ran.out.splitlines() if line.startswith("Note: ")]
    assert [note.partition(" matches")[0] for note in notes] == ["ml.p4d", "p5", "ml.p4.*"]
    assert [note.partition("did you mean ")[2] for note in notes] == ["ml.p4d.*?", "ml.p5.*?", "ml.p4d.*?"]
    ran = mlcost("policy", "check", put(tmp_path / "q.yaml", 'version: 1\nrules: {MC104: {denied: ["ml.{p4d,p5}.*"]}}\n'))
    assert ran.status == 1
    assert "Only * and ? have a meaning in a pattern of instance types" in ran.out


def test_both_examples_are_in_the_documentation():
    """And no other."""
    text = (ROOT / "docs" / "policy.md").read_text()
    assert sorted(path.name for path in (ROOT / "docs" / "policies").iterdir()) == sorted(path.name for path in EXAMPLES)
    assert [path.name for path in EXAMPLES if f"policies/{path.name}" not in text] == []


def test_show_without_any_file(mlcost, layers):
    """The built-in policy, all of it."""
    ran = mlcost("policy", "show")
    assert ran.status == 0
    assert ran.out.startswith("No file lays anything down, so the built-in policy holds: nothing asks or blocks.\n")
    assert "idle.mode" in ran.out
    assert set(mlcost("--json", "policy", "show").document["origins"].values()) == {"built-in"}


def test_show_tells_where_each_value_is_from(mlcost, layers):
    """By layers, with what has no effect."""
    system, _, user = layers
    put(system, GOOD)
    put(user, "version: 1\nrules: {MC101: {verdict: block, limit_list_cost: 90}}\n")
    ran = mlcost("policy", "show")
    assert ran.status == 0
    rows = {line.split()[0]: line.split() for line in ran.out.splitlines() if line.startswith("rules.MC101")}
    assert rows["rules.MC101.verdict"] == ["rules.MC101.verdict", "block", str(user)]
    assert rows["rules.MC101.limit_list_cost"] == ["rules.MC101.limit_list_cost", "20", str(system)]
    assert f"Note: {user}:2:50: rules.MC101.limit_list_cost: 90 has no effect" in ran.out
    document = mlcost("--json", "policy", "show").document
    assert document["layers"] == [str(system), str(user)]
    assert document["policy"]["rules"]["MC101"] == {
        "verdict": "block",
        "options": document["policy"]["rules"]["MC101"]["options"],
    }
    assert document["policy"]["rules"]["MC101"]["options"]["limit_list_cost"] == "20"


def test_show_with_a_broken_file(mlcost, layers):
    """Status 1, and the last good policy."""
    put(layers[0], GOOD)
    assert mlcost("policy", "show").status == 0
    put(layers[0], "version: 1\nrules: {MC101: {verdict: blok}}\n")
    ran = mlcost("policy", "show")
    assert ran.status == 1
    assert ran.out.startswith("The policy is stale: its files have faults, so the last good one stays in force.\n")
    assert f"Fault: {layers[0]}:2:26: blok is no verdict. Write block." in ran.out
    document = mlcost("--json", "policy", "show").document
    assert (document["is_stale"], document["policy"]["rules"]["MC101"]["verdict"]) == (True, "ask")


def test_one_file_in_the_place_of_all_layers(mlcost, layers, tmp_path):
    """It is the topmost then."""
    put(layers[0], GOOD)
    file = put(tmp_path / "p.yaml", "version: 1\nrules: {MC101: {verdict: 'off'}}\n")
    document = mlcost("--json", "policy", "show", "--policy", file).document
    assert (document["layers"], document["policy"]["rules"]["MC101"]["verdict"]) == ([file], "off")
    ran = mlcost("policy", "show", "--policy", str(tmp_path / "nowhere.yaml"))
    assert ran.status == 1
    assert "it is not there" in ran.out


def test_schema(mlcost):
    """One JSON document, with or without --json, by the rules that are installed."""
    ran = mlcost("policy", "schema")
    assert ran.status == 0
    jsonschema.Draft202012Validator.check_schema(ran.document)
    assert "MC101" in ran.document["properties"]["rules"]["properties"]
    assert json.loads(mlcost("--json", "policy", "schema").out) == ran.document


def test_a_wrong_word(mlcost):
    """Status 2, with what there is."""
    ran = mlcost("policy")
    assert (ran.status, ran.out) == (2, "")
    assert "Say one of check, show, explain, replay, schema" in ran.err
