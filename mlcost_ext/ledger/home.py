"""Where spool and ledger are kept, told to a user in plain words where that leads nowhere."""

from __future__ import annotations

import os
from pathlib import Path

from mlcost_ext.core.errors import UsageError

from . import spool_writer


def mlcost_home() -> Path:
    """Give the folder that holds spool and overview: ``MLCOST_HOME``, else one in Jupyter's data folder.

    Raises:
        UsageError: It begins with the home folder of a user who has none.
    """
    try:
        return spool_writer.mlcost_home()
    except RuntimeError:
        named = os.environ.get("MLCOST_HOME") or "~"
        hint = "Set MLCOST_HOME to a folder of yours, written in full."
        raise UsageError(f"MLCOST_HOME is {named}: there is no such home folder.", hint, code="home_invalid") from None
