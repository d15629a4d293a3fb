"""%cost_policy and mlcost.policy(): the policy in force in this kernel, as text, HTML and data."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import mlcost_ext as mlcost
from mlcost_ext.kernel.bootstrap import load, unload
from mlcost_ext.kernel.policy_report import PolicyReport
from mlcost_ext.policy_files import layer_paths

from .conftest import StartKernel

GOOD = "version: 1\ncontact: ml@example.com\nrules: {MC101: {verdict: ask, limit_list_cost: 20}}\n"
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def file(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be a user with one policy of his own and no other."""
    monkeypatch.setattr(layer_paths, "SYSTEM", tmp_path / "etc" / "policy.yaml")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MLCOST_HOME", str(home))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.delenv("MLCOST_POLICY", raising=False)
    path = tmp_path / ".config" / "mlcost" / "policy.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD)
    return path


@pytest.fixture
def shell(file: Path) -> Iterator[InteractiveShell]:
    """Give a shell that has the extension."""
    config = Config()
    config.HistoryManager.enabled = False
    made = InteractiveShell(config=config)
    load(made)
    yield made
    unload(made)
    made.restore_sys_module_state()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)


def test_the_magic_shows_values_and_origins(shell: InteractiveShell, file: Path) -> None:
    """As a table, or as a dict."""
    found = shell.run_line_magic("cost_policy", "")
    assert isinstance(found, PolicyReport)
    rows = [line.split() for line in repr(found).splitlines() if line.startswith("rules.MC101")]
    assert rows[0] == ["rules.MC101.verdict", "ask", str(file)]
    assert rows[1][:2] == ["rules.MC101.limit_list_cost", "20"]
    assert repr(found).startswith(f"Layers, most authority first: {file}.")
    assert "no security border" in repr(found)
    document = shell.run_line_magic("cost_policy", "--json")
    assert document == found.to_dict() == mlcost.policy().to_dict()
    assert document["policy"]["contact"] == "ml@example.com"


def test_a_wrong_line(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, no traceback."""
    shell.run_cell("%cost_policy --jsn")
    out, err = capsys.readouterr()
    assert "UsageError: %cost_policy does not know '--jsn'; type %cost_policy or %cost_policy --json" in out + err
    assert "Traceback" not in out + err


def test_a_broken_file_is_told_first(shell: InteractiveShell, file: Path) -> None:
    """With the faults below the values that hold meanwhile."""
    shell.run_line_magic("cost_policy", "")
    file.write_text(GOOD.replace("ask", "aks") + "nope: 1\n")
    told = repr(shell.run_line_magic("cost_policy", ""))
    assert told.startswith("The policy is stale")
    assert f"Fault: {file}:3:26: aks is no verdict. Write ask." in told
    assert f"Fault: {file}:4:1: There is no key nope." in told
    assert "rules.MC101.verdict                    ask" in told


def test_nothing_of_a_policy_is_markup_or_control(shell: InteractiveShell, file: Path) -> None:
    """Contacts, reasons, faults: cut, cleaned and escaped."""
    lines = [
        f'contact: "{MARKUP}"',
        f'admins: ["{MARKUP * 3}"]',
        f'exceptions: [{{rule: MC101, until: 2099-12-31, reason: "{MARKUP}"}}]',
    ]
    for text in ("\n".join(["version: 1", *lines]), "\n".join(["version: 1", f'"{MARKUP}\\e[31m\\u202e": 1'])):
        file.write_text(text)
        report, tags = mlcost.policy(), Tags()
        tags.feed(report._repr_html_())
        assert "img" not in tags.found
        assert "table" in tags.found
        assert "&lt;img" in report._repr_html_()
        assert not {"\x1b", "\u202e"} & set(repr(report) + report._repr_html_())


def test_many_faults_are_cut(shell: InteractiveShell, file: Path) -> None:
    """As many as a file can have are all shown; with notes there may be more."""
    file.write_text("version: 1\n" + "".join(f"x{n}: 1\n" for n in range(99)))
    assert repr(mlcost.policy()).count("Fault: ") == 50
    rules = ", ".join(f"ACM{n:03}: " for n in range(99))
    file.write_text(f"version: 1\nrules: {{{rules}}}\n")
    told = repr(mlcost.policy())
    assert told.count("Note: ") == 60
    assert "39 more; `mlcost policy show` has all of them." in told


def test_function_and_room_have_one_name() -> None:
    """Whatever was imported before."""
    code = "import mlcost_ext as m, mlcost_ext.policy.merging as r; print(callable(m.policy), r.merge.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "merge"]


def test_in_a_real_kernel(start_kernel: StartKernel, tmp_path: Path) -> None:
    """By the file that MLCOST_POLICY names; the magic is there without a line typed."""
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD)
    kernel = start_kernel(MLCOST_POLICY=str(path))
    answer = kernel.run("%cost_policy")
    assert answer.error is None, answer.error
    assert "rules.MC101.limit_list_cost" in answer.result["text/plain"]
    assert answer.result["text/html"].startswith("<div><p>Layers")
    found = kernel.value("get_ipython().run_line_magic('cost_policy', '--json')['policy']['contact']")
    assert found == "ml@example.com"
