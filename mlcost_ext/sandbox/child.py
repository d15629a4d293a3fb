"""The demo's processes: started with a log of their own, ended in order."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlcost_ext.aws.surroundings import NEUTRAL_FOLDER, neutral_environment
from mlcost_ext.core.errors import MlcostError

_GRACE_SECONDS = 10.0


class DemoError(MlcostError):
    """The demo cannot go on.

    DemoError
    └── SetUpError      it could not even begin: exit status 2
    """

    code = "demo_failed"
    exit_status = 3
    log_tail = ""
    """The last lines of a log, shown above the message."""

    @classmethod
    def of(cls, what: str, log: Path) -> DemoError:
        """Say what happened to the process that wrote `log`."""
        error = cls(f"{what}; the last lines of its log stand above.", "Mend what they name; 'mlcost doctor' may tell more.")
        error.log_tail = tail(log)
        return error


class SetUpError(DemoError):
    """Something on this machine has to be put right first."""

    exit_status = 2


SANDBOX_MEND = "pip install 'mlcost-ext[sandbox]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A process the demo started, and where it writes its log."""

    title: str
    process: subprocess.Popen[str]
    log: Path

    def check(self) -> None:
        """Make sure it still runs.

        Raises:
            DemoError: When it has ended, with the last lines of its log.
        """
        if self.process.poll() is not None:
            raise DemoError.of(f"{self.title} ended unexpectedly", self.log)

    def stop(self) -> None:
        """Ask it to end, and insist after a while."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def tail(log: Path, lines: int = 20) -> str:
    """Give the last lines of a log."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:])


@contextmanager
def running(
    title: str, command: list[str], environment: Mapping[str, str], home: Path, *, is_read: bool = False
) -> Iterator[Child]:
    """Keep a process running; its output goes to a log in ``home``, or with ``is_read`` to the caller.

    It runs outside the present folder, whose modules are the user's.
    """
    log = home / f"{title.lower().replace(' ', '-')}.log"
    with log.open("w", encoding="utf-8") as stream:
        # A session of its own: Ctrl-C goes to the demo alone, which ends its children in order.
        process = subprocess.Popen(
            command,
            env=neutral_environment(environment, keeps_current_folder=True),
            cwd=NEUTRAL_FOLDER,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if is_read else stream,
            stderr=stream,
            text=True,
            start_new_session=True,
        )
    child = Child(title=title, process=process, log=log)
    try:
        yield child
    finally:
        child.stop()
