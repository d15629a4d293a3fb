"""How the reader is started: nothing is imported from the notebooks' folder into the process that holds credentials."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from .surroundings import neutral_environment

# PYTHONSAFEPATH is Python 3.11's; before it, -c puts an empty entry, the current folder, first.
# The package's own folder comes last: the server may have found it by a path of its own.
_PROGRAM = (
    "import sys; sys.path[:] = [p for p in sys.path if p]; "
    "sys.path += [p for p in sys.argv[1:] if p not in sys.path]; "
    "from mlcost_ext.aws.reader.__main__ import main; main()"
)
READER_ARGUMENTS = (sys.executable, "-c", _PROGRAM, str(Path(__file__).resolve().parents[2]))
READER_ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "1",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONSAFEPATH": "1",
    "PYTHONUNBUFFERED": "1",
}
"""One malloc arena: several threads would otherwise keep a heap each."""


def reader_environment(env: Mapping[str, str]) -> dict[str, str]:
    """Give the reader's environment; it runs in `surroundings.NEUTRAL_FOLDER`."""
    return {**neutral_environment(env, keeps_current_folder=False), **READER_ENVIRONMENT}
