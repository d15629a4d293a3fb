"""The files that may hold a layer, most authority first."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SYSTEM = Path("/etc/mlcost/policy.yaml")
VARIABLE = "MLCOST_POLICY"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPath:
    """A file that may be there."""

    path: Path
    is_named: bool = False
    """Whether somebody has named it, so that it has to be there."""


def layer_paths(env: Mapping[str, str]) -> tuple[LayerPath, ...]:
    """Give the files of this machine, of this environment of Python, of `MLCOST_POLICY` and of this user."""
    found = [LayerPath(path=SYSTEM), LayerPath(path=Path(sys.prefix) / "etc" / "mlcost" / "policy.yaml")]
    if env.get(VARIABLE):
        found.append(named_path(env[VARIABLE]))
    with contextlib.suppress(RuntimeError):  # a user without a home
        found.append(LayerPath(path=Path("~/.config/mlcost/policy.yaml").expanduser()))
    return tuple({each.path: each for each in reversed(found)}.values())[::-1]


def named_path(name: str) -> LayerPath:
    """Give the file that somebody has named."""
    with contextlib.suppress(RuntimeError):
        name = str(Path(name).expanduser())
    return LayerPath(path=Path(os.path.abspath(name)), is_named=True)  # noqa: PTH100 - links stay as they are
