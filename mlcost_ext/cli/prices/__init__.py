"""``mlcost prices``: read AWS's price list, say what is known and how well, and what has changed."""

from __future__ import annotations

from mlcost_ext.cli.words import command_of

from . import diff, refresh, status

COMMAND = command_of("prices", "Refresh unit prices; show what has changed.", (refresh.WORD, status.WORD, diff.WORD))
