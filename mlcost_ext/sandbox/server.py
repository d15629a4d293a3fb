"""The practice account's server: loopback only, one thread a request."""

from __future__ import annotations

import os
import secrets
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Any

from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.test import Client

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.front import Front
from mlcost_ext.sandbox.moto_door import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from mlcost_ext.sandbox.names import ACCESS_KEY_ID, REGION_ID, ROLE_NAME, ROLE_PATH
from mlcost_ext.sandbox.spoil import ResetError

HOST = "127.0.0.1"

_TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", '
    '"Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
)


class _Handler(MotoRequestHandler):
    """Answers by the account's clock, without a word, and with a reset where one is wished for."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Give the time by AWS's clock, for the Date header."""
        front: Any = self.server.app
        return str(super().date_time_string(front.account.wall_clock().timestamp() if timestamp is None else timestamp))

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:
        """Tear the connection down where a bad day is that, so that the client sees a reset."""
        del environ
        if isinstance(error, ResetError):
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep silent: a log line a request would drown everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeServer:
    """A practice account that answers at ``url``."""

    account: Account
    front: Front
    http: BaseWSGIServer

    @property
    def url(self) -> str:
        """Give the endpoint to set as ``AWS_ENDPOINT_URL``."""
        return f"http://{HOST}:{self.http.server_port}"

    def serve_forever(self) -> None:
        """Answer until stopped."""
        self.http.serve_forever()

    def start(self) -> None:
        """Answer in a thread of its own."""
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """End a started server and give its port back."""
        self.http.shutdown()
        self.http.server_close()


def make_practice_server(account: Account, *, port: int = 0, control_token: str | None = None) -> PracticeServer:
    """Bind a practice account to the loopback address.

    Args:
        account: What it keeps.
        port: 0 takes a free one.
        control_token: Who knows it may order bad days; a random one by default.
    """
    front = make_front(account, control_token=control_token)
    http = make_server(HOST, port, front, threaded=True, request_handler=_Handler)
    return PracticeServer(account=account, front=front, http=http)


def make_front(account: Account, *, control_token: str | None = None) -> Front:
    """Put the front before a moto that already has the execution role."""
    moto = DomainDispatcherApplication(create_backend_app)
    _create_role(moto)
    return Front(account=account, moto=moto, control_token=control_token or secrets.token_urlsafe(16))


def _create_role(moto: DomainDispatcherApplication) -> None:
    """Create the role SageMaker's SDK looks up before it launches anything."""
    scope = f"Credential={ACCESS_KEY_ID}/20260101/{REGION_ID}/iam/aws4_request"
    form = {
        "Action": "CreateRole",
        "Version": "2010-05-08",
        "RoleName": ROLE_NAME,
        "Path": ROLE_PATH,
        "AssumeRolePolicyDocument": _TRUST,
    }
    answer = Client(moto).post("/", data=form, headers={"Authorization": f"AWS4-HMAC-SHA256 {scope}"})
    # Accounts of one process share moto's memory, so the role may be there already.
    if answer.status_code not in {200, 409}:
        raise RuntimeError(f"moto did not create the execution role: {answer.text}")
