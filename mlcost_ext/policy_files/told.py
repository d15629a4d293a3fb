"""What is told of the policy in force, on every screen alike."""

from __future__ import annotations

from datetime import date
from typing import Any

from mlcost_ext.policy.words import fault_document, note_document, readable

from .compiling import PolicyInForce

STALE = "The policy is stale: its files have faults, so the last good one stays in force."
BROKEN = "Some files of the policy have faults, and what they say does not count."
ALONE = "No file lays anything down, so the built-in policy holds: nothing asks or blocks."
BORDER = "It guides honest users and is no security border; hard limits are set in AWS."


def document_of(now: PolicyInForce, today: date) -> dict[str, Any]:
    """Give the policy in force as data, with what is to be noted on a day, by UTC."""
    policy = readable(now.policy)
    return {
        "digest": now.digest,
        "is_stale": now.is_stale,
        "layers": list(now.layers),
        "faults": [fault_document(fault) for fault in now.faults],
        "notes": [note_document(note) for note in now.notes_on(today)],
        "origins": policy.pop("origins"),
        "policy": policy,
    }


def headline(now: PolicyInForce) -> str:
    """Say in one sentence how it stands with the policy."""
    if now.faults:
        return STALE if now.is_stale else BROKEN
    return f"Layers, most authority first: {', '.join(now.layers)}." if now.layers else ALONE


def remarks(now: PolicyInForce, today: date) -> list[str]:
    """Give all faults, and all notes that hold on a day, by UTC; a line each."""
    return [*(f"Fault: {fault}" for fault in now.faults), *(f"Note: {note}" for note in now.notes_on(today))]
