"""What a client of a network folder knows of others' files: what was there some seconds ago."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from pathlib import Path

LOOK_SECONDS = 0.02


class LateView:
    """Sizes of files as they were `late` seconds ago; what is made or written through this view's own mount is seen at once."""

    def __init__(self, source: Path, late: float) -> None:
        self._source, self._late = source, late
        self._own: set[str] = set()
        self._looks: deque[tuple[float, dict[str, int]]] = deque()
        if late:
            self._look()
            threading.Thread(target=self._look_for_ever, daemon=True).start()

    def own(self, path: str) -> None:
        """Note that this mount has made or written something."""
        self._own.add(path)

    def renamed(self, old: str, new: str) -> None:
        """Note that this mount has renamed something, and what is in it."""
        self._own.add(new)
        self._own |= {new + path[len(old) :] for path in self._own if path.startswith(old + "/")}

    def is_seen(self, path: str) -> bool:
        """Tell whether somebody can see that it is there."""
        return not self._late or not path or path in self._own or path in self._then()

    def size(self, path: str, now: int) -> int:
        """Give the size that is seen."""
        if not self._late or path in self._own:
            return now
        return min(now, self._then().get(path, now))

    def _then(self) -> dict[str, int]:
        looks = self._looks
        at = time.monotonic() - self._late
        while len(looks) > 1 and looks[1][0] <= at:
            looks.popleft()
        return looks[0][1]

    def _look_for_ever(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            self._look()

    def _look(self) -> None:
        at, found = time.monotonic(), {}
        for folder, folders, files in os.walk(self._source):
            for name in (*folders, *files):
                path = os.path.join(folder, name)
                try:
                    found[os.path.relpath(path, self._source)] = os.lstat(path).st_size
                except OSError:
                    continue
        self._looks.append((at, found))
