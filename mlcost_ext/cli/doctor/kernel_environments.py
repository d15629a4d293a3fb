"""Check whether this Jupyter offers kernels of other environments, which our startup file does not reach."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from .check import Result, Status, Surroundings
from .kernel_startup import FILE

MAX_NAMED = 5


def check(here: Surroundings) -> tuple[Result, ...]:
    """Compare the Python of each kernel specification with this one."""
    specs = python_specs()
    pythons = {name: interpreter(argv, here) for name, argv in specs.items()}
    outside = {name: python for name, python in pythons.items() if not is_watched(python, here)}
    if not outside:
        message = f"All Python kernels that Jupyter offers are of this environment or load mlcost-ext too ({len(specs)})."
        return (_result("ok", message),)
    return tuple(_outside(name, python) for name, python in sorted(outside.items())[:MAX_NAMED])


def python_specs() -> dict[str, list[str]]:
    """Give the command of every Python kernel that Jupyter offers; broken specifications are left out."""
    from jupyter_client.kernelspec import KernelSpecManager

    found: dict[str, Any] = KernelSpecManager().get_all_specs()
    specs = {name: entry.get("spec", {}) for name, entry in found.items()}
    return {name: list(spec["argv"]) for name, spec in specs.items() if spec.get("language") == "python" and spec.get("argv")}


def interpreter(argv: list[str], here: Surroundings) -> Path | None:
    """Give the Python that a kernel's command starts; None: the command is no Python, such as `conda run`."""
    name = Path(argv[0]).name
    if not name.startswith("python"):
        return None
    if argv[0] in ("python", "python3", Path(here.python).name):
        return Path(here.python)  # jupyter_client puts its own Python in the place of these words
    found = shutil.which(argv[0])
    return Path(found or argv[0])


def is_watched(python: Path | None, here: Surroundings) -> bool:
    """Tell whether kernels of that Python load mlcost-ext, or are this environment's own business."""
    if python is None:
        return False
    prefix = python.parent.parent
    return same(python.parent, Path(here.python).parent) or (prefix / "etc" / "ipython" / FILE).is_file()


def same(one: Path, other: Path) -> bool:
    """Compare folders; the interpreter itself is a link out of a virtual environment and is not followed."""
    return one.resolve() == other.resolve()


def _outside(name: str, python: Path | None) -> Result:
    if python is None:
        message = f"The kernel '{name}' is started by another command, so it cannot be told whether its launches are noted."
        return _result("warn", message, "%load_ext mlcost_ext in its notebooks shows whether it is installed there.")
    message = f"The kernel '{name}' runs {python}, another environment: its launches are not noted."
    return _result("warn", message, f"{python} -m pip install mlcost-ext, or %load_ext mlcost_ext in its notebooks")


def _result(status: Status, message: str, hint: str | None = None) -> Result:
    return Result(name="kernel_environments", group="Kernels", status=status, message=message, hint=hint)
