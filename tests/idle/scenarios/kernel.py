"""A page's connection to a kernel: real messages over the server's websocket, in either of its protocols."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import websocket
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1

from .lab import HOST, PATIENCE_SECONDS, Lab, now_utc, time_of

V1 = "v1.kernel.websocket.jupyter.org"
Message = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Connection:
    """One websocket to one kernel; what arrives is kept in its order."""

    lab: Lab
    kernel_id: str
    protocol: str | None = None
    """None: the one without a name, which is JSON throughout."""
    cookies: str = ""
    messages: list[Message] = field(default_factory=list)
    socket: websocket.WebSocket = field(init=False)
    session: str = field(init=False)
    _changed: threading.Condition = field(init=False, default_factory=threading.Condition)

    def open(self) -> Connection:
        """Connect as a page does that has just been loaded, and wait until the kernel answers."""
        self.session = uuid.uuid4().hex
        headers = self.lab.headers()
        if self.cookies:
            headers["Cookie"] = "; ".join(filter(None, (headers.get("Cookie"), self.cookies)))
        self.socket = websocket.create_connection(
            f"{self.lab.url.replace('http', 'ws', 1)}api/kernels/{self.kernel_id}/channels?session_id={self.session}",
            header=[f"{key}: {value}" for key, value in headers.items()],
            subprotocols=[self.protocol] if self.protocol else None,
            timeout=PATIENCE_SECONDS,
            http_no_proxy=[HOST],
        )
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def close(self) -> None:
        self.socket.close()

    def send(self, kind: str, content: Mapping[str, Any], channel: str = "shell", parent: Mapping[str, Any] | None = None) -> str:
        """Send one message, and give its id."""
        identity = uuid.uuid4().hex
        message = {
            "header": {
                "msg_id": identity,
                "msg_type": kind,
                "username": "somebody",
                "session": self.session,
                "date": now_utc().isoformat(),
                "version": "5.4",
            },
            "parent_header": dict(parent or {}),
            "metadata": {},
            "content": dict(content),
        }
        if self.protocol == V1:
            self.socket.send_binary(serialize_msg_to_ws_v1(message, channel, _packed))  # type: ignore[no-untyped-call]
        else:
            self.socket.send(json.dumps({**message, "channel": channel, "buffers": []}))
        return identity

    def execute(self, code: str, *, silent: bool = False) -> str:
        """Let code run, without waiting for anything."""
        content = {"code": code, "silent": silent, "store_history": not silent, "user_expressions": {}, "stop_on_error": True}
        return self.send("execute_request", {**content, "allow_stdin": not silent})

    def begin(self, code: str) -> str:
        """Let code run, and wait until the kernel has begun with it."""
        identity = self.execute(code)
        self.wait(lambda message: _is(message, "execute_input", identity), "the cell begins")
        return identity

    def run(self, code: str) -> datetime:
        """Let code run to its end, and give the moment that the kernel says it ended."""
        return self.end_of(self.execute(code))

    def end_of(self, identity: str) -> datetime:
        """Wait for the end of a cell."""
        reply = self.wait(lambda message: _is(message, "execute_reply", identity), "the cell ends")
        return sent_at(reply)

    def reply_to(self, identity: str) -> Message:
        """Wait for whatever answers a request."""
        return self.wait(
            lambda m: m["parent_header"].get("msg_id") == identity and m["msg_type"].endswith("_reply"), "a reply comes"
        )

    def prompt(self) -> Message:
        """Wait for an input prompt."""
        return self.wait(lambda message: message["msg_type"] == "input_request", "the cell asks")

    def answer(self, prompt: Message, value: str) -> None:
        """Answer an input prompt."""
        self.send("input_reply", {"value": value, "status": "ok"}, "stdin", prompt["header"])

    def printed(self, text: str) -> Message:
        """Wait until the kernel has printed something."""
        return self.wait(lambda m: m["msg_type"] == "stream" and text in m["content"]["text"], f"the kernel prints {text!r}")

    def wait(self, fits: Callable[[Message], bool], what: str) -> Message:
        """Wait for a message."""
        ends = time.monotonic() + PATIENCE_SECONDS
        with self._changed:
            while True:
                found = next(filter(fits, self.messages), None)
                if found is not None:
                    return found
                left = ends - time.monotonic()
                assert left > 0, f"it never came about that {what}"
                self._changed.wait(left)

    def _read(self) -> None:
        while True:
            try:
                data = self.socket.recv()
            except (websocket.WebSocketException, OSError):
                return
            if not data:
                return
            with self._changed:
                self.messages.append(_message(data))
                self._changed.notify_all()


def sent_at(message: Message) -> datetime:
    """Give the time that the sender put on a message."""
    found = time_of(message["header"]["date"])
    assert found is not None
    return found


def _message(data: str | bytes) -> Message:
    if isinstance(data, str):
        found: Message = json.loads(data)
        return {**found, "msg_type": found["header"]["msg_type"]}
    channel, parts = deserialize_msg_from_ws_v1(data)  # type: ignore[no-untyped-call]
    header, parent, _, content = (json.loads(bytes(part)) for part in parts[:4])
    return {"channel": channel, "header": header, "parent_header": parent, "content": content, "msg_type": header["msg_type"]}


def _packed(part: Mapping[str, Any]) -> bytes:
    return json.dumps(part).encode()


def _is(message: Message, kind: str, parent: str) -> bool:
    return bool(message["msg_type"] == kind and message["parent_header"].get("msg_id") == parent)
