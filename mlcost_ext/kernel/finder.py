"""Call back once a module has been imported, without importing it and without slowing any other import."""

from __future__ import annotations

import importlib
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


class PostImportFinder:
    """Stand first in `sys.meta_path` until `name` has been imported, then call `callback` once with the module."""

    def __init__(self, name: str, callback: Callable[[ModuleType], None]) -> None:
        self.name = name
        self._callback: Callable[[ModuleType], None] | None = callback
        self._lock = threading.Lock()
        self._busy = threading.local()  # another finder of this kind may ask us in turn

    def start(self) -> None:
        """Call back now where the module is there already, else after its import."""
        sys.meta_path.insert(0, self)
        if self.name in sys.modules:
            # Waits for another thread that is in the middle of importing it.
            self.finish(importlib.import_module(self.name))

    def cancel(self) -> None:
        """Leave `sys.meta_path` and never call back."""
        self._callback = None
        self._leave()

    def finish(self, module: ModuleType) -> None:
        """Leave `sys.meta_path` and call back, the first time only."""
        self._leave()
        with self._lock:
            callback, self._callback = self._callback, None
        if callback is not None:
            callback(module)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Give what the next finder finds, with a loader that tells us when it is done.

        The finder stays: `importlib.util.find_spec` asks here too and imports nothing.
        """
        if name != self.name or self._callback is None or getattr(self._busy, "is_asking", False):
            return None
        self._busy.is_asking = True
        try:
            spec = self._find_with_others(name, path, target)
        finally:
            self._busy.is_asking = False
        if spec is not None and spec.loader is not None:
            spec.loader = _TellingLoader(spec.loader, self.finish)  # type: ignore[assignment]
        return spec

    def _find_with_others(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec: ModuleSpec | None = find(name, path, target)
            if spec is not None:
                return spec
        return None

    def _leave(self) -> None:
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]


class _TellingLoader:
    def __init__(self, inner: Any, done: Callable[[ModuleType], None]) -> None:
        self._inner = inner
        self._done = done

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._inner, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._inner.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._inner
        if module.__spec__ is not None:
            module.__spec__.loader = self._inner
        self._inner.exec_module(module)
        self._done(module)
