"""Make the environment of the FinOps Foundation's validator, which wants another Python and other libraries than ours.

Ends with status 1, and what is missing, where there is no Python of 3.12 or newer. `MLCOST_FOCUS_PYTHON` names one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / ".venv-focus"
NEEDS = ("focus-validator==2.2.1", "numpy<2", "pyarrow<22")
"""It does not run with numpy 2, and later pyarrows do not run with numpy 1."""
OLDEST, NEWEST = (3, 12), (3, 13)
"""There are no wheels of numpy 1 for what is newer."""


def candidates() -> Iterator[str]:
    """Give the Pythons that may do, the one that is named first."""
    if named := os.environ.get("MLCOST_FOCUS_PYTHON"):
        yield named
    yield sys.executable
    yield from (found for name in ("python3.12", "python3.13", "python3") if (found := shutil.which(name)))
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for minor in ("3.12", "3.13"):
        yield from (str(path) for path in sorted(pyenv.glob(f"versions/{minor}*/bin/python"), reverse=True))


def version(python: str) -> tuple[int, int]:
    """Give a Python's version; one that does not run has none."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        told = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=30, check=True).stdout.split()
        return int(told[0]), int(told[1])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return 0, 0


def main() -> int:
    """Make it, unless it is there."""
    ready = FOLDER / ".ready"
    if ready.exists() and ready.read_text(encoding="utf-8") == "\n".join(NEEDS):
        return 0
    python = next((path for path in candidates() if OLDEST <= version(path) <= NEWEST), None)
    if python is None:
        print("focus-validator needs Python 3.12 or 3.13; say which with MLCOST_FOCUS_PYTHON=...", file=sys.stderr)
        return 1
    print(f"Installing focus-validator into {FOLDER.name}: half a gigabyte, half a minute.", file=sys.stderr)
    subprocess.run([python, "-m", "venv", "--clear", str(FOLDER)], check=True)
    subprocess.run([str(FOLDER / "bin" / "python"), "-m", "pip", "install", "-qq", "--no-compile", *NEEDS], check=True)
    ready.write_text("\n".join(NEEDS), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
