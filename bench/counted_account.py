"""A practice account that also tells when it was called: ``python -m bench.counted_account``, with the sandbox's own arguments.

``GET /__bench__/calls?after=N`` answers all but the first N calls, each as its time in seconds since 1970 and its operation.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import mlcost_ext.sandbox.server as sandbox
from mlcost_ext.sandbox.__main__ import main
from mlcost_ext.sandbox.front import CONTROL_PATH, Front

CALLS_PATH = "/__bench__/calls"


class CountingFront:
    """A front that notes each call of AWS's before it is answered."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.account = front.account  # the server tells the time by it
        self.calls: list[tuple[float, str]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path == CALLS_PATH:
            return self._tell(environ, start_response)
        if path != CONTROL_PATH:
            self.calls.append((time.time(), operation_of(environ)))
        return self.front(environ, start_response)

    def _tell(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        after = int(parse_qs(environ.get("QUERY_STRING", "")).get("after", ["0"])[0])
        body = json.dumps(self.calls[after:]).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def operation_of(environ: dict[str, Any]) -> str:
    """Name the operation of a request, as its header or its path has it."""
    target = environ.get("HTTP_X_AMZ_TARGET") or environ.get("PATH_INFO", "")
    return str(target).replace("/", ".").rpartition(".")[2]


def counting(make: Callable[..., sandbox.PracticeServer]) -> Callable[..., sandbox.PracticeServer]:
    """Let servers that are made from now on count."""

    def made(*arguments: Any, **options: Any) -> sandbox.PracticeServer:
        server = make(*arguments, **options)
        server.http.app = CountingFront(server.front)
        return server

    return made


if __name__ == "__main__":
    sandbox.make_practice_server = counting(sandbox.make_practice_server)
    sys.exit(main())
