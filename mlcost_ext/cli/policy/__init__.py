"""``mlcost policy``: check a policy's files, show what is in force, explain a judgement, replay the past, give the format."""

from __future__ import annotations

from mlcost_ext.cli.words import command_of

from . import check, explain, replay, schema, show

WORDS = (check.WORD, show.WORD, explain.WORD, replay.WORD, schema.WORD)
COMMAND = command_of("policy", "Check policies, show the one in force, and try one on the past.", WORDS)
