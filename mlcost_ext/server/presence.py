"""Who looks, and which kernels are out of reach."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from mlcost_ext.core.job import Problem

VIEWED_SECONDS = 60.0
"""A page that shows anything asks at least this often."""
KERNEL_GRACE_SECONDS = 20.0
"""A kernel that is starting has not written its first line yet."""


class Viewers:
    """Remember when somebody last looked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = float("-inf")

    def note(self) -> None:
        """Somebody looks now."""
        self._last = self._clock()

    def seconds_since(self) -> float:
        """Give how long nobody has looked; infinite where nobody ever has."""
        return self._clock() - self._last

    @property
    def is_viewed(self) -> bool:
        """Whether a page shows the figures now."""
        return self.seconds_since() < VIEWED_SECONDS


class KernelPresence:
    """Compare the Python kernels that run with those that watch for launches."""

    def __init__(self, kernel_manager: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.manager, self._clock = kernel_manager, clock
        self._first_seen: dict[str, float] = {}

    def unguarded(self, guarded: set[str]) -> int:
        """Count Python kernels that have had time to load the extension and have not."""
        now = self._clock()
        running = set(self._python_kernels())
        self._first_seen = {k: self._first_seen.get(k, now) for k in running}
        return sum(1 for k, since in self._first_seen.items() if k not in guarded and now - since > KERNEL_GRACE_SECONDS)

    def ids(self) -> list[str]:
        """Give the kernels that this server runs."""
        return list(getattr(self.manager, "_kernels", None) or {})

    def is_there(self, kernel_id: str) -> bool:
        """Tell whether this server runs a kernel of that id."""
        return kernel_id in (getattr(self.manager, "_kernels", None) or {})

    def _python_kernels(self) -> list[str]:
        kernels = getattr(self.manager, "_kernels", None) or {}
        return [kernel_id for kernel_id, manager in kernels.items() if speaks_python(manager)]


class KernelNotebooks:
    """Know which notebook each kernel is of, as Jupyter's sessions tell it."""

    REFRESH_SECONDS = 10.0
    NEW_SECONDS = 15.0
    """For so long a kernel's session may come after it."""

    def __init__(self, sessions: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions, self._clock = sessions, clock
        self._known: dict[str, str] = {}
        self._first_seen: dict[str, float] = {}
        self._read_at = float("-inf")

    async def refresh(self, kernel_ids: Iterable[str] = ()) -> None:
        """Read the sessions anew, now and then, and while a new kernel has none; a notebook may be renamed."""
        now = self._clock()
        self._first_seen = {kernel_id: self._first_seen.get(kernel_id, now) for kernel_id in kernel_ids}
        has_new = any(key not in self._known and now - at < self.NEW_SECONDS for key, at in self._first_seen.items())
        if not has_new and now - self._read_at < self.REFRESH_SECONDS:
            return
        self._read_at = now
        listed = await self._sessions.list_sessions()
        found = ((session.get("kernel") or {}, session) for session in listed if session.get("type") == "notebook")
        self._known = {str(kernel.get("id")): str(session.get("path"))[:256] for kernel, session in found}

    def of(self, kernel_id: str) -> str | None:
        """Give a kernel's notebook; None: it has none."""
        return self._known.get(kernel_id)


def speaks_python(manager: Any) -> bool:
    """Tell a kernel's language from its specification; what has none is not counted."""
    spec = getattr(manager, "kernel_spec", None)
    return getattr(spec, "language", None) == "python"


def unguarded_problem(count: int) -> Problem:
    """Say that launches from some kernels are not seen."""
    subject = "One Python kernel is" if count == 1 else f"{count} Python kernels are"
    return Problem(
        code="kernels_unguarded",
        message=f"{subject} unguarded: launches from there are seen only by their tags.",
        hint="Restart the kernel, or run %load_ext mlcost_ext in it; 'mlcost doctor' says why.",
    )
