"""The front: checks who asks, answers what is ours, and hands everything else to moto."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.bad_days import BadDays, order
from mlcost_ext.sandbox.fault import Fault, NotOursError, unknown_key
from mlcost_ext.sandbox.model import operation_model
from mlcost_ext.sandbox.names import ACCESS_KEY_ID
from mlcost_ext.sandbox.operations import OPERATIONS, Operation
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
)

StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

CONTROL_PATH = "/__practice__/faults"
CONTROL_HEADER = "X-Practice-Token"

_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Front:
    """A WSGI application in front of moto's own."""

    account: Account
    moto: App
    control_token: str
    bad_days: BadDays = field(default_factory=BadDays)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        own = self._own_answer(environ)
        if own is None:
            return self.moto(environ, start_response)
        reason = "OK" if own.status < 400 else "Refused"
        start_response(f"{own.status} {reason}", list(own.headers.items()))
        return [own.body]

    def _own_answer(self, environ: Environ) -> Answer | None:
        """Answer what is ours; ``None`` leaves the request to moto."""
        if not is_loopback(environ.get("HTTP_HOST", "")):
            return fault_answer(None, Fault("AccessDeniedException", "Not a loopback host.", 403))
        if environ.get("PATH_INFO") == CONTROL_PATH:
            return self._control(environ)
        call = locate(environ)
        try:
            if access_key_of(environ) != ACCESS_KEY_ID:
                raise unknown_key()
            self.bad_days.befall(call.operation or "")
            operation = OPERATIONS.get((call.service or "", call.operation or ""))
            return self._perform(operation, call) if operation else None
        except NotOursError:
            return None
        except Fault as fault:
            return fault_answer(call.service, fault)
        except Exception:  # noqa: BLE001 - whatever it is, the client gets AWS's own answer to a service's fault
            _log.exception("%s failed", call.operation)
            return fault_answer(call.service, Fault("InternalFailure", "A fault of ours.", 500))

    def _perform(self, operation: Operation, call: Call) -> Answer:
        model = operation_model(call.service or "", call.operation or "")
        params = parse(model, call.body)
        if model.service_model.protocol == "json":
            check_request(model, params)
        with self.account.lock:
            result = operation(self.account, params, call.region_id)
            is_sound = self.account.is_sound
        if result is not None and is_sound:
            check_answer(model, result)
        return answer(model, result)

    def _control(self, environ: Environ) -> Answer:
        """Take an order for a bad day from whoever knows the token."""
        given = environ.get("HTTP_X_PRACTICE_TOKEN", "")
        if not hmac.compare_digest(given.encode(), self.control_token.encode()):
            return _plain(403, {"message": "wrong token"})
        if environ.get("REQUEST_METHOD") != "POST":
            return _plain(405, {"message": "POST only"})
        try:
            wish = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
            with self.account.lock:
                order(self.account, self.bad_days, wish)
        except (ValueError, AttributeError) as error:
            return _plain(400, {"message": str(error)})
        return _plain(200, {"message": "done"})


def is_loopback(host: str) -> bool:
    """Say whether a Host header names this machine: a web page elsewhere cannot send such a one."""
    name, _, port = host.rpartition(":")
    return (host in _LOOPBACK) or (name in _LOOPBACK and port.isdigit())


def _plain(status: int, document: Mapping[str, str]) -> Answer:
    body = json.dumps(document).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return Answer(status=status, headers=headers, body=body)
