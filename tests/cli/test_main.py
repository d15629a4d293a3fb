"""The line itself: what is understood, how errors look, which status ends it."""

import subprocess
import sys

import pytest

from mlcost_ext._version import __version__
from mlcost_ext.cli.main import COMMANDS
from tests.fakes import ROOT


def test_version_is_said(mlcost):
    """The version is one line."""
    ran = mlcost("--version")
    assert (ran.status, ran.out) == (0, f"mlcost {__version__}\n")


def test_version_as_json(mlcost):
    """With --json the version is a document too."""
    assert mlcost("--json", "--version").document == {"version": __version__}


@pytest.mark.parametrize(
    "words", [(), ("bogus",), ("price",), ("jobs", "--bogus"), ("demo", "--port", "x"), ("demo", "--port", "65536")]
)
def test_wrong_use_is_two_lines_and_status_2(mlcost, words):
    """A wrong line is answered in the form of all errors, with nothing on standard output."""
    ran = mlcost(*words)
    code, hint = ran.err.splitlines()
    assert (ran.status, ran.out) == (2, "")
    assert code.startswith("usage: ")
    assert hint.startswith("hint: ")


def test_wrong_use_is_also_the_json_document(mlcost):
    """With --json the same error is also on standard output."""
    ran = mlcost("--json", "price")
    assert ran.status == 2
    assert ran.document["code"] == "usage"
    assert ran.err == f"usage: {ran.document['message']}\nhint: {ran.document['hint']}\n"


def test_json_may_follow_the_command(mlcost):
    """--json is understood behind the command as well."""
    assert mlcost("jobs", "--json").document["code"] == "no_server"


def test_help_lists_every_command(mlcost):
    """The help names each command with what it does."""
    ran = mlcost("--help")
    assert ran.status == 0
    assert all(command.name in ran.out and command.help in ran.out for command in COMMANDS)


def test_interrupted_command_ends_without_traceback(mlcost, monkeypatch):
    """Ctrl-C ends a command with the status a shell expects."""

    def interrupted(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr("mlcost_ext.sandbox.demo.run_demo", interrupted)
    ran = mlcost("demo")
    assert (ran.status, ran.err) == (130, "")


def test_demo_gets_its_options(mlcost, monkeypatch):
    """Port and browser reach the demo, and its status is the command's."""
    asked = []

    def run_demo(**options):
        asked.append(options)
        return 3

    monkeypatch.setattr("mlcost_ext.sandbox.demo.run_demo", run_demo)
    assert [mlcost("demo").status, mlcost("demo", "--port", "0", "--no-browser").status] == [3, 3]
    assert asked == [{"port": 8888, "open_browser": True}, {"port": 0, "open_browser": False}]


def test_demo_has_no_json(mlcost):
    """A demo has no one document to give."""
    ran = mlcost("--json", "demo")
    assert (ran.status, ran.document["code"]) == (2, "usage")


def test_reader_that_goes_away_is_no_error(home):
    """A pipe closed early ends the command without a traceback."""
    command = f"{sys.executable} -m mlcost_ext.cli price ml.g5.xlarge --region us-east-1 | true"
    ran = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.stderr == ""


def test_terminal_without_our_letters_shows_others(home):
    """An output that lacks a letter gets a question mark, not a traceback."""
    program = "from mlcost_ext.cli import main, text; main.main(['--version']); print('✓')"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.splitlines()[1] == "?"


def test_command_that_is_none(mlcost):
    """A wrong command is named, with the nearest."""
    ran = mlcost("--json", "pric")
    assert (ran.status, ran.document["message"]) == (2, "There is no command 'pric'.")
    assert ran.document["hint"].startswith("Say price;")


def test_unforeseen_error_is_told_without_traceback(mlcost, monkeypatch):
    """What nobody expected has the form of all errors, and is the JSON document too."""

    def broken(*_):
        raise LookupError("odd\nsecond line")

    monkeypatch.setattr("mlcost_ext.cli.jobs.overview_files", broken)
    ran = mlcost("--json", "jobs")
    assert (ran.status, ran.document["code"]) == (1, "internal_error")
    assert "LookupError: odd" in ran.document["message"]
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == ["internal_error", "hint"]


@pytest.mark.parametrize("words", [("jobs",), ("price", "ml.g5.xlarge")])
def test_path_below_the_home_folder_of_nobody(mlcost, monkeypatch, words):
    """A path that cannot be is wrong configuration, not a fault of ours."""
    monkeypatch.setenv("MLCOST_HOME", "~nosuch/x")
    monkeypatch.setenv("AWS_CONFIG_FILE", "~nosuch/x")
    ran = mlcost("--json", *words)
    assert (ran.status, ran.document["code"]) == (2, "home_invalid" if words == ("jobs",) else "region_missing")
    assert ran.document["hint"]


def test_home_that_may_not_be_entered(mlcost, monkeypatch):
    """Where the figures lie in a folder closed to this user, that is said."""

    def closed(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.glob", closed)
    ran = mlcost("--json", "jobs")
    assert (ran.status, ran.document["code"]) == (2, "home_unreadable")
    assert "Permission denied" in ran.document["message"]
