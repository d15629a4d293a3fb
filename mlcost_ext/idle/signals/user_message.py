"""What somebody did in a notebook: ran a cell, completed a name, looked at help, answered a prompt, moved a control."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read each kernel's last message that a person causes; a page that is open, opened again or resized causes none."""
    for kernel in measured.kernels:
        yield Reading(
            subject=kernel.kernel_id,
            label=kernel.label,
            active_at=kernel.last_user_message_at,
            detail="was used" if kernel.last_user_message_at else "has not been used since this server saw it",
        )


SIGNAL = ActivitySignal(name="user_message", title="Somebody used a notebook", is_protected=False, judge=judge)
