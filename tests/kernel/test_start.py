"""What the start of a kernel costs: nothing heavy is imported, and the off switch is complete."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

PROBE = """
import json, os, sys
from ipykernel.zmqshell import ZMQInteractiveShell
import ipykernel.kernelapp
shell = ZMQInteractiveShell.instance()
before, finders = set(sys.modules), list(sys.meta_path)
shell.extension_manager.load_extension("mlcost_ext")
print(json.dumps({
    "new": sorted(set(sys.modules) - before),
    "has_finder": finders != sys.meta_path,
    "has_magic": "cost" in shell.magics_manager.magics["line"],
    "meta": list(shell.meta),
    "home": os.path.exists(os.environ["MLCOST_HOME"]),
}))
"""


def probe(environment: dict[str, str], **variables: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env={**environment, **variables}, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_start_imports_only_small_modules(environment: dict[str, str]) -> None:
    """Beyond what ipykernel has loaded itself, only our own few files."""
    found = probe(environment)
    ours = {"", ".__init__", "._version", ".kernel", ".kernel.bootstrap", ".kernel.finder", ".kernel.identity"}
    ours |= {".ledger", ".ledger.spool_writer"}
    assert set(found["new"]) <= {f"mlcost_ext{name}" for name in ours}
    assert (found["has_finder"], found["has_magic"], found["home"]) == (True, True, True)


def test_disabled_load_does_nothing(environment: dict[str, str]) -> None:
    """MLCOST_DISABLE=1: no finder, no magic, no file."""
    found = probe(environment, MLCOST_DISABLE="1")
    assert (found["has_finder"], found["has_magic"], found["meta"], found["home"]) == (False, False, [], False)


def test_package_itself_imports_nothing(environment: dict[str, str]) -> None:
    """Every Jupyter process of the environment imports it."""
    code = "import __future__, json, sys, typing; before = set(sys.modules); import mlcost_ext; "
    code += "print(json.dumps(sorted(set(sys.modules) - before)))"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["mlcost_ext", "mlcost_ext._version"]
