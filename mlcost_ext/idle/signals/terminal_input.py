"""What somebody typed in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read when each terminal's input was last read, as `w` does; what a program prints is none."""
    for terminal in measured.terminals:
        yield Reading(
            subject=terminal.name,
            label=f"Terminal {terminal.name}",
            active_at=terminal.last_input_at,
            detail="was typed in",
        )


SIGNAL = ActivitySignal(name="terminal_input", title="Somebody typed in a terminal", is_protected=False, judge=judge)
