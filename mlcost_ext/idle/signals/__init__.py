"""What shows that a machine is used, one file each; the most important first."""

from __future__ import annotations

from mlcost_ext.core.idle import ActivitySignal

from . import (
    background_process,
    file_saved,
    gpu,
    kernel_busy,
    kernel_cpu,
    kernel_started,
    other_process,
    remote_editor,
    scheduled_job,
    server_started,
    terminal_input,
    terminal_process,
    user_message,
    waiting_for_job,
)

SIGNALS: tuple[ActivitySignal, ...] = (
    waiting_for_job.SIGNAL,
    kernel_busy.SIGNAL,
    scheduled_job.SIGNAL,
    gpu.SIGNAL,
    kernel_cpu.SIGNAL,
    terminal_process.SIGNAL,
    background_process.SIGNAL,
    other_process.SIGNAL,
    user_message.SIGNAL,
    terminal_input.SIGNAL,
    remote_editor.SIGNAL,
    file_saved.SIGNAL,
    kernel_started.SIGNAL,
    server_started.SIGNAL,
)
