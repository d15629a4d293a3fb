"""Rules: each has an id of its own, a test, and a section in docs/rules.md that its link leads to."""

from __future__ import annotations

import importlib.util
import re
import sys
from decimal import Decimal
from types import ModuleType

import pytest

from mlcost_ext.core.rule import Rule
from mlcost_ext.guard_wiring import fault_of, is_value
from mlcost_ext.guardrails import RULES
from tests.fakes import ROOT

EACH = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
PRACTICES = re.compile(r"MLCOST0[1-6]-BP[01][0-9]")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """Give tools/make_rules.py."""
    spec = importlib.util.spec_from_file_location("make_rules", ROOT / "tools" / "make_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_ids_are_unique_and_in_order() -> None:
    """MC1xx before a launch, MC2xx of what stands, MC3xx about data."""
    ids = [rule.id for rule in RULES]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"MC[13][0-9]{2}", each) for each in ids)


def test_every_file_with_a_rule_is_registered() -> None:
    """And no rule stands anywhere else."""
    files = {path.stem for path in (ROOT / "mlcost_ext" / "guardrails").glob("*.py") if "\nRULE = " in path.read_text("utf-8")}
    assert {rule.judge.__module__.rpartition(".")[2] for rule in RULES} == files
    assert len(files) == len(RULES)


@EACH
def test_a_rule_has_a_test_file_of_its_name(rule: Rule) -> None:
    """In the same tree, and its file says its id first."""
    module = rule.judge.__module__.rpartition(".")[2]
    assert (ROOT / "tests" / "guardrails" / f"test_{module}.py").is_file()
    assert (sys.modules[rule.judge.__module__].__doc__ or "").startswith(f"{rule.id}: ")


@EACH
def test_a_rules_link_leads_to_its_section(rule: Rule) -> None:
    """Below the documentation that the package itself names."""
    (folder,) = re.findall(r'^Documentation = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert rule.docs_url == f"{folder}/rules.md#{rule.id.lower()}"
    assert f"\n## {rule.id}\n\n**{rule.title}.** " in PAGE
    assert f"| [{rule.id}](#{rule.id.lower()}) |" in PAGE


@EACH
def test_a_rule_is_what_others_have_to_be(rule: Rule) -> None:
    """Its options have defaults of their kind, within their own bounds; out of the box it warns at most."""
    assert fault_of(rule) is None
    assert rule.default in ("off", "shadow", "warn")
    assert rule.practice is None or PRACTICES.fullmatch(rule.practice)
    for option in rule.options:
        assert is_value(option, option.default)
        assert option.help.endswith(".")
        if isinstance(option.default, Decimal):
            assert option.least is None or option.default >= option.least
            assert option.most is None or option.default <= option.most


def test_the_page_is_fresh(tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """What tools/make_rules.py makes of the rules."""
    assert tool.page() == PAGE
    assert tool.main(check=True) == 0
    assert capsys.readouterr().err == ""


def test_a_page_that_is_not_fresh_is_told(tool: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch, tmp_path) -> None:
    """And written anew on demand."""
    monkeypatch.setattr(tool, "OUT", tmp_path / "rules.md")
    assert tool.main(check=True) == 1
    assert "python tools/make_rules.py" in capsys.readouterr().err
    assert tool.main(check=False) == 0
    assert (tmp_path / "rules.md").read_text(encoding="utf-8") == PAGE
