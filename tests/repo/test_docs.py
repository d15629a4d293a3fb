"""What the documents say of the software is so."""

from __future__ import annotations

import json
import re

import pytest

from mlcost_ext.aws.reader.operations import ACTIONS, OPTIONAL, READS, action_of
from mlcost_ext.sandbox.seed_scene import LAST_CALLED_12_DAYS_AGO, NEVER_CALLED
from tests.fakes import ROOT
from tests.sandbox.test_seed import SIX

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven")
ROOMS = ("aws", "server", "kernel")
FRONT_END = ("api", "panel", "statusbar", "components", "endings", "plugins", "kinds", "places", "actions")


def text(name: str) -> str:
    """Read a document."""
    return (ROOT / name).read_text(encoding="utf-8")


def policies() -> list[dict[str, object]]:
    """Give the policies of ``docs/hosts.md``, which are whole ones: two statements, each in a document of its own."""
    found = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text("docs/hosts.md"), re.DOTALL)]
    assert [set(policy) for policy in found] == [{"Version", "Statement"}] * 2
    return [statement for policy in found for statement in policy["Statement"]]


@pytest.mark.parametrize(("number", "operations"), [(0, READS), (1, ACTIONS)], ids=["reads", "ends"])
def test_policies_have_what_the_reader_may_send(number: int, operations: tuple[str, ...]) -> None:
    """Every operation of the reader's that is not optional, and nothing else."""
    statement = policies()[number]
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
    assert statement["Action"] == sorted(action_of(operation) for operation in operations if operation not in OPTIONAL)


def test_optional_permissions_are_told_beside_the_policies() -> None:
    """By the names that IAM has for them."""
    beside = re.sub(r"```json\n.*?```", "", text("docs/hosts.md"), flags=re.DOTALL).partition("## Permissions together")[2]
    assert [operation for operation in OPTIONAL if f"`{action_of(operation)}`" not in beside] == []


def test_readme_counts_the_demo_as_the_panel_does() -> None:
    """Jobs that no other has started, and endpoints that nobody calls."""
    readme = " ".join(text("README.md").split())
    assert f"{NUMBERS[len(SIX)]} jobs that run" in readme
    assert f"{NUMBERS[len({NEVER_CALLED, LAST_CALLED_12_DAYS_AGO})]} endpoints that somebody has forgotten" in readme


def rooms() -> str:
    """Give the map of the packages."""
    return text("docs/architecture.md").partition("## Rooms")[2].partition("```\n")[2].partition("\n```")[0]


@pytest.mark.parametrize("room", ROOMS)
def test_architecture_names_every_module(room: str) -> None:
    """By the word that its file has."""
    names = [path.stem for path in (ROOT / "mlcost_ext" / room).glob("*.py") if path.stem != "__init__"]
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", rooms())] == []


@pytest.mark.parametrize("name", FRONT_END)
def test_architecture_names_the_parts_of_the_front_end(name: str) -> None:
    """Those that are there."""
    folder = ROOT / "labextension" / "src"
    assert (folder / name).is_dir() or (folder / f"{name}.ts").is_file()
    assert re.search(rf"\b{name}\b", rooms().partition("labextension/src/")[2])


def test_every_make_target_that_tests_is_explained() -> None:
    """A target with a word of help in the Makefile has one in CONTRIBUTING, but for those that run something else."""
    targets = re.findall(r"^([a-z-]+):.*## ", text("Makefile"), re.MULTILINE)
    shown = set(re.findall(r"^make ([a-z-]+)", text("CONTRIBUTING.md"), re.MULTILINE))
    assert set(targets) - shown == {"help", "wheel", "clean"}
