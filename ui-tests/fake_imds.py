"""EC2's instance metadata service, version 2, on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "a-token-of-the-machine"


class Handler(BaseHTTPRequestHandler):
    """A token first, then answers to whoever shows it."""

    server: Machine

    def do_PUT(self) -> None:
        self.answer(200 if self.path == "/latest/api/token" else 404, TOKEN)

    def do_GET(self) -> None:
        body = self.server.answers.get(self.path)
        is_known = self.headers.get("X-aws-ec2-metadata-token") == TOKEN
        self.answer(401 if not is_known else 404 if body is None else 200, body or "")

    def answer(self, status: int, body: str) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        pass


class Machine(ThreadingHTTPServer):
    """An EC2 machine that says what it is."""

    daemon_threads = True

    def __init__(self, life_cycle: str, **document: str) -> None:
        self.asked: list[str] = []
        self.answers = {
            "/latest/dynamic/instance-identity/document": json.dumps(document),
            "/latest/meta-data/instance-life-cycle": life_cycle,
        }
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def ec2_machine(instance_type: str, region_id: str, started_at: str, life_cycle: str = "on-demand") -> Iterator[Machine]:
    """Let a machine answer."""
    with Machine(life_cycle, instanceType=instance_type, region=region_id, pendingTime=started_at) as machine:
        thread = threading.Thread(target=machine.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield machine
        machine.shutdown()
