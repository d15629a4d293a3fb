"""Check that figures can be kept, and read by their owner only."""

from __future__ import annotations

import os
from pathlib import Path

from .check import Result, Status, Surroundings

OWN_FOLDER = "Set MLCOST_HOME to a folder of yours, written in full."


def check(here: Surroundings) -> tuple[Result, ...]:
    """Look at MLCOST_HOME without making or changing anything."""
    home = here.home
    if not home.is_absolute():
        return (_result("fail", f"MLCOST_HOME is {home}: there is no such home folder.", OWN_FOLDER),)
    if not is_there(home):
        return (absent(home),)
    if not home.is_dir():
        return (_result("fail", f"{home} is no folder.", f"Move it away, or set MLCOST_HOME to a folder: mv {home} {home}.old"),)
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        return (_result("fail", f"{home} cannot be written.", f"chown -R $USER {home}, or set MLCOST_HOME to a folder of yours"),)
    mode = home.stat().st_mode & 0o777
    if os.name == "posix" and mode & 0o077:
        return (_result("warn", f"{home} can be opened by others (mode {mode:04o}).", f"chmod 700 {home}"),)
    return (_result("ok", f"{home} is writable and private."),)


def absent(home: Path) -> Result:
    """Tell whether the folder can be made at the first start."""
    above = next(folder for folder in home.parents if is_there(folder))
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return _result("ok", f"{home} is made at the first start.")
    return _result("fail", f"{home} cannot be reached or made: {above} is closed to you.", OWN_FOLDER)


def is_there(path: Path) -> bool:
    """Tell whether there is such a file; what lies in a folder that may not be entered is not there for us."""
    try:
        return path.exists()
    except OSError:
        return False


def _result(status: Status, message: str, hint: str | None = None) -> Result:
    return Result(name="home", group="This machine", status=status, message=message, hint=hint)
