"""The front: notes each call, checks who asks, answers what is ours, and hands everything else to moto."""

from __future__ import annotations

import hmac
import json
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import time
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.bad_days import BadDay, BadDays
from mlcost_ext.sandbox.control import NotedCall, order
from mlcost_ext.sandbox.fault import Fault, NotOursError, check_signature_time, unknown_key
from mlcost_ext.sandbox.model import operation_model
from mlcost_ext.sandbox.names import ACCESS_KEY_ID
from mlcost_ext.sandbox.operations import OPERATIONS, Operation
from mlcost_ext.sandbox.spoil import spoiled
from mlcost_ext.sandbox.validate import check_answer, check_request
from mlcost_ext.sandbox.wire import (
    Answer,
    Call,
    Environ,
    access_key_of,
    answer,
    fault_answer,
    locate,
    parse,
    signed_at,
)

StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

CONTROL_PATH = "/__practice__/faults"
CONTROL_HEADER = "X-Practice-Token"
NOTED_CALLS = 20_000
"""The last calls that are remembered."""

_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A WSGI application in front of moto's own."""

    account: Account
    moto: App
    control_token: str
    bad_days: BadDays = field(default_factory=BadDays)
    calls: deque[NotedCall] = field(default_factory=lambda: deque(maxlen=NOTED_CALLS))

    def __post_init__(self) -> None:
        self.account.denial_of = self.bad_days.denial_of

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        ahead: list[BadDay] = []
        given = self._own_answer(environ, ahead)
        if given is None:
            if not ahead:
                return self.moto(environ, start_response)
            given = _whole(self.moto, environ)
        for day in ahead:
            given = spoiled(given, day, self.bad_days.random)
        reason = "OK" if given.status < 400 else "Refused"
        start_response(f"{given.status} {reason}", list(given.headers.items()))
        return [given.body]

    def _own_answer(self, environ: Environ, ahead: list[BadDay]) -> Answer | None:
        """Answer what is ours; ``None`` leaves the request to moto. What is to befall the answer goes into ``ahead``."""
        if not is_loopback(environ.get("HTTP_HOST", "")):
            return fault_answer(None, Fault("AccessDeniedException", "Not a loopback host.", 403))
        if environ.get("PATH_INFO") == CONTROL_PATH:
            return self._control(environ)
        call = locate(environ)
        self._note(call, environ)
        try:
            if access_key_of(environ) != ACCESS_KEY_ID:
                raise unknown_key()
            check_signature_time(call.service, signed_at(environ), self.account.wall_clock())
            ahead += self.bad_days.befall(call.service or "", call.operation or "", self.account.clock())
            operation = OPERATIONS.get((call.service or "", call.operation or ""))
            return self._perform(operation, call) if operation else None
        except NotOursError:
            return None
        except Fault as fault:
            return fault_answer(call, fault)
        except Exception:  # noqa: BLE001 - whatever it is, the client gets AWS's own answer to a service's fault
            _log.exception("%s failed", call.operation)
            return fault_answer(call, Fault("InternalFailure", "A fault of ours.", 500))

    def _note(self, call: Call, environ: Environ) -> None:
        """Remember that AWS was asked this, whatever is answered."""
        self.calls.append((time(), call.service or "", call.operation or environ["REQUEST_METHOD"], call.region_id))

    def _perform(self, operation: Operation, call: Call) -> Answer:
        model = operation_model(call.service or "", call.operation or "")
        params = parse(model, call)
        if call.protocol != "query":
            check_request(model, params)
        with self.account.lock:
            self.account.catch_up()
            result = operation(self.account, params, call.region_id)
            is_sound = self.account.is_sound
        if result is not None and is_sound:
            check_answer(model, result)
        return answer(model, call, result)

    def _control(self, environ: Environ) -> Answer:
        """Take an order from whoever knows the token; it is not among the calls that are noted."""
        given = environ.get("HTTP_X_PRACTICE_TOKEN", "")
        if not hmac.compare_digest(given.encode(), self.control_token.encode()):
            return _plain(403, {"message": "wrong token"})
        if environ.get("REQUEST_METHOD") != "POST":
            return _plain(405, {"message": "POST only"})
        try:
            wish = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
            with self.account.lock:
                self.account.catch_up()
                told = order(self.account, self.bad_days, wish, self.calls)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            return _plain(400, {"message": f"{error}"})
        return _plain(200, told)


def is_loopback(host: str) -> bool:
    """Say whether a Host header names this machine: a web page elsewhere cannot send such a one."""
    name, _, port = host.rpartition(":")
    return (host in _LOOPBACK) or (name in _LOOPBACK and port.isdigit())


def _whole(app: App, environ: Environ) -> Answer:
    """Let another application answer, and wait for all of it."""
    begun: list[Any] = []
    body = b"".join(app(environ, lambda status, headers, *_: begun.extend((status, headers))))
    headers = {**dict(begun[1]), "Content-Length": str(len(body))}
    return Answer(status=int(begun[0].split()[0]), headers=headers, body=body)


def _plain(status: int, document: Mapping[str, Any]) -> Answer:
    body = json.dumps(document).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return Answer(status=status, headers=headers, body=body)
