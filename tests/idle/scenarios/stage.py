"""What one case has on a server: its kernels, terminals and programs, and which evidence is about them."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from .kernel import Connection
from .lab import QUIET, Lab, wait_until
from .terminal import Terminal, below

BURNING = """
def burn(is_wanted=lambda: True):
    import time
    began, used = time.monotonic(), time.thread_time()
    while is_wanted():
        ends = min(used + 0.15 * (time.monotonic() - began), time.thread_time() + 0.03)
        while time.thread_time() < ends:
            pass
        time.sleep(0.1)
"""
"""Uses about a seventh of a core, three times what counts, so that several leave a small machine room.

Where it gets too little it makes up for it, but a round never takes long.
"""
BURNER = f"""
import os, sys
name, stay = sys.argv[1:]
with open("/proc/self/comm", "w") as told:
    told.write(name)
{BURNING}
burn(lambda: os.path.exists(stay))
"""
"""The same as a program, by a name of its own, until a file is deleted."""


@dataclass(slots=True, kw_only=True)
class Stage:
    """One case, set up on a server that may have others beside it."""

    lab: Lab
    name: str
    labels: list[str] = field(default_factory=list)
    """Subjects of evidence that is about this case; the first is what it is about."""
    lasting: list[psutil.Process] = field(default_factory=list)
    """Programs that have to be there to the end, else the case would show nothing."""
    given: dict[str, Any] = field(default_factory=dict)
    """What the set-up leaves for later."""
    troubles: list[Exception] = field(default_factory=list)
    until: Callable[[], object] = lambda: True
    """Tells whether that has come about which has to before it is looked at."""
    rounds: int = 0
    """How often something was repeated."""
    _stack: ExitStack = field(default_factory=ExitStack)
    _repeating: ExitStack = field(default_factory=ExitStack)

    @property
    def slug(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:60]

    def kernel(self, *, protocol: str | None = None, spec: str = "python3", suffix: str = "", cookies: str = "") -> Connection:
        """Open a notebook, with its kernel and its page."""
        path = f"{self.slug}{suffix}.ipynb"
        self.labels.append(path)
        session = self.lab.ask("POST", "api/sessions", _session(path, spec), _cookie(self.lab, cookies))
        return self._connected(session["kernel"]["id"], protocol, cookies)

    def kernel_alone(self, *, argv: list[str] | None = None, is_connected: bool = True) -> Connection:
        """Start a kernel without a notebook, of a specification of its own; `argv` is a program in its place."""
        self._write_spec(argv or [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"])
        self.labels.append(self.slug)
        found = self.lab.ask("POST", "api/kernels", {"name": self.slug})
        return self._connected(found["id"], None) if is_connected else Connection(lab=self.lab, kernel_id=found["id"])

    def kernel_process(self, connection: Connection) -> psutil.Process:
        """Find a kernel's process, from outside."""

        process: psutil.Process = wait_until(lambda: self._process_of(connection), "the kernel's process is there")
        return process

    def is_gone(self, connection: Connection) -> bool:
        """Tell whether the server has given a kernel up."""
        return self.lab.status(f"api/kernels/{connection.kernel_id}{QUIET}") == 404

    def child_of(self, connection: Connection, name: str) -> psutil.Process:
        """Wait for a program of that name below a kernel."""
        process = self.kernel_process(connection)
        found: psutil.Process = wait_until(lambda: below(process, name), f"{name} runs below a kernel")
        return found

    def kernel_request(self, connection: Connection, verb: str) -> None:
        """Interrupt or restart a kernel, as its menu does."""
        self.lab.ask("POST", f"api/kernels/{connection.kernel_id}/{verb}", {})

    def shut_down(self, connection: Connection) -> None:
        """Shut a kernel down for good."""
        self.lab.ask("DELETE", f"api/kernels/{connection.kernel_id}")
        connection.close()

    def terminal(self, *, is_used: bool = True) -> Terminal:
        """Open a terminal and its page."""
        opened = Terminal(lab=self.lab).open(is_used=is_used)
        self.labels.append(opened.label)
        self._stack.callback(opened.close)
        return opened

    def burner(self, name: str) -> list[str]:
        """Give the command of a program that computes, by a name of 15 letters at most, and ends with this case."""
        program, stay = self.lab.folder / "burn.py", self.lab.folder / f"stay-{name}"
        if not program.exists():
            fresh = self.lab.folder / f"burn-{name}.new"
            fresh.write_text(BURNER, encoding="utf-8")
            fresh.replace(program)
        stay.touch()
        self._stack.callback(stay.unlink, missing_ok=True)
        return [sys.executable, "-S", "-E", str(program), name, str(stay)]

    def keeps(self, process: psutil.Process) -> psutil.Process:
        """Note a program that has to last as long as the case, and end it with it."""
        self.lasting.append(process)
        self._stack.callback(_end, process)
        return process

    def tmux(self, command: str, program: str) -> psutil.Process:
        """Let a command run in a tmux of its own that nobody looks at, and wait for its program."""
        socket = str(self.lab.folder / "tmux")
        self._stack.callback(subprocess.run, ["tmux", "-S", socket, "kill-server"], check=False, capture_output=True)
        self.terminal().type(f"tmux -S {socket} new-session -d {shlex.quote(command)}\r")
        found: psutil.Process = wait_until(lambda: _in_tmux(socket, program), f"{program} runs in a tmux")
        return self.keeps(found)

    def sleeper(self) -> psutil.Process:
        """Start a program of our own that does nothing."""
        process = subprocess.Popen(["sleep", "600"])
        self._stack.callback(process.wait)
        return self.keeps(psutil.Process(process.pid))

    def every(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something again and again until the case is over; what goes wrong fails it."""
        over = threading.Event()

        def repeat() -> None:
            while not over.wait(seconds):
                try:
                    act()
                    self.rounds += 1
                except Exception as error:
                    if not over.is_set():
                        self.troubles.append(error)
                    return

        thread = threading.Thread(target=repeat, daemon=True)
        thread.start()
        self._repeating.callback(thread.join)
        self._repeating.callback(over.set)
        self.given["repeats"] = True

    def is_about(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a piece of evidence is about this case."""
        return row["subject"] in self.labels

    def assert_lasting(self) -> None:
        """Make sure that all was there to the end."""
        assert not self.troubles, f"{self.troubles[0]!r} in round {self.rounds}"
        assert self.rounds > 1 or "repeats" not in self.given
        gone = [process.pid for process in self.lasting if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE]
        assert gone == [], "a program has ended that was to last"

    def be_still(self) -> None:
        """Repeat nothing any more; all else stays."""
        self._repeating.close()

    def close(self) -> None:
        """End all that it has."""
        self.be_still()
        self._stack.close()

    def _process_of(self, connection: Connection) -> psutil.Process | None:
        mark = f"kernel-{connection.kernel_id}.json"
        return next((p for p in psutil.Process(self.lab.pid).children() if mark in " ".join(_command_of(p))), None)

    def _connected(self, kernel_id: str, protocol: str | None, cookies: str = "") -> Connection:
        opened = Connection(lab=self.lab, kernel_id=kernel_id, protocol=protocol, cookies=cookies)
        self._stack.callback(self._forget_kernel, opened)
        return opened.open()

    def _forget_kernel(self, connection: Connection) -> None:
        try:
            if (process := self._process_of(connection)) is not None:
                _end(process)  # a busy one takes five seconds to be shut down
            self.shut_down(connection)
        except (OSError, psutil.Error):  # it is gone, which the case may have wanted, or the server is
            return
        finally:
            connection.close()

    def _write_spec(self, argv: list[str]) -> None:
        folder: Path = self.lab.data / "kernels" / self.slug
        folder.mkdir(parents=True, exist_ok=True)
        spec = {"argv": argv, "display_name": self.slug, "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def anywhere(name: str) -> psutil.Process:
    """Wait for a program of a name that no other has."""

    def found() -> psutil.Process | None:
        return next((process for process in psutil.process_iter(["name"]) if process.info["name"] == name), None)

    process: psutil.Process = wait_until(found, f"{name} runs")
    return process


def _session(path: str, spec: str) -> dict[str, Any]:
    return {"path": path, "name": path, "type": "notebook", "kernel": {"name": spec}}


def _cookie(lab: Lab, more: str) -> dict[str, str]:
    """Put further cookies beside those that the server needs."""
    return {"Cookie": "; ".join(filter(None, (lab.headers().get("Cookie"), more)))} if more else {}


def _command_of(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _in_tmux(socket: str, program: str) -> psutil.Process | None:
    servers = [process for process in psutil.process_iter() if socket in _command_of(process)]
    return next(filter(None, (below(server, program) for server in servers)), None)


def _end(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
