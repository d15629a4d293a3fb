"""Changes that were asked for in the panel, for launches of this kernel's notebook; each is made once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlcost_ext.ledger.wanted_fixes import WantedFix, WantedFixes

from .identity import this_notebook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime
    from pathlib import Path


class Wanted:
    """What the server's file asks for, less what this kernel has made already."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._files: dict[str, WantedFixes] = {}
        self._made: set[tuple[str, datetime]] = set()

    def rules(self, kind: str, now: datetime) -> set[str]:
        """Give the rules whose change is to be made of the next launch of a kind."""
        notebook = this_notebook()
        return {each.rule for each in self._asked() if each.is_for(kind, notebook, now)}

    def made(self, kind: str, rules: Collection[str]) -> None:
        """Note that these were made, until the server has seen it too."""
        notebook = this_notebook()
        done = [each for each in self._asked() if (each.kind, each.notebook) == (kind, notebook) and each.rule in rules]
        self._made.update((each.id, each.asked_at) for each in done)

    def _asked(self) -> Iterator[WantedFix]:
        server_id = os.environ.get("MLCOST_SERVER_ID")
        if not server_id or "/" in server_id or server_id.startswith("."):
            return
        file = self._files.setdefault(server_id, WantedFixes(self._home / "servers" / server_id))
        yield from (each for each in file.read() if (each.id, each.asked_at) not in self._made)
