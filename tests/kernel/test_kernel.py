"""Real kernels, as a user has them: nothing typed, launches noted, %cost answers, all of it can be taken back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

StartKernel = Callable[..., Any]

TRACES = """dict(
    finders=[str(finder) for finder in sys.meta_path if "mlcost" in str(finder)],
    magics=[name for name in get_ipython().magics_manager.magics["line"] if name == "cost"],
    initializers=[str(each) for each in botocore._INITIALIZERS if "mlcost" in str(each)],
    handlers="mlcost" in repr(client.meta.events._emitter.__dict__) + repr(session._events._emitter.__dict__),
    meta=list(get_ipython().meta),
)"""


def types(kernel: Any) -> list[str]:
    return [line["type"] for line in kernel.lines()]


def write_overview(home: Path, name: str = "a") -> None:
    folder = home / "servers" / "server-1"
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
    job = {"name": name, "status": "InProgress", "instance_type": "ml.g5.xlarge", "cost": "1.5", "cost_per_hour": "0"}
    job["notebook"] = "fraud/train.ipynb"
    session = {"host": "local", "cost": None, "cost_per_hour": None}
    document = {"as_of": now, "billing_currency": "USD", "session": session, "totals": {}, "jobs": [job]}
    document["aws"] = {"status": "ok", "as_of": now}
    (folder / "overview.json").write_text(json.dumps(document))


def test_launch_in_a_cell_is_noted(start_kernel: StartKernel, practice: str, tmp_path: Path) -> None:
    """With kernel, notebook, cell and user, though no line was typed and boto3 came later."""
    (tmp_path / "metadata.json").write_text('{"UserProfileName": "alex"}')
    kernel = start_kernel(AWS_ENDPOINT_URL=practice, RESOURCE_METADATA_FILE=str(tmp_path / "metadata.json"))
    kernel.define_request()
    assert kernel.launch("kernel-a", cell_id="cell-7").error is None
    assert kernel.launch("kernel-a").error.startswith("ResourceInUse")
    header, intent, accepted, _, refused = kernel.lines()
    assert header | {"at": "", "host": "", "boot_id": "", "pid": 0, "version": ""} == {
        "v": 1,
        "type": "kernel",
        "at": "",
        "server_id": "server-1",
        "host": "",
        "boot_id": "",
        "pid": 0,
        "kernel_id": kernel.kernel_id,
        "notebook": "fraud/train.ipynb",
        "user": "alex",
        "version": "",
    }
    expected = {"name": "kernel-a", "notebook": "fraud/train.ipynb", "cell_id": "cell-7", "tags": {"team": "fraud"}}
    assert {key: intent[key] for key in expected} == expected
    assert "hunter" not in json.dumps(kernel.lines())
    assert accepted["resource_id"].endswith("training-job/kernel-a")
    assert (refused["result"], refused["error_code"]) == ("refused", "ResourceInUse")


def test_a_launch_tells_commit_project_and_user(start_kernel: StartKernel, practice: str, tmp_path: Path) -> None:
    """Of the notebook's folder, read when it is launched."""
    folder = tmp_path / "notebooks" / "fraud"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("c" * 40 + "\n")
    (tmp_path / "notebooks" / ".mlcost.yaml").write_text("project: churn\n")
    (tmp_path / "metadata.json").write_text('{"UserProfileName": "alex"}')
    kernel = start_kernel(
        AWS_ENDPOINT_URL=practice,
        RESOURCE_METADATA_FILE=str(tmp_path / "metadata.json"),
        MLCOST_SERVER_ROOT=str(tmp_path / "notebooks"),
        JPY_SESSION_NAME=str(folder / "train.ipynb"),
    )
    kernel.define_request()
    assert kernel.launch("kernel-l").error is None
    intent = kernel.lines()[1]
    expected = {
        "git_commit": "c" * 40,
        "project": "churn",
        "user": "alex",
        "user_basis": "space",
        "notebook": "fraud/train.ipynb",
    }
    assert {key: intent[key] for key in expected} == expected
    assert kernel.value("'mlcost_ext.kernel.provenance' in __import__('sys').modules") is True


def test_connection_refused_is_unknown(start_kernel: StartKernel) -> None:
    """Port 9 of the loopback address answers nobody."""
    kernel = start_kernel(AWS_ENDPOINT_URL="http://127.0.0.1:9")
    kernel.define_request()
    assert kernel.launch("kernel-b").error.startswith("EndpointConnectionError")
    assert kernel.lines()[-1]["result"] == "unknown"


def test_client_made_by_the_users_own_startup_file_is_seen(start_kernel: StartKernel, practice: str) -> None:
    """IPython runs it before ours, so session and client are there first."""
    kernel = start_kernel(before="import boto3\nclient = boto3.client('sagemaker')\n", AWS_ENDPOINT_URL=practice)
    kernel.define_request()
    assert kernel.launch("kernel-c", "client").error is None
    assert kernel.launch("kernel-d").error is None
    assert types(kernel) == ["kernel", "intent", "outcome", "intent", "outcome"]


def test_asking_whether_botocore_is_there_changes_nothing(start_kernel: StartKernel, practice: str) -> None:
    """Libraries do so before they import it."""
    kernel = start_kernel(AWS_ENDPOINT_URL=practice)
    found = kernel.value("bool(__import__('importlib.util').util.find_spec('botocore'))")
    assert found is True
    kernel.define_request()
    assert kernel.launch("kernel-e").error is None
    assert types(kernel) == ["kernel", "intent", "outcome"]


def test_nothing_of_ours_is_in_the_users_names(start_kernel: StartKernel) -> None:
    """%who is empty, no name begins with ours, and loading again says nothing and changes nothing."""
    kernel = start_kernel()
    assert kernel.run("%who").stdout == "Interactive namespace is empty.\n"
    assert kernel.value("[name for name in globals() if 'mlcost' in name]") == []
    again = kernel.run("import mlcost_ext\nmlcost_ext.load_ipython_extension(get_ipython())")
    assert (again.stdout, again.stderr, again.error) == ("", "", None)
    assert kernel.value("sum('PostImportFinder' in str(each) for each in __import__('sys').meta_path)") == 1
    assert types(kernel) == ["kernel"]


def test_unload_takes_everything_back(start_kernel: StartKernel, practice: str) -> None:
    """Finder, initializer, handlers on what lives, magic; loading again begins anew."""
    kernel = start_kernel(AWS_ENDPOINT_URL=practice)
    kernel.define_request()
    kernel.run("import sys, botocore.session\nsession = botocore.session.get_session()\nclient = boto3.client('sagemaker')")
    assert kernel.value(TRACES)["handlers"] is True
    assert kernel.run("%unload_ext mlcost_ext").error is None
    assert kernel.value(TRACES) == {"finders": [], "magics": [], "initializers": [], "handlers": False, "meta": []}
    assert kernel.launch("kernel-f", "client").error is None
    assert types(kernel) == ["kernel", "unloaded"]
    kernel.run("%load_ext mlcost_ext")
    assert kernel.launch("kernel-g", "client").error is None
    assert sorted(types(kernel)) == ["intent", "kernel", "kernel", "outcome", "unloaded"]


def test_unload_before_botocore_is_imported(start_kernel: StartKernel) -> None:
    """The waiting finder goes as well, and a %cost of the user's own comes back."""
    kernel = start_kernel()
    kernel.run("%unload_ext mlcost_ext")
    kernel.run("get_ipython().register_magic_function(lambda line: 'mine', 'line', 'cost')")
    kernel.run("%load_ext mlcost_ext")
    assert "not written its figures yet" in kernel.run("%cost").result["text/plain"]
    kernel.run("%unload_ext mlcost_ext")
    assert kernel.value("[str(each) for each in __import__('sys').meta_path if 'mlcost' in str(each)]") == []
    assert kernel.run("%cost").result["text/plain"] == "'mine'"


def test_disabled_kernel_has_nothing_of_ours(start_kernel: StartKernel, home: Path) -> None:
    """MLCOST_DISABLE=1: not even an import."""
    kernel = start_kernel(MLCOST_DISABLE="1")
    assert kernel.value("[name for name in __import__('sys').modules if 'mlcost' in name]") == []
    assert "`%cost` not found" in kernel.run("%cost").stderr
    assert not home.exists()


def test_read_only_home_is_told_at_the_launch_once(start_kernel: StartKernel, practice: str, home: Path) -> None:
    """A home that cannot be made: the kernel starts, launches go on, one line says so."""
    home.write_text("a file stands where the folder should be")
    kernel = start_kernel(AWS_ENDPOINT_URL=practice)
    kernel.define_request()
    first, second = kernel.launch("kernel-h"), kernel.launch("kernel-i")
    assert (first.error, second.error, second.stderr) == (None, None, "")
    assert first.stderr.count("\n") == 1
    assert "could not be noted" in first.stderr


def test_broken_installation_is_told_once_with_the_first_cell(start_kernel: StartKernel, tmp_path: Path) -> None:
    """The kernel works, one line without a traceback says what is wrong."""
    package = tmp_path / "broken" / "mlcost_ext"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('half of it is missing\\nand more')")
    kernel = start_kernel(PYTHONPATH=str(tmp_path / "broken"))
    first, second = kernel.run("1 + 1"), kernel.run("%who")
    line = "mlcost-ext could not be loaded (ImportError: half of it is missing); `mlcost doctor` says what to do.\n"
    assert (first.result["text/plain"], first.stderr) == ("2", line)
    assert (second.stdout, second.stderr) == ("Interactive namespace is empty.\n", "")


def test_broken_hook_does_not_break_the_users_import(start_kernel: StartKernel) -> None:
    """What fails while attaching is told in one line; botocore is imported as usual."""
    kernel = start_kernel(before="import sys\nsys.modules['mlcost_ext.kernel.hook'] = None\n")
    answer = kernel.run("import botocore\nbotocore.__name__")
    assert answer.result["text/plain"] == "'botocore'"
    assert answer.stderr.startswith("mlcost-ext: launches are not noted in this kernel (ModuleNotFoundError)")
    assert answer.stderr.count("\n") == 1


def test_forked_process_notes_its_own_launches(start_kernel: StartKernel, practice: str) -> None:
    """A multiprocessing child writes a file whose header and name tell the truth about its process."""
    kernel = start_kernel(AWS_ENDPOINT_URL=practice)
    kernel.define_request()
    kernel.launch("kernel-j")
    code = "def go():\n    boto3.client('sagemaker').create_training_job(**request('kernel-k'))\n"
    code += "import multiprocessing\np = multiprocessing.get_context('fork').Process(target=go)\np.start(); p.join(); p.exitcode"
    assert kernel.run(code).result["text/plain"] == "0"
    lines = kernel.lines()
    assert sorted(line["type"] for line in lines) == ["intent", "intent", "kernel", "kernel", "outcome", "outcome"]
    assert len({line["pid"] for line in lines if line["type"] == "kernel"}) == 2


def test_cost_shows_text_and_html(start_kernel: StartKernel, home: Path) -> None:
    """Both forms at once, a dict on demand, names escaped."""
    write_overview(home, "<b>bold</b>")
    kernel = start_kernel()
    shown = kernel.run("%cost").result
    assert "This notebook  USD 1.50 (fraud/train.ipynb: 1 job)" in shown["text/plain"]
    assert "<td" in shown["text/html"]
    assert "&lt;b&gt;bold&lt;/b&gt;" in shown["text/html"]
    kernel.run("found = %cost --json")
    assert kernel.value("found['total']") == {"cost": "1.5", "count": 1, "is_complete": True}


@pytest.mark.parametrize("line", ["%cost nonsense", "%cost --json extra"])
def test_wrong_use_is_one_line(start_kernel: StartKernel, line: str) -> None:
    """No traceback for a typing error."""
    answer = start_kernel().run(line)
    assert (answer.error, answer.result) == (None, {})
    assert answer.stderr.startswith("UsageError: %cost does not know")
    assert answer.stderr.count("\n") == 1


def test_kernel_without_a_server_says_so(start_kernel: StartKernel) -> None:
    """One sentence on what happened and one on what to do."""
    answer = start_kernel(MLCOST_SERVER_ID="").run("%cost")
    assert answer.result["text/plain"].startswith("No Jupyter server with mlcost-ext stands behind this kernel")
    assert "<td" not in answer.result.get("text/html", "")


def test_terminal_ipython_is_left_alone(environment: dict[str, str], tmp_path: Path) -> None:
    """It reads the same startup folder; nothing of ours is loaded there."""
    folder = tmp_path / "prefix" / "etc" / "ipython" / "startup"
    shutil.copytree(Path(__file__).parents[2] / "kernel-startup", folder)
    (folder / "60-probe.py").write_text("probe = 1")
    start = f"import sys; sys.prefix = {str(tmp_path / 'prefix')!r}; from IPython import start_ipython; start_ipython()"
    code = "print(probe, [name for name in sys.modules if 'mlcost' in name])"
    done = subprocess.run(
        [sys.executable, "-c", start, "--no-banner", "-c", f"import sys; {code}"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout.strip(), done.stderr) == ("1 []", "")
