"""Where our own Python processes run: in a folder nobody writes modules into, since Python imports from its current one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

NEUTRAL_FOLDER = os.path.abspath(os.sep)  # noqa: PTH100 - of Windows' current drive, as a text

FILE_VARIABLES = (
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "REQUESTS_CA_BUNDLE",
)
"""Variables botocore takes a file's name from."""


def neutral_environment(env: Mapping[str, str], *, keeps_current_folder: bool) -> dict[str, str]:
    """Give the environment of a process that runs in `NEUTRAL_FOLDER`: names relative to the present folder become whole.

    Args:
        env: The environment to start from.
        keeps_current_folder: Whether the present folder stays on PYTHONPATH where it is named there.
    """
    here = current_folder()
    if here is None:
        return dict(env)
    changed = {name: whole(env[name], here) for name in FILE_VARIABLES if env.get(name)}
    if "PYTHONPATH" in env:
        folders = [whole(item, here) for item in env["PYTHONPATH"].split(os.pathsep) if item]
        kept = [folder for folder in folders if keeps_current_folder or not is_same(folder, here)]
        changed["PYTHONPATH"] = os.pathsep.join(kept)
    return {**env, **changed}


def current_folder() -> Path | None:
    """Give the present folder; None where it was deleted."""
    try:
        return Path.cwd()
    except OSError:
        return None


def whole(name: str, here: Path) -> str:
    """Make a relative name whole; one that begins with a tilde is whole already."""
    return name if name.startswith("~") else os.path.normpath(here / name)


def is_same(folder: str, here: Path) -> bool:
    """Say whether two names lead to the same folder."""
    return os.path.realpath(folder) == os.path.realpath(here)
