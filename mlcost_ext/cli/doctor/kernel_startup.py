"""Check that new kernels of this environment load mlcost-ext."""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path

from .check import Result, Status, Surroundings

FILE = Path("startup") / "50-mlcost.py"
SYSTEM_FOLDERS = (Path("/usr/local/etc/ipython"), Path("/etc/ipython"))


def check(here: Surroundings) -> tuple[Result, ...]:
    """Look for the startup file in the folders that IPython reads."""
    for folder in (here.prefix / "etc" / "ipython", profile(here), *SYSTEM_FOLDERS):
        if (folder / FILE).is_file():
            return (_result("ok", f"New kernels load mlcost-ext ({folder / FILE})."),)
    return (unread(here) or _result("fail", f"{here.prefix / 'etc' / 'ipython' / FILE} is missing.", here.mend_installation),)


def profile(here: Surroundings) -> Path:
    """Give the user's own IPython profile."""
    folder = os.path.expanduser(here.env.get("IPYTHONDIR") or "~/.ipython")  # noqa: PTH111 - Path's raises for an unknown user
    return Path(folder) / "profile_default"


def unread(here: Surroundings) -> Result | None:
    """Find the file where an installation of another kind has put it, and IPython does not look."""
    user = Path(site.getuserbase()) / "etc" / "ipython" / FILE
    if user.is_file():
        message = f"Installed with 'pip install --user': IPython does not read {user}."
        return _result("fail", message, f"mkdir -p {profile(here) / 'startup'} && cp {user} {profile(here) / FILE}")
    base = Path(sys.base_prefix) / "etc" / "ipython" / FILE
    if base.is_file():
        message = f"The package is installed below this virtual environment, where its kernels do not read {base}."
        return _result("fail", message, f"{here.python} -m pip install --ignore-installed --no-deps mlcost-ext")
    return None


def _result(status: Status, message: str, hint: str | None = None) -> Result:
    return Result(name="kernel_startup", group="Kernels", status=status, message=message, hint=hint)
