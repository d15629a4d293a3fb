"""What all our handlers have in common."""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from mlcost_ext.core.errors import MlcostError, UsageError
from mlcost_ext.core.wire import to_document
from mlcost_ext.server.actions import Scope, Wish
from mlcost_ext.server.live import Live


class MlcostHandler(APIHandler):
    """Answer JSON, errors as `{"code", "message", "hint"}`; never counted as activity."""

    auth_resource = "mlcost-ext"
    _track_activity = False

    def initialize(self, live: Live) -> None:
        """Take what lives as long as the server."""
        self.live = live

    def send(self, body: bytes, status: int = 200) -> None:
        """Answer with a JSON text."""
        self.set_status(status)
        self.set_header("Cache-Control", "private, no-cache")
        self.finish(body)

    def send_document(self, document: object, status: int = 200) -> None:
        """Answer with a document."""
        self.send(json.dumps(to_document(document)).encode(), status)

    def scope(self) -> Scope:
        """Read `?scope=`: ours, or with it what others of the account run.

        Raises:
            UsageError: It is anything else.
        """
        said = self.get_query_argument("scope", "mine")
        if said == "mine":
            return "mine"
        if said == "account":
            return "account"
        raise UsageError(f"scope cannot be {said[:20]!r}.", "Use mine or account.")

    def wish(self, name: str) -> Wish:
        """Read what is asked for."""
        region_id = self.get_query_argument("region_id", "") or None
        return Wish(name=name, region_id=region_id, scope=self.scope(), body=self.body_object())

    def body_object(self) -> dict[str, Any]:
        """Read the request's JSON object; without a body it is an empty one.

        Raises:
            UsageError: It is anything else.
        """
        try:
            body = json.loads(self.request.body or b"{}")
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise UsageError("The request's body is no JSON object.", "Send an object, or nothing.")
        return body

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the error's own words, never with a traceback."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(error_document(error, status_code)))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Keep what the user can mend out of the server's log."""
        if not isinstance(value, MlcostError):
            super().log_exception(typ, value, tb)

    def _handle_request_exception(self, e: BaseException) -> None:
        if isinstance(e, MlcostError) and not self._finished:
            self.send(json.dumps(e.to_dict()).encode(), e.http_status)
            return
        super()._handle_request_exception(e)


def error_document(error: BaseException | None, status_code: int) -> dict[str, str]:
    """Say what went wrong in `{"code", "message", "hint"}`."""
    if status_code == 403:
        said = error.log_message if isinstance(error, HTTPError) else None
        message = said or "The server did not accept who is asking."
        return {
            "code": "forbidden",
            "message": message,
            "hint": "Open JupyterLab's own address with its token, or send the token.",
        }
    if status_code < 500:
        message = f"The server answered {status_code}."
        return {"code": "bad_request", "message": message, "hint": "See openapi.json for what can be asked."}
    return {
        "code": "internal_error",
        "message": "mlcost-ext could not answer because of an error of its own.",
        "hint": "The Jupyter server's log has the details; 'mlcost doctor' checks the installation.",
    }
