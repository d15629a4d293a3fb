"""A metadata service of EC2's on loopback, as bad as a test wants it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DOCUMENT = {
    "accountId": "111122223333",
    "architecture": "x86_64",
    "availabilityZone": "eu-west-1b",
    "billingProducts": None,
    "imageId": "ami-0123456789abcdef0",
    "instanceId": "i-0123456789abcdef0",
    "instanceType": "m5.xlarge",
    "pendingTime": "2026-11-23T09:00:00Z",
    "privateIp": "10.0.0.7",
    "region": "eu-west-1",
    "version": "2017-09-30",
}
TOKEN = "AQAEA-a-token=="


@dataclass
class FakeImds:
    """What it says, and what it was asked."""

    document: Any = field(default_factory=lambda: dict(DOCUMENT))
    life_cycle: str | None = "on-demand"
    token_status: int = 200
    is_silent: bool = False
    """It takes the connection and says nothing until the test is over."""
    drips: bool = False
    """It sends its answer byte by byte and never comes to its end."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def body(self, path: str) -> bytes | None:
        if path.endswith("/instance-identity/document"):
            return self.document if isinstance(self.document, bytes) else json.dumps(self.document).encode()
        if path.endswith("/instance-life-cycle"):
            return None if self.life_cycle is None else self.life_cycle.encode()
        return None


class Handler(BaseHTTPRequestHandler):
    """Answers as the server's fake wants it."""

    server: Server

    def do_PUT(self) -> None:
        has_ttl = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds") is not None
        is_right = self.path.endswith("/latest/api/token") and has_ttl
        self._answer(self.server.fake.token_status if is_right else 400, TOKEN.encode())

    def do_GET(self) -> None:
        body = self.server.fake.body(self.path)
        is_known = self.headers.get("X-aws-ec2-metadata-token") == TOKEN
        self._answer(401 if not is_known else 404 if body is None else 200, body or b"")

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, status: int, body: bytes) -> None:
        fake = self.server.fake
        fake.asked.append((self.command, self.path))
        if fake.is_silent:
            fake.released.wait(60)
            return
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", str(len(body) + (10_000 if fake.drips else 0)))
        self.end_headers()
        self.wfile.write(body)
        while fake.drips and not fake.released.wait(0.02):
            self.wfile.write(b".")


class Server(ThreadingHTTPServer):
    """Where it answers."""

    daemon_threads = True

    def __init__(self, fake: FakeImds) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, *_: Any) -> None:
        """Leave it: who asked has hung up."""


@contextmanager
def fake_imds(**changes: Any) -> Iterator[FakeImds]:
    """Let one answer at `url`."""
    fake = FakeImds(**changes)
    server = Server(fake)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
