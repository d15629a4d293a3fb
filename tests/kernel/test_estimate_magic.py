"""%estimate_cost in IPython: what it shows, what it says where something is wrong, and that nothing is called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from mlcost_ext.kernel import estimate as module
from mlcost_ext.kernel import estimate_magic
from mlcost_ext.kernel.bootstrap import load, unload
from mlcost_ext.kernel.estimate_report import EstimateReport

from .test_estimate import REQUEST

OPTIONS = "--kind training --instance ml.m5.xlarge --hours 2 --region us-east-1"


@pytest.fixture
def shell(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """Give a shell that has the extension, and a region."""
    monkeypatch.setenv("MLCOST_HOME", str(home))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.delenv("MLCOST_SERVER_ID", raising=False)
    module.estimator_in.cache_clear()
    config = Config()
    config.HistoryManager.enabled = False
    made = InteractiveShell(config=config)
    made.user_ns["request"] = REQUEST
    load(made)
    yield made
    unload(made)
    made.restore_sys_module_state()


Told = Callable[[str], str]


@pytest.fixture
def told(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> Told:
    """Give a function that runs a cell and gives all that is printed."""

    def run(cell: str) -> str:
        capsys.readouterr()
        shell.run_cell(cell)
        out, err = capsys.readouterr()
        return f"{out}{err}"

    return run


def test_a_variable(shell: InteractiveShell) -> None:
    """The report is the cell's result."""
    found = shell.run_cell("%estimate_cost request --hours 1")
    assert found.success
    assert isinstance(found.result, EstimateReport)
    assert found.result.estimate.duration_seconds.basis == "given"


def test_a_dict_in_the_line(shell: InteractiveShell) -> None:
    """Its braces are no variables of IPython's."""
    shell.user_ns["limit"] = 3600
    words = repr(REQUEST).replace("7200", "limit")
    found = shell.run_line_magic("estimate_cost", f"{words} --json")
    assert found["duration_seconds"]["high"] == 3600


def test_options_alone_and_as_a_dict(shell: InteractiveShell) -> None:
    """`--json` gives what `to_dict` gives."""
    report = shell.run_line_magic("estimate_cost", OPTIONS)
    assert shell.run_line_magic("estimate_cost", f"{OPTIONS} --json") == report.to_dict()


def test_a_space_by_its_volume_alone(shell: InteractiveShell) -> None:
    """No instance type is wanted."""
    found = shell.run_line_magic("estimate_cost", "--kind space --volume-gb 50 --json")
    assert ([line["component"] for line in found["lines"]], found["is_complete"]) == (["Storage-Studio-JupyterLab"], True)


def test_a_terminal_shows_the_text(told: Told) -> None:
    """Without a page, the text form."""
    shown = told(f"%estimate_cost {OPTIONS}")
    assert "for training on ml.m5.xlarge in us-east-1" in shown
    assert "An estimate at list prices; AWS's bill may differ." in shown


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "%estimate_cost wants to know what is to be estimated."),
        ("requests", "There is no variable 'requests' in this kernel. Did you mean request?"),
        ("request.copy()", "nothing is called here, since a call could launch something."),
        ("request --hours 1e400", "--hours is '1e400', which is no time that a run can take."),
        ("request --count 0", "--count is '0', which is no whole number"),
        ("request --region nowhere", "'nowhere' is no AWS region. Write it like us-east-1."),
        ("request --kind cooking", "'cooking' is no kind that can be estimated."),
        ("3", "is nothing that can be estimated"),
    ],
)
def test_what_is_wrong_is_one_line(told: Told, line: str, said: str) -> None:
    """No traceback."""
    shown = told(f"%estimate_cost {line}")
    assert shown.startswith("UsageError: ")
    assert said in shown
    assert len(shown.splitlines()) == 1
    assert "Traceback" not in shown


def test_no_region(told: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is said what to do."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "RESOURCE_METADATA_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    assert "No AWS region is set. Say one, as in --region us-east-1" in told("%estimate_cost request")


def test_a_fault_of_ours_is_no_traceback(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, with what to do."""

    def fail(*_: object) -> Any:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(estimate_magic, "report", fail)
    shown = told("%estimate_cost request")
    assert "that mlcost-ext does not know (ZeroDivisionError: boom)" in shown
    assert "Traceback" not in shown


def test_a_form_without_ipywidgets(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with what to install; it is looked for only when a form is asked for."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert "for training" in told("%estimate_cost request")
    shown = told("%estimate_cost request --widget")
    assert shown == "UsageError: --widget needs ipywidgets. Type `pip install ipywidgets` and load the page anew.\n"


def test_the_user_can_stop_it(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt is no fault of ours."""

    def interrupt(*_: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(estimate_magic, "report", interrupt)
    with pytest.raises(KeyboardInterrupt):
        shell.run_line_magic("estimate_cost", "request")


def test_help(shell: InteractiveShell) -> None:
    """`%estimate_cost?` explains the options."""
    text = shell.find_line_magic("estimate_cost").__doc__
    for option in (
        "--kind",
        "--instance",
        "--count",
        "--hours",
        "--spot",
        "--no-spot",
        "--volume-gb",
        "--region",
        "--json",
        "--widget",
    ):
        assert option in text


def test_unloading_takes_it_back(shell: InteractiveShell) -> None:
    """And gives the user's own magic of that name back."""
    unload(shell)
    assert shell.find_line_magic("estimate_cost") is None
    assert shell.find_line_magic("cost") is None
    shell.register_magic_function(lambda _line: "mine", "line", "estimate_cost")
    load(shell)
    assert isinstance(shell.run_line_magic("estimate_cost", OPTIONS), EstimateReport)
    unload(shell)
    assert shell.run_line_magic("estimate_cost", OPTIONS) == "mine"


def test_a_real_kernel(start_kernel: Callable[..., Any]) -> None:
    """Nothing typed but the line; text and HTML reach the notebook, and the user's names stay his own."""
    kernel = start_kernel()
    answer = kernel.run(f"%estimate_cost {OPTIONS}")
    assert answer.error is None
    assert set(answer.result) == {"text/plain", "text/html"}
    assert "for training on ml.m5.xlarge in us-east-1" in answer.result["text/plain"]
    assert "UsageError: %estimate_cost has no option '--hour'" in kernel.run("%estimate_cost --hour 3").stderr
    assert kernel.run("%who").stdout == "Interactive namespace is empty.\n"
    same = kernel.run(f"import mlcost_ext as mlcost\nmlcost.estimate({REQUEST!r}, hours=1)")
    assert "for training on ml.m5.xlarge in us-east-1" in same.result["text/plain"]


def test_usage_error_is_ipythons() -> None:
    """So that IPython shows it in one line."""
    with pytest.raises(UsageError):
        estimate_magic.estimate_cost("", {})
