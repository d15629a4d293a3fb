"""What a check looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from mlcost_ext.core.host import Host

from .door import AwsDoor

Status = Literal["ok", "warn", "fail", "info"]
Group = Literal["Installation", "Kernels", "This machine", "Prices", "AWS"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Everything that checks look at; gathered once, so that they can be put anywhere in a test."""

    env: Mapping[str, str]
    prefix: Path
    """The Python environment, as `sys.prefix`."""
    python: str
    """Its interpreter, for the commands that mend."""
    home: Path
    """MLCOST_HOME, whether it is there or not."""
    host: Host
    config_fault: str | None
    """Why jupyter_server_config.py could not be read; None: it could, or there is none."""
    now: datetime
    aws: AwsDoor
    is_account_shown: bool = False
    """Whether others' things of the account may be asked for: `scope_account`."""

    @property
    def mend_installation(self) -> str:
        """The command that puts every file of the package back into this environment."""
        return f"{self.python} -m pip install --force-reinstall --no-deps mlcost-ext"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one check found."""

    name: str
    group: Group
    status: Status
    message: str
    hint: str | None = None
    """The exact thing that mends it; None: nothing is to be done."""

    @property
    def is_remote(self) -> bool:
        """Whether it rests on AWS rather than on this machine."""
        return self.group == "AWS"

    def to_dict(self) -> dict[str, str | None]:
        """Give the row of ``--json``."""
        return {"name": self.name, "status": self.status, "message": self.message, "hint": self.hint}


Check = Callable[[Surroundings], tuple[Result, ...]]
