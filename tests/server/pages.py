"""A page on a real server: it starts kernels and talks to them over their websocket, as JupyterLab does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1

V1 = "v1.kernel.websocket.jupyter.org"
Message = dict[str, Any]


@dataclass
class Page:
    """One connection to one kernel."""

    socket: Any
    session: str
    number: int = 0
    came: list[Message] = field(default_factory=list)

    async def send(self, kind: str, content: Message | None = None, channel: str = "shell") -> str:
        """Send a message; give its id."""
        self.number += 1
        identity = f"{self.session}-{self.number}"
        header = {"msg_id": identity, "msg_type": kind, "username": "ana", "session": self.session, "version": "5.3"}
        told = {"header": header, "parent_header": {}, "metadata": {}, "content": content or {}}
        if self.socket.selected_subprotocol == V1:
            await self.socket.write_message(serialize_msg_to_ws_v1(told, channel, packed), binary=True)
        else:
            await self.socket.write_message(json.dumps({**told, "channel": channel, "buffers": []}))
        return identity

    async def run(self, code: str, **named: Any) -> str:
        """Send a cell's code, and wait for nothing."""
        return await self.send("execute_request", {"code": code, "silent": False, "allow_stdin": True, **named})

    async def told(self, is_it: Callable[[Message], bool], timeout: float = 30.0) -> Message:
        """Wait for a message."""
        while True:
            raw = await asyncio.wait_for(self.socket.read_message(), timeout)
            assert raw is not None, "the connection was closed"
            message = unpacked(raw) if isinstance(raw, bytes) else json.loads(raw)
            self.came.append(message)
            if is_it(message):
                return message

    async def done(self, identity: str) -> Message:
        """Wait until a cell has ended."""
        return await self.told(
            lambda m: m["header"]["msg_type"] == "execute_reply" and m["parent_header"].get("msg_id") == identity
        )

    async def begun(self, identity: str) -> None:
        """Wait until a cell runs."""
        await self.said("execute_input", identity)

    async def said(self, kind: str, parent: str | None = None) -> Message:
        """Wait for a message of a type, of a cell where that is given."""
        return await self.told(
            lambda m: m["header"]["msg_type"] == kind and (parent is None or m["parent_header"].get("msg_id") == parent)
        )


def packed(part: Any) -> bytes:
    return json.dumps(part).encode()


def unpacked(raw: bytes) -> Message:
    _, parts = deserialize_msg_from_ws_v1(raw)
    names = ("header", "parent_header", "metadata", "content")
    return {name: json.loads(part) for name, part in zip(names, parts, strict=False)}


@dataclass
class Pages:
    """What opens pages on one server."""

    fetch: Any
    connect: Any
    count: int = 0

    async def notebook(self, path: str = "train.ipynb", kernel: str = "python3") -> str:
        """Start a notebook's session; give its kernel's id."""
        asked = {"path": path, "name": path, "type": "notebook", "kernel": {"name": kernel}}
        answer = await self.fetch("api", "sessions", method="POST", body=json.dumps(asked))
        return str(json.loads(answer.body)["kernel"]["id"])

    async def kernel(self, name: str = "python3") -> str:
        """Start a kernel without a session."""
        answer = await self.fetch("api", "kernels", method="POST", body=json.dumps({"name": name}))
        return str(json.loads(answer.body)["id"])

    async def open(self, kernel_id: str, protocol: str | None = None) -> Page:
        """Open a page on a kernel, and wait until it answers."""
        self.count += 1
        session = f"page-{self.count}"
        protocols = [protocol] if protocol else None
        socket = await self.connect(
            "api", "kernels", kernel_id, "channels", params={"session_id": session}, subprotocols=protocols
        )
        page = Page(socket, session)
        await page.send("kernel_info_request")
        await page.said("kernel_info_reply")
        return page

    async def shut_down(self, kernel_id: str) -> None:
        await self.fetch("api", "kernels", kernel_id, method="DELETE")
