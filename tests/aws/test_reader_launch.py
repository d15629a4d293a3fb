"""How the reader is started, from a folder of somebody's own modules."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlcost_ext.aws.reader_client import ReaderProcess
from mlcost_ext.aws.reader_launch import READER_ARGUMENTS, reader_environment
from mlcost_ext.aws.surroundings import NEUTRAL_FOLDER, neutral_environment
from tests.fakes import ROOT

MODULES = ("queue", "random", "signal", "sitecustomize", "botocore", "mlcost_ext")


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    """Stand in a folder whose modules leave a mark when they are executed."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in MODULES:
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'a').write('{name} ')\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("path", [None, "", ".", f".{os.pathsep}{ROOT}", f"{os.pathsep}{ROOT}"])
def test_modules_beside_the_notebooks_are_not_executed(notebooks, path):
    """Nor where PYTHONPATH names their folder; a request is answered, so the reader's own modules were found."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {} if path is None else {"PYTHONPATH": path}

    async def use():
        reader = ReaderProcess(env=environment)
        await reader.start()
        try:
            with pytest.raises(Exception, match="makes no sense"):
                await reader.request("dance", 20)
        finally:
            await reader.stop()

    asyncio.run(use())
    assert not (notebooks.parent / "mark").exists()


def test_a_package_that_is_not_installed_is_found(tmp_path):
    """The server knows it by a path of its own; a Python without site-packages still gets to its first import of botocore."""
    shutil.copytree(ROOT / "mlcost_ext" / "aws", tmp_path / "mlcost_ext" / "aws", ignore=shutil.ignore_patterns("__pycache__"))
    program = READER_ARGUMENTS[2].replace("main()", "print(main.__module__)")
    command = [sys.executable, "-S", "-c", program, str(tmp_path)]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=NEUTRAL_FOLDER, env=environment)
    assert (ended.stdout, ended.stderr) == ("mlcost_ext.aws.reader.__main__\n", "")


def test_the_package_that_runs_here_is_the_one_that_is_started():
    """Its folder is the last argument."""
    assert Path(READER_ARGUMENTS[-1]) == ROOT


def test_names_relative_to_the_servers_folder_still_lead_there(tmp_path, monkeypatch):
    """Files of credentials and folders of modules; the rest is left alone."""
    monkeypatch.chdir(tmp_path)
    env = {
        "AWS_CONFIG_FILE": "aws/config",
        "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
        "AWS_CA_BUNDLE": "",
        "PYTHONPATH": os.pathsep.join(["lib", str(tmp_path), "", "/opt/lib"]),
        "A": "b",
    }
    here = Path.cwd()
    expected = {
        "AWS_CONFIG_FILE": str(here / "aws" / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
        "AWS_CA_BUNDLE": "",
        "PYTHONPATH": os.pathsep.join([str(here / "lib"), "/opt/lib"]),
        "A": "b",
    }
    assert neutral_environment(env, keeps_current_folder=False) == expected
    assert reader_environment(env)["PYTHONSAFEPATH"] == "1"
    kept = neutral_environment(env, keeps_current_folder=True)["PYTHONPATH"].split(os.pathsep)
    assert kept == [str(here / "lib"), str(tmp_path), "/opt/lib"]


def test_a_folder_that_was_deleted_is_no_obstacle(tmp_path, monkeypatch):
    """The server's folder may be gone."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert neutral_environment({"PYTHONPATH": "lib"}, keeps_current_folder=False) == {"PYTHONPATH": "lib"}
