"""Follow the files of all layers: what is in force is looked at anew once a second at most, and compiled when it has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from mlcost_ext._version import __version__
from mlcost_ext.core.job import Problem
from mlcost_ext.core.policy import Policy
from mlcost_ext.core.rule import Rule
from mlcost_ext.policy.compiled import digest_of, rules_digest
from mlcost_ext.policy.layer import Note

from . import layer_file
from .compiled_file import CompiledFile, Kept
from .compiling import PolicyInForce, in_force
from .layer_file import FileState
from .layer_paths import LayerPath

LOOK_EVERY_SECONDS = 1.0


class Installed(Protocol):
    """The rules that are installed, and what was left out."""

    @property
    def rules(self) -> Sequence[Rule]:
        """All of them."""
        ...

    @property
    def problems(self) -> Sequence[Problem]:
        """One for each that was left out."""
        ...


class PolicyFiles:
    """Give the policy that is in force; threads may share one."""

    def __init__(
        self,
        paths: Sequence[LayerPath],
        rules: Callable[[], Installed],
        home: Path | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare it; nothing is read yet.

        Args:
            paths: Of the layers, most authority first.
            rules: Gives all rules that are installed; called once, when they are needed.
            home: MLCOST_HOME, where what was compiled is kept; None: it is not kept.
            clock: Gives seconds.
        """
        self._paths = tuple(paths)
        self._rules = rules
        self._file = CompiledFile(home, [each.path for each in paths]) if home else None
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at: float | None = None
        self._known: Installed | None = None
        self._by = ""
        self._kept: Kept | None = None

    def in_force(self) -> PolicyInForce:
        """Give the policy; the same object as long as nothing changes."""
        with self._lock:
            now = self._clock()
            if self._kept is None or self._looked_at is None or now - self._looked_at >= LOOK_EVERY_SECONDS:
                self._kept = self._look()
                self._looked_at = now
            return self._kept.in_force

    def _look(self) -> Kept:
        states = tuple(layer_file.look_at(each) for each in self._paths)
        installed = self._installed()
        kept = self._kept or (self._file.read() if self._file else None)
        if kept is not None and self._is_current(kept, states):
            return kept
        return self._read(kept, installed)

    def _installed(self) -> Installed:
        if self._known is None:
            self._known = self._rules()
            self._by = digest_of(
                [__version__, rules_digest(self._known.rules), [problem.message for problem in self._known.problems]]
            )
        return self._known

    def _is_current(self, kept: Kept, states: Sequence[FileState]) -> bool:
        is_same = kept.rules == self._by and kept.states == states
        return is_same and all(layer_file.is_settled(state, kept.read_at_ns) for state in states)

    def _read(self, kept: Kept | None, installed: Installed) -> Kept:
        read_at_ns = time.time_ns()
        contents = {str(each.path): layer_file.read(each) for each in self._paths}
        states = tuple(content.state for content in contents.values())
        digests = tuple(content.digest for content in contents.values())
        if kept is not None and kept.rules == self._by and kept.digests == digests and _same_troubles(kept.states, states):
            found = replace(kept, states=states, read_at_ns=read_at_ns)
        else:
            now = in_force(contents, installed.rules, _last_good(kept))
            now = replace(now, notes=(*now.notes, *(_of_others(problem) for problem in installed.problems)))
            found = Kept(rules=self._by, states=states, digests=digests, read_at_ns=read_at_ns, in_force=now)
        if self._file is not None and found != kept and _is_worth_keeping(kept, found):
            self._file.write(found)
        return found


def _of_others(problem: Problem) -> Note:
    return Note(layer="rules of other packages", line=None, column=None, message=f"{problem.message} {problem.hint}")


def _last_good(kept: Kept | None) -> Policy | None:
    return kept.in_force.policy if kept is not None and kept.in_force.is_good and _had_files(kept) else None


def _had_files(kept: Kept) -> bool:
    return bool(kept.in_force.layers)


def _same_troubles(one: Sequence[FileState], other: Sequence[FileState]) -> bool:
    return [(state.is_absent, state.trouble) for state in one] == [(state.is_absent, state.trouble) for state in other]


def _is_worth_keeping(before: Kept | None, now: Kept) -> bool:
    """Tell whether anything but the time of reading has changed, or that time says now that the files have settled."""
    if before is None or replace(before, read_at_ns=now.read_at_ns) != now:
        return True
    return all(layer_file.is_settled(state, now.read_at_ns) for state in now.states)
