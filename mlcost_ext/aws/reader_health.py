"""Whether the reader does its work: what is said when its process does not start, does not live or does not speak."""

from __future__ import annotations

from collections.abc import Callable

from mlcost_ext.core.job import Problem

STEADY_SECONDS = 60.0
"""A child that lived so long was well."""
SILENT_SECONDS = 60.0
"""A child that was asked something says something within this time."""
SHORT_LIVES = 2
"""So many in a row are trouble; one may be chance."""

HINT = "Run 'mlcost doctor' in a terminal; the reader is tried again by itself."


class Health:
    """What is known of the children so far."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: Problem | None = None
        self._began = clock()
        self._has_spoken = False
        self._asked_at: float | None = None
        self._short_lives = 0

    @property
    def trouble(self) -> Problem | None:
        """Give what is wrong now; None: nothing that is known."""
        if self._told is None and self._is_silent():
            return trouble(f"The AWS reader has said nothing for {SILENT_SECONDS:g} seconds.")
        return self._told

    def started(self) -> None:
        """Note that a child is there."""
        self._began, self._has_spoken = self._clock(), False

    def asked(self) -> None:
        """Note that an answer is expected."""
        if self._asked_at is None:
            self._asked_at = self._clock()

    def left_alone(self) -> None:
        """Note that nothing is expected any more."""
        self._asked_at = None

    def spoke(self) -> None:
        """Note a document: whatever was wrong is over."""
        self._has_spoken, self._told = True, None

    def could_not_start(self, error: Exception) -> None:
        """Note that there is no child."""
        self._told = trouble(f"The AWS reader could not be started ({type(error).__name__}).")

    def ended(self) -> bool:
        """Note that a child has ended unasked, and say whether it had lived long."""
        is_steady = self._has_spoken and self._clock() - self._began >= STEADY_SECONDS
        self._short_lives = 0 if is_steady else self._short_lives + 1
        if self._short_lives >= SHORT_LIVES:
            self._told = trouble(f"The AWS reader has ended {self._short_lives} times in a row soon after its start.")
        return is_steady

    def _is_silent(self) -> bool:
        if self._asked_at is None or self._has_spoken:
            return False
        return self._clock() - max(self._began, self._asked_at) >= SILENT_SECONDS


def trouble(message: str) -> Problem:
    """Say what is wrong with the reader."""
    return Problem(code="reader_trouble", message=message, hint=HINT)
