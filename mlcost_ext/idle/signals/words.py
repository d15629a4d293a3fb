"""Bounds that several signals share, and how spans and fractions are told."""

from __future__ import annotations

from datetime import timedelta

CORE_FRACTION = 0.05
"""Of one core, from which on a process works: idle kernels and services stay below 0.02."""
FOREGROUND_FRACTION = 0.01
"""The same for what somebody has in the foreground of a terminal, and of a single process of a tree: what waits uses less."""
IO_BYTES_PER_SECOND = 100_000.0
"""Read and written, from which on a process works that uses little CPU, such as a download."""


def moves_data(bytes_per_second: float | None) -> bool:
    """Tell whether so much is read and written that it is work; what is not known is none."""
    return bytes_per_second is not None and bytes_per_second >= IO_BYTES_PER_SECOND


def io_words(bytes_per_second: float) -> str:
    """Tell what is read and written."""
    kilobytes = bytes_per_second / 1000
    return f"reads and writes {kilobytes:.0f} kB/s" if kilobytes < 999.5 else f"reads and writes {kilobytes / 1000:.3g} MB/s"


def percent_words(fraction: float) -> str:
    """Tell a part of a core."""
    percent = fraction * 100
    shown = f"{percent:.0f}" if percent >= 1 or percent == 0 else f"{percent:.1f}"
    return f"{shown} % of a core"


def span_words(span: timedelta) -> str:
    """Tell a time span in its two largest units."""
    seconds = max(int(span.total_seconds()), 0)
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{left} s"
