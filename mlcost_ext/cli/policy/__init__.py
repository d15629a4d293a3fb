"""``mlcost policy``: check a policy's files, show what is in force, explain a judgement, and give the format as a JSON Schema."""

from __future__ import annotations

from mlcost_ext.cli.words import command_of

from . import check, explain, schema, show

COMMAND = command_of("policy", "Check policies, and show the one in force.", (check.WORD, show.WORD, explain.WORD, schema.WORD))
