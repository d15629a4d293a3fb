"""A terminal of the server, typed in as its page does."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any

import psutil
import websocket

from .lab import HOST, PATIENCE_SECONDS, Lab, wait_until

SHELL = re.compile(r"shell (\d+) here")


@dataclass(slots=True, kw_only=True)
class Terminal:
    """One terminal and its page."""

    lab: Lab
    name: str = ""
    shell: psutil.Process = field(init=False)
    socket: websocket.WebSocket = field(init=False)
    text: str = ""

    @property
    def label(self) -> str:
        return f"Terminal {self.name}"

    def open(self, *, is_used: bool = True) -> Terminal:
        """Open a new one, and wait for its shell; one that is not used has nothing typed in it."""
        self.name = self.lab.ask("POST", "api/terminals", {})["name"]
        self.connect()
        if not is_used:
            wait_until(lambda: self.text, "the shell shows its prompt")
            return self
        self.type('echo "shell $$ here"\r')
        found = wait_until(lambda: SHELL.search(self.text), "the shell answers")
        self.shell = psutil.Process(int(found[1]))
        return self

    def connect(self) -> None:
        """Open its page."""
        self.socket = websocket.create_connection(
            f"{self.lab.url.replace('http', 'ws', 1)}terminals/websocket/{self.name}",
            header=[f"{key}: {value}" for key, value in self.lab.headers().items()],
            timeout=PATIENCE_SECONDS,
            http_no_proxy=[HOST],
        )
        threading.Thread(target=self._read, args=(self.socket,), daemon=True).start()
        self.socket.send(json.dumps(["set_size", 24, 80, 480, 640]))

    def type(self, text: str) -> None:
        """Press keys; a line ends with a carriage return."""
        self.socket.send(json.dumps(["stdin", text]))

    def run(self, command: str, program: str) -> psutil.Process:
        """Type a command, and wait until a program of that name runs below the shell."""
        self.type(f"{command}\r")
        return self.program(program)

    def program(self, name: str) -> psutil.Process:
        """Wait for a program of that name below the shell."""
        try:
            found: psutil.Process = wait_until(lambda: below(self.shell, name), "it runs")
        except AssertionError:
            raise AssertionError(f"{name} does not run in the terminal, which shows {self.text[-300:]!r}") from None
        return found

    def close(self) -> None:
        """Shut it down, as its user can; a server that has ended has no terminals."""
        try:
            self.lab.ask("DELETE", f"api/terminals/{self.name}")
        except OSError:
            return
        finally:
            self.socket.close()

    def _read(self, socket: Any) -> None:
        while True:
            try:
                data = socket.recv()
            except (websocket.WebSocketException, OSError):
                return
            if not data:
                return
            kind, *rest = json.loads(data)
            if kind == "stdout":
                self.text = (self.text + rest[0])[-4000:]


def below(root: psutil.Process, name: str) -> psutil.Process | None:
    """Find a running program by its name below a process."""
    try:
        return next(filter(lambda process: is_named(process, name), root.children(recursive=True)), None)
    except psutil.NoSuchProcess:
        return None


def is_named(process: psutil.Process, name: str) -> bool:
    """Tell whether a process has a name, and has not ended."""
    try:
        return bool(process.name() == name and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
