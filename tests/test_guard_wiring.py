"""Rules of other packages: installed as such a package is, and left out, with a word, where they are broken."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.rule import Option, Rule
from mlcost_ext.guard_wiring import GROUP, fault_of, load_rules
from mlcost_ext.guardrails import RULES
from tests.fakes import ROOT

GUIDE = (ROOT / "docs" / "adding" / "rule.md").read_text(encoding="utf-8")
SHOW = (
    "import json; from mlcost_ext.guard_wiring import load_rules; found = load_rules();"
    "print(json.dumps([[rule.id for rule in found.rules], [[p.subject, p.message, p.hint] for p in found.problems]]))"
)
MODULE = """
from mlcost_ext.core.rule import Rule
RULE = Rule(id="{id}", title="t", docs_url="d", practice=None, kinds=(), options=(), judge=lambda proposal, options: ())
"""


def block(language: str) -> str:
    """Give the guide's only code of a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return str(found)


def install(site: Path, package: str, points: dict[str, str], **modules: str) -> None:
    """Put a package into a site folder, as pip leaves it there."""
    info = site / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "\n".join([f"[{GROUP}]", *(f"{name} = {value}" for name, value in points.items()), ""])
    )
    (info / "RECORD").write_text("")
    for name, source in modules.items():
        (site / f"{name}.py").write_text(source)


def shown(site: Path) -> tuple[list[str], list[list[str]]]:
    """Load all rules in a process of its own that has the site folder on its path."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}
    done = subprocess.run([sys.executable, "-c", SHOW], env=env, capture_output=True, text=True, check=True)
    ids, problems = json.loads(done.stdout.splitlines()[-1])
    return ids, problems


def test_without_others_there_are_our_own() -> None:
    """In the order of their ids."""
    found = load_rules([])
    assert (found.rules, found.problems) == (RULES, ())


def test_the_example_of_the_guide_works(tmp_path: Path) -> None:
    """Installed by the entry point that it shows, it judges."""
    (package,) = re.findall(r'^name = "(.+)"$', block("toml"), re.MULTILINE)
    points = block("toml").partition(f"[project.entry-points.{GROUP}]\n")[2]
    install(tmp_path, package, dict(re.findall(r'^(\w+) = "(.+)"$', points, re.MULTILINE)), acme_rules=block("python"))
    ids, problems = shown(tmp_path)
    assert (ids, problems) == (sorted([*(rule.id for rule in RULES), "ACME001"]), [])
    space: dict[str, Any] = {}
    exec(block("python"), space)
    from tests.guardrails.launch_samples import objections, proposal, training

    (found,) = objections(space["RULE"], proposal(training()))
    assert found.message == "The job is called 'churn-1'."
    assert objections(space["RULE"], proposal(training(TrainingJobName="acme-1"))) == ()


def test_the_guide_fits_on_a_screen() -> None:
    """And its rule in some ten lines."""
    assert len(GUIDE.splitlines()) <= 60
    assert len([line for line in block("python").splitlines() if line]) <= 12


def test_broken_ones_are_left_out_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they do when they are imported; what is whole beside them is loaded."""
    install(
        tmp_path,
        "broken-rules",
        {
            "A": "no_such_module:RULE",
            "B": "raises:RULE",
            "C": "leaves:RULE",
            "D": "whole:NOTHING",
            "E": "whole:__name__",
            "F": "taken:RULE",
            "G": "whole:RULE",
        },
        raises="raise RuntimeError('\\x1b[31mno licence')",
        leaves="import sys; sys.exit(3)",
        taken=MODULE.format(id="MC101"),
        whole=MODULE.format(id="WHOLE001"),
    )
    ids, problems = shown(tmp_path)
    assert ids == sorted([*(rule.id for rule in RULES), "WHOLE001"])
    assert [(subject, message.partition("left out: ")[2]) for subject, message, _ in problems] == [
        ("A", "ModuleNotFoundError: No module named 'no_such_module'."),
        ("B", "RuntimeError: \ufffd[31mno licence."),
        ("C", "SystemExit: 3."),
        ("D", "AttributeError: module 'whole' has no attribute 'NOTHING'."),
        ("E", "it is of type str, not Rule."),
        ("F", "there is a rule MC101 already."),
    ]
    assert all("Update or uninstall broken-rules;" in hint for _, _, hint in problems)
    monkeypatch.syspath_prepend(str(tmp_path))
    found = load_rules(point for each in distributions(path=[str(tmp_path)]) for point in each.entry_points)
    assert ([rule.id for rule in found.rules], [[p.subject, p.message, p.hint] for p in found.problems]) == (ids, problems)


def test_of_two_others_with_one_id_the_first_package_has_it(tmp_path: Path) -> None:
    """By its name, so that it is the same one each time."""
    install(tmp_path, "z-rules", {"TWO": "of_z:RULE"}, of_z=MODULE.format(id="TWO001"))
    install(tmp_path, "a-rules", {"TWO": "of_a:RULE"}, of_a=MODULE.format(id="TWO001"))
    ids, ((_, message, _),) = shown(tmp_path)
    assert ids.count("TWO001") == 1
    assert message == "The rule TWO of z-rules is left out: there is a rule TWO001 already."


def test_an_entry_point_of_no_package() -> None:
    """It need not say of which it is."""
    (problem,) = load_rules([EntryPoint(name="X", value="no_such_module:RULE", group=GROUP)]).problems
    assert problem.message.startswith("The rule X of an unnamed package is left out: ModuleNotFoundError")
    assert problem.code == "rule_left_out"


# -- what a rule has to have ----------------------------------------------------------------------

LIMIT = Option(name="limit_hours", kind="number", default=Decimal(1), tighter="smaller", help="h")
TEXTS = Option(name="denied", kind="texts", default=("a",), tighter="union", help="h")
WHOLE = Rule(
    id="ACME001",
    title="t",
    docs_url="d",
    practice=None,
    kinds=("training",),
    options=(LIMIT, TEXTS),
    judge=lambda proposal, options: (),
)


def test_a_whole_rule_has_no_fault() -> None:
    """With options that may be none."""
    assert fault_of(WHOLE) is None
    assert fault_of(replace(WHOLE, options=(replace(LIMIT, default=None, may_be_none=True),), practice="BP")) is None
    assert fault_of(replace(WHOLE, options=(replace(TEXTS, kind="patterns", tighter="intersection"),))) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "acme1"}, "id"),
        ({"id": 7}, "id"),
        ({"title": ""}, "title or docs_url"),
        ({"docs_url": "x" * 501}, "title or docs_url"),
        ({"practice": 5}, "practice"),
        ({"kinds": ["training"]}, "kinds"),
        ({"kinds": (5,)}, "kinds"),
        ({"judge": None}, "judge"),
        ({"default": "stop"}, "default"),
        ({"options": [LIMIT]}, "options are no tuple"),
        ({"options": (5,)}, "options are no tuple"),
        ({"options": (LIMIT, LIMIT)}, "two of its options"),
        ({"options": (replace(LIMIT, name="Limit"),)}, "name of an option"),
        ({"options": (replace(LIMIT, name=5),)}, "name of an option"),
        ({"options": (replace(LIMIT, name="verdict"),)}, "name of an option"),
        ({"options": (replace(LIMIT, kind="date"),)}, "limit_hours has no kind"),
        ({"options": (replace(LIMIT, tighter="union"),)}, "limit_hours has no kind, or no way to be tighter"),
        ({"options": (replace(LIMIT, default=None),)}, "default of its option limit_hours is no number"),
        ({"options": (replace(LIMIT, default=1.5),)}, "default of its option limit_hours is no number"),
        ({"options": (replace(TEXTS, default=(5,)),)}, "default of its option denied is no texts"),
        ({"options": (replace(LIMIT, kind="flag", tighter="true", default=Decimal(1)),)}, "is no flag"),
    ],
)
def test_each_fault_is_told(changes: dict[str, Any], said: str) -> None:
    """Types are not enforced when a dataclass is made."""
    assert said in (fault_of(replace(WHOLE, **changes)) or "")
