"""Real processes and terminals for tests, all of which end with them."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from mlcost_ext.probes.proc_table import Process, Table

T = TypeVar("T")
PATIENCE_SECONDS = 60.0
BUSY = "import itertools, time; end = time.time() + 300; all(time.time() < end for _ in itertools.count())"
"""It ends by itself, should a test leave it behind."""
ON_ITS_TERMINAL = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
STARTER = """
import os, subprocess, sys
none = subprocess.DEVNULL
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], start_new_session=True, stdin=none, stdout=none)
print(child.pid, flush=True)
sys.stdin.read()
"""
"""Starts a program, tells its process, and ends when its own input does."""


def eventually(found: Callable[[], T], seconds: float = PATIENCE_SECONDS) -> T:
    """Ask again and again until the answer is something; fail when that takes too long."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, "it has not come about"
        time.sleep(0.1)
    return answer


def ended(pid: int) -> None:
    """End a process of ours."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def running(code: str, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run a small Python program."""
    arguments = [sys.executable, "-c", code]
    with subprocess.Popen(
        arguments, env=None if env is None else {**os.environ, **env}, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def orphan(code: str, env: Mapping[str, str] | None = None) -> Iterator[int]:
    """Run a small Python program whose parent has ended, and give its process."""
    with starter(code, env) as (parent, pid):
        parent.communicate()
        yield pid


@contextlib.contextmanager
def starter(code: str, env: Mapping[str, str] | None = None) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a program that has started another in a session of its own, and give both."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, code],
        env={**os.environ, **(env or {})},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        try:
            yield parent, pid
        finally:
            ended(pid)
            parent.kill()


class Terminal:
    """A shell on a pseudo-terminal, as a Jupyter server starts one; what it prints is read and thrown away."""

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        self.master, slave = pty.openpty()
        self.device = os.ttyname(slave)
        self.shell = subprocess.Popen(
            [sys.executable, "-c", ON_ITS_TERMINAL, "bash", "--norc", "--noprofile", "-i"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm", "HISTFILE": "", **(env or {})},
        )
        os.close(slave)
        self.printed = b""
        self._is_closing = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.run("echo re''ady")
        eventually(lambda: b"ready" in self.printed)

    @property
    def pid(self) -> int:
        return self.shell.pid

    def run(self, line: str) -> None:
        """Type a line."""
        os.write(self.master, f"{line}\n".encode())

    def press(self, key: str) -> None:
        """Type a key."""
        os.write(self.master, key.encode())

    def close(self) -> None:
        """Hang up, as a terminal that is shut down."""
        if self.shell.poll() is None:
            os.killpg(self.shell.pid, signal.SIGHUP)
        self._is_closing = True
        self._reader.join()  # else it would read from whatever is given this descriptor's number next
        with contextlib.suppress(OSError):
            os.close(self.master)
        try:
            self.shell.wait(5)
        except subprocess.TimeoutExpired:
            self.shell.kill()
            self.shell.wait()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while not self._is_closing:
                if select.select([self.master], [], [], 0.1)[0]:
                    self.printed = (self.printed + os.read(self.master, 65536))[-100_000:]


@contextlib.contextmanager
def terminal(env: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """Open a terminal for a while; all of its session ends with it."""
    opened = Terminal(env)
    try:
        yield opened
    finally:
        opened.close()


def process(pid: int, ppid: int = 1, **changes: object) -> Process:
    """Make a process that sleeps."""
    fields: dict[str, object] = {
        "pid": pid,
        "command": "python",
        "state": "S",
        "ppid": ppid,
        "group": pid,
        "session": pid,
        "tty": 0,
        "foreground_group": -1,
        "cpu_ticks": 0,
        "children_ticks": 0,
        "started_ticks": pid,
    }
    return Process(**{**fields, **changes})  # type: ignore[arg-type]


def table_of(*processes: Process) -> Table:
    """Make a machine of some processes."""
    return {each.pid: each for each in processes}
