"""Switch the extension on and off in a kernel.

Runs at the start of every kernel, so what is heavier than a few small modules is imported when it is needed.
"""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, TypeVar

from mlcost_ext._version import __version__
from mlcost_ext.ledger.spool_writer import SpoolWriter, mlcost_home

from .finder import PostImportFinder
from .identity import cell_id, kernel_id, studio_user, this_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
    from typing import Any

    from mlcost_ext.core.policy import Policy

    from .attach import Attachment
    from .guard import Guard
    from .provenance import Provenance

STATE = "mlcost_ext"
Magic = TypeVar("Magic", bound="Callable[..., object]")


def load(ipython: Any) -> None:
    """Watch launches and offer the magics in this kernel; a second call changes nothing."""
    if is_disabled() or STATE in ipython.meta:
        return
    guard = KernelGuard(ipython)
    ipython.meta[STATE] = guard
    guard.start()


def unload(ipython: Any) -> None:
    """Take back everything that `load` did."""
    guard = ipython.meta.pop(STATE, None)
    if guard is not None:
        guard.stop()


def is_disabled() -> bool:
    """Tell whether the user has switched the extension off by ``MLCOST_DISABLE``."""
    return os.environ.get("MLCOST_DISABLE", "0") not in ("", "0")


def _as_typed(magic: Magic) -> Magic:
    """Keep IPython from taking the braces of a dict for variables, as its `no_var_expand` does."""
    setattr(magic, "_ipython_magic_no_var_expand", True)  # noqa: B010 - functions have no such attribute for mypy
    return magic


class KernelGuard:
    """All that the extension has put into one kernel."""

    def __init__(self, ipython: Any) -> None:
        self._ipython = ipython
        self._writer = SpoolWriter(mlcost_home(), self._header)
        self._finder = PostImportFinder("botocore", self._attach)
        self._attachment: Attachment | None = None
        self._provenance: Provenance | None = None
        self._guard: Guard | None = None
        self._lock = threading.Lock()  # several threads may launch first
        self._magics = {
            "cost": self.cost,
            "estimate_cost": self.estimate_cost,
            "cost_policy": self.cost_policy,
            "cost_tags": self.cost_tags,
            "cost_override": self.cost_override,
            "cost_fix": self.cost_fix,
        }
        self._magics_before: dict[str, Any] = {}

    def start(self) -> None:
        """Write the first line of the spool, register the magics, wait for botocore."""
        with contextlib.suppress(OSError):  # tried again, and told, at the first launch
            self._writer.open()
        magics = self._ipython.magics_manager
        for name, magic in self._magics.items():
            self._magics_before[name] = magics.magics["line"].get(name)
            magics.register_function(magic, magic_kind="line", magic_name=name)
        self._finder.start()

    def stop(self) -> None:
        """Take everything back."""
        self._finder.cancel()
        if self._attachment is not None:
            from .stopped import show_as_before

            self._attachment.detach()
            show_as_before(self._ipython)
        line_magics = self._ipython.magics_manager.magics["line"]
        for name, before in self._magics_before.items():
            if line_magics.get(name) == self._magics[name]:
                del line_magics[name]
                if before is not None:
                    line_magics[name] = before
        with contextlib.suppress(OSError):
            self._writer.write("unloaded")
            self._writer.close()

    def cost(self, line: str = "") -> object:
        """Show what this session, this notebook and their jobs have cost so far.

        %cost          a table
        %cost --json   the same as a dict
        """
        from .magics import cost

        return cost(line)

    @_as_typed
    def estimate_cost(self, line: str = "") -> object:
        """Show what something would cost, without launching it.

        %estimate_cost estimator                  an object of a SageMaker SDK, or a request as boto3 takes it
        %estimate_cost estimator --hours 3        with options, which count more than what it says
        %estimate_cost --kind training --instance ml.g5.xlarge --count 2 --hours 3

        Options: --kind, --instance, --count, --hours, --input-gb, --spot, --no-spot, --volume-gb, --region, --json (a dict),
        --widget (a form that asks what if). What is named is looked up and never called.
        """
        from .estimate_magic import estimate_cost

        return estimate_cost(line, self._ipython.user_ns)

    def cost_policy(self, line: str = "") -> object:
        """Show the policy in force here, and where each value of it is from.

        %cost_policy          a table
        %cost_policy --json   the same as a dict
        """
        from .policy_magic import cost_policy

        return cost_policy(line)

    @_as_typed
    def cost_tags(self, line: str = "") -> None:
        """Put tags on every launch of this kernel from here on.

        %cost_tags team=fraud model=credit-risk-v3   these besides what was said before
        %cost_tags team=                             no longer this one
        %cost_tags                                   show them
        """
        from .guard_magics import cost_tags
        from .showing import tell

        tell(cost_tags(line, self.guard().memory))

    @_as_typed
    def cost_override(self, line: str = "") -> None:
        """Send the launch that was stopped in spite of a rule, once, where the policy allows it; that is noted.

        %cost_override MC101 --reason "the benchmark of this quarter"
        """
        from .guard_magics import cost_override
        from .showing import tell

        tell(cost_override(line, self.guard().memory, self._policy()))

    def cost_fix(self, line: str = "") -> None:
        """Change the launch that was stopped as its card says under a number, when the cell is run again.

        %cost_fix 1
        """
        from .guard_magics import cost_fix
        from .showing import tell

        tell(cost_fix(line, self.guard().memory))

    def guard(self) -> Guard:
        """Give what judges launches, made when it is first needed."""
        with self._lock:
            if self._guard is None:
                from mlcost_ext.policy_files.project_tags import ProjectTags

                from .guard_start import make_guard

                self._guard = make_guard(self._ipython, self._note_decision, ProjectTags().tags)
            return self._guard

    def tags_said(self) -> dict[str, str]:
        """Give what `%cost_tags` has said."""
        return {} if self._guard is None else dict(self._guard.memory.tags)

    def _policy(self) -> Policy:
        from .guard_start import standing

        return standing().policy()

    def _note_decision(self, event: Mapping[str, object]) -> None:
        with contextlib.suppress(OSError):  # told at the launch itself, which is noted too
            self._writer.write("decision", **self._whereabouts(), **event)

    def _attach(self, botocore: ModuleType) -> None:
        try:
            from .attach import Attachment
            from .guard_hook import GuardHook
            from .hook import LaunchHook
            from .provenance import Provenance
            from .stopped import show_in_one_line

            self._provenance = Provenance()
            guard = GuardHook(self.guard, self._fails_closed)
            self._attachment = Attachment(botocore, guard, LaunchHook(self._writer.write, self._whereabouts))
            self._attachment.attach()
            show_in_one_line(self._ipython)
        except Exception as error:  # noqa: BLE001 - the user's import of botocore goes on
            from .say import say

            say(f"launches are not noted in this kernel ({type(error).__name__}); `mlcost doctor` says what to do.")

    def _fails_closed(self) -> bool:
        from .guard_start import standing

        return standing().fails_closed()

    def _header(self) -> dict[str, object]:
        return {
            "server_id": os.environ.get("MLCOST_SERVER_ID"),
            "kernel_id": kernel_id(self._ipython),
            "notebook": this_notebook(),
            "user": studio_user(),
            "version": __version__,
        }

    def _whereabouts(self) -> dict[str, object]:
        found = self._provenance.fields() if self._provenance is not None else {}
        return {"notebook": this_notebook(), "cell_id": cell_id(self._ipython), **found}
