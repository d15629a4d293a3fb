"""The demo: JupyterLab and a practice account, started and ended together."""

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from mlcost_ext.aws.surroundings import NEUTRAL_FOLDER
from mlcost_ext.sandbox import child, demo
from mlcost_ext.sandbox.demo_home import NOTEBOOKS, SHIPPED, keep_changed, lab_environment, notebook_folder, places_to_keep

from .test_environment import POISON

ROOT = Path(__file__).parents[2]
START = "import sys; from mlcost_ext.sandbox.demo import run_demo; sys.exit(run_demo(int(sys.argv[1]), open_browser=False))"


@pytest.fixture
def started(tmp_path):
    """Start demos with a poisoned environment and a folder of temporary files that can be looked into."""
    processes = []

    def start(port=0):
        environment = (
            os.environ
            | POISON
            | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "JUPYTER_TOKEN": "old", "MLCOST_DISABLE": "1"}
        )
        command = [sys.executable, "-c", START, str(port)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, text=True, env=environment, cwd=tmp_path, **pipes)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.terminate()
        process.communicate(timeout=60)


def ask(address, path, token=None, data=None):
    base = address.partition("/lab?")[0]
    headers = {"Authorization": f"token {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(f"{base}{path}", data=data, headers=headers), timeout=60) as answer:
        return json.loads(answer.read() or b"{}")


def lives(process):
    """Tell whether a process still has surroundings to look at."""
    try:
        return bool(process.environ())
    except psutil.NoSuchProcess:  # a zombie is one of these
        return False


def test_a_whole_demo(started, tmp_path):
    """The first line is the address; nothing real reaches any child; the end leaves nothing behind."""
    process = started()
    address = process.stdout.readline().rstrip("\n")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/lab\?token=[\w-]{32,}", address)
    token = address.rpartition("=")[2]
    with pytest.raises(urllib.error.HTTPError):
        ask(address, "/api/contents")
    listed = sorted(entry["name"] for entry in ask(address, "/api/contents", token)["content"])
    assert listed == sorted(SHIPPED)
    ask(address, "/api/kernels", token, data=b'{"path": "first-training-job.ipynb"}')
    with urllib.request.urlopen(address, timeout=60) as page:
        assert "@jupyterlab/apputils-extension:announcements" in page.read().decode()

    # The practice account, JupyterLab and the kernel; short-lived helpers that have ended meanwhile are left out.
    children = [each for each in psutil.Process(process.pid).children(recursive=True) if lives(each)]
    assert len(children) >= 3
    for process_started in children:
        environment = process_started.environ()
        reached = {key for key, value in POISON.items() if environment.get(key) == value}
        assert reached == set()
        assert token not in " ".join(process_started.cmdline())
    lab = next(each for each in children if "jupyterlab" in each.cmdline())
    assert lab.cwd() == NEUTRAL_FOLDER
    kernel_started = next(each for each in children if "ipykernel_launcher" in each.cmdline())
    assert kernel_started.cwd() == str(Path(lab.environ()["MLCOST_HOME"]).parent / "notebooks")
    kernel = kernel_started.environ()
    assert not {"MLCOST_DISABLE", "PYTHONSAFEPATH"} & set(kernel)
    assert kernel["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert kernel["MLCOST_HOME"].startswith(str(tmp_path))

    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (0, "")
    assert "practice account at http://127.0.0.1:" in stderr
    assert list(tmp_path.iterdir()) == []
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


def test_the_practice_account_dies(started, tmp_path):
    """Without its practice account the demo ends and says so; JupyterLab goes with it."""
    process = started()
    process.stdout.readline()
    children = psutil.Process(process.pid).children()
    next(each for each in children if "mlcost_ext.sandbox" in each.cmdline()).kill()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 3
    assert stderr.splitlines()[-2].startswith("demo_failed: The practice account ended unexpectedly;")
    assert stderr.splitlines()[-1].startswith("hint: ")
    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert list(tmp_path.iterdir()) == []


def test_modules_of_the_present_folder_are_not_executed(tmp_path, monkeypatch):
    """A user's queue.py is no part of the practice account."""
    folder = tmp_path / "work"
    folder.mkdir()
    for name in ("queue", "socketserver", "mlcost_ext"):
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'a').write('{name} ')\n")
    monkeypatch.chdir(folder)
    with demo._practice_account(tmp_path) as (_, endpoint_url):
        assert endpoint_url.startswith("http://127.0.0.1:")
    assert not (tmp_path / "mark").exists()


def test_port_in_use(started):
    """A port that is taken is one clear sentence and status 2."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = started(port)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (2, "")
    assert stderr == f"port_in_use: Port {port} is in use.\nhint: mlcost demo --port {port + 1}\n"


def test_moto_missing(monkeypatch, capsys):
    """Without the extra, the demo says what to install."""
    monkeypatch.setattr(demo, "find_spec", lambda name: None if name == "moto" else object())
    assert demo.run_demo(0, open_browser=False) == 2
    said = "sandbox_missing: The demo needs moto.\nhint: pip install 'mlcost-ext[sandbox]'\n"
    assert capsys.readouterr() == ("", said)


def test_a_port_of_the_systems_own():
    """A port that only the system may take is not said to be in use."""
    error = demo._refused(80, PermissionError(errno.EACCES, "Permission denied"))
    assert (error.code, error.exit_status) == ("port_not_allowed", 2)
    assert demo._refused(65535, OSError(errno.EADDRINUSE, "in use")).hint == "mlcost demo --port 0"


def test_signals_are_given_back(monkeypatch):
    """A caller's own handlers are in force again after the demo."""
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(demo, "find_spec", lambda name: None)
    demo.run_demo(0, open_browser=False)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_system_without_sighup():
    """Windows has none; the demo takes the signals there are."""
    code = "import signal; del signal.SIGHUP; from mlcost_ext.sandbox import demo; print(len(demo._SIGNALS))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (ended.stdout, ended.stderr) == ("2\n", "")


def test_a_child_that_fails(tmp_path):
    """What a child wrote last is shown when it ends before its time."""
    command = [sys.executable, "-c", "import sys; print('\\n'.join(map(str, range(50))), flush=True); sys.exit('boom')"]
    with child.running("JupyterLab", command, os.environ, tmp_path) as lab:
        lab.process.wait(30)
        with pytest.raises(child.DemoError, match="JupyterLab ended unexpectedly") as ended:
            demo._wait_until_ready(lab, 9, "token")
    text = f"\n{ended.value.log_tail}"
    assert ("boom" in text, "\n49\n" in text, "\n3\n" in text) == (True, True, False)


def test_a_stubborn_child(tmp_path, monkeypatch):
    """A child that ignores the request to end is ended."""
    monkeypatch.setattr(child, "_GRACE_SECONDS", 0.2)
    code = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    with child.running("Stubborn", [sys.executable, "-c", code], os.environ, tmp_path, is_read=True) as stubborn:
        stubborn.process.stdout.readline()
    assert stubborn.process.returncode == -signal.SIGKILL


def test_news_are_off(tmp_path):
    """JupyterLab's announcements, which ask a server elsewhere, are off."""
    environment = lab_environment({}, tmp_path, endpoint_url="http://127.0.0.1:1", token="t")
    config = Path(environment["JUPYTER_CONFIG_DIR"]) / "labconfig" / "page_config.json"
    assert json.loads(config.read_text())["disabledExtensions"] == {"@jupyterlab/apputils-extension:announcements": True}
    assert Path(tempfile.gettempdir()) not in [Path(value) for value in environment.values()]


def test_it_imports_next_to_nothing():
    """The demo's own process loads neither JupyterLab nor moto nor botocore."""
    code = "import sys, mlcost_ext.sandbox.demo; print({'jupyterlab', 'moto', 'botocore', 'flask'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ended.stdout == "set()\n"


def test_changed_notebooks_are_kept(tmp_path):
    """What the user wrote or changed in the demo outlives it; the untouched notebooks and hidden files do not."""
    home, into = tmp_path / "home", tmp_path / "into"
    into.mkdir()
    lab_environment({}, home, endpoint_url="http://127.0.0.1:1", token="t")
    assert keep_changed(home, [into]) is None
    (notebook_folder(home) / "mine").mkdir()
    (notebook_folder(home) / "mine" / "new.ipynb").write_text("{}")
    (notebook_folder(home) / ".ipynb_checkpoints").mkdir()
    (notebook_folder(home) / ".ipynb_checkpoints" / "x.ipynb").write_text("{}")
    kept = keep_changed(home, [into])
    assert kept is not None
    assert [p.relative_to(kept).as_posix() for p in sorted(kept.rglob("*")) if p.is_file()] == ["mine/new.ipynb"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_shipped_notebook_is_kept_once_it_is_changed(tmp_path, name):
    """That one alone, as it was changed."""
    lab_environment({}, tmp_path / "home", endpoint_url="http://127.0.0.1:1", token="t")
    (notebook_folder(tmp_path / "home") / name).write_text('{"cells": []}')
    kept = keep_changed(tmp_path / "home", [tmp_path])
    assert {path.name: path.read_text() for path in kept.iterdir()} == {name: '{"cells": []}'}


@pytest.fixture
def changed_home(tmp_path):
    """Give a demo's folder in which the user has written a notebook."""
    home = tmp_path / "mlcost-demo-home"
    notebook_folder(home).mkdir(parents=True)
    (notebook_folder(home) / "mine.ipynb").write_text("{}")
    return home


def test_notebooks_are_kept_where_the_present_folder_is_gone(changed_home, tmp_path, monkeypatch):
    """Whoever deletes the folder the demo was started in finds the notebooks in the home folder."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    kept = keep_changed(changed_home, places_to_keep())
    assert (kept.parent, [path.name for path in kept.iterdir()]) == (tmp_path, ["mine.ipynb"])
    os.chdir(tmp_path)


def test_the_next_place_is_taken_where_one_fails(changed_home, tmp_path):
    """A place that takes nothing is passed over."""
    kept = keep_changed(changed_home, [tmp_path / "nowhere", tmp_path])
    assert (kept.parent, (kept / "mine.ipynb").read_text()) == (tmp_path, "{}")


def test_nothing_is_deleted_that_could_not_be_kept(tmp_path, monkeypatch, capsys):
    """Where no place takes the notebooks, the demo's folder stays, and where it is is said."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(demo, "places_to_keep", lambda: [tmp_path / "nowhere"])
    with demo._demo_home() as home:
        notebook_folder(home).mkdir()
        (notebook_folder(home) / "mine.ipynb").write_text("{}")
    assert (notebook_folder(home) / "mine.ipynb").read_text() == "{}"
    assert f"they stay in {notebook_folder(home)}" in capsys.readouterr().err


def test_the_folder_goes_with_the_demo(tmp_path, monkeypatch):
    """Where nothing was written, nothing is left behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with demo._demo_home() as home:
        notebook_folder(home).mkdir()
    assert list(tmp_path.iterdir()) == []
