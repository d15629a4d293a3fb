"""The one way to AWS: a client for each region and service, made when first needed, and only for the allowed operations.

A client tries once. Whether and when something is asked again is decided by who asks: the poller by its pace and budget,
a request once more where that is harmless.
"""

from __future__ import annotations

import ctypes
import gc
import json
import threading
from collections.abc import Mapping
from typing import Any, Protocol

import botocore.session
from botocore.config import Config
from botocore.exceptions import NoCredentialsError
from botocore.loaders import Loader

from mlcost_ext._version import __version__

from .faults import Fault, aws_error, credentials_missing, fault_of, region_missing
from .lean import make_loader
from .operations import check, service_of

CONFIG = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 1},
    max_pool_connections=4,
    user_agent_extra=f"mlcost-ext/{__version__}",
)

Key = tuple[str, str]
"""A region and a service."""


class Aws(Protocol):
    """What the rest of the reader needs of AWS."""

    def call(self, region_id: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call.

        Raises:
            Fault: Where it did not succeed, for whatever reason.
        """
        ...

    def check_credentials(self) -> None:
        """Make sure, without a call to AWS's services, that there are credentials.

        Raises:
            Fault: Where there are none.
        """
        ...


class Clients:
    """AWS by botocore. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loader: Loader | None = None
        self._session: Any = None
        self._clients: dict[Key, Any] = {}
        self.calls_total = 0
        """Requests sent since the start."""

    def call(self, region_id: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call; see `Aws`."""
        check(operation, params)
        try:
            method = getattr(self._client(region_id, service_of(operation)), botocore.xform_name(operation))
            answer = method(**params)
        except Exception as error:  # noqa: BLE001 - botocore's parsers raise anything on a garbled answer
            raise self._forgetting(fault_of(error, operation)) from None
        return answer if isinstance(answer, dict) else {}

    def check_credentials(self) -> None:
        """Look for credentials; see `Aws`."""
        try:
            with self._lock:
                found = self._open_session().get_credentials()
        except Exception as error:  # noqa: BLE001 - credential providers are anybody's code
            raise self._forgetting(fault_of(error, "GetCredentials")) from None
        if found is None:
            raise self._forgetting(Fault(credentials_missing()))

    def _client(self, region_id: str, service: str) -> Any:
        if not region_id:
            raise Fault(region_missing())
        with self._lock:
            key = (region_id, service)
            if key not in self._clients:
                session = self._open_session()
                if session.get_credentials() is None:
                    raise NoCredentialsError
                client = session.create_client(service, region_name=region_id, config=CONFIG)
                client.meta.events.register(f"before-send.{service}", self._count)
                client.meta.events.register(f"after-call.{service}", check_answer)
                self._clients[key] = client
                give_memory_back()
                gc.freeze()
            return self._clients[key]

    def _open_session(self) -> Any:
        if self._session is None:
            self._loader = self._loader or make_loader()
            self._session = botocore.session.Session()
            self._session.register_component("data_loader", self._loader)
        return self._session

    def _count(self, **_: Any) -> None:
        self.calls_total += 1

    def _forgetting(self, fault: Fault) -> Fault:
        """Start anew after a fault of credentials, since botocore keeps those it has once read from a file.

        What was frozen with a client would never be freed; the next client's making collects it.
        """
        if fault.problem.code.startswith("credentials_"):
            with self._lock:
                self._session = None
                if self._clients:
                    self._clients = {}
                    gc.unfreeze()
        return fault


def check_answer(http_response: Any, parsed: Any, model: Any = None, **_: Any) -> None:
    """Refuse an answer that is not AWS's: botocore takes a proxy's page, or half an answer, for one with nothing in it.

    Raises:
        Fault: Where it has no request id, or its body is no JSON object.
    """
    if http_response.status_code >= 300:
        return
    metadata = parsed.get("ResponseMetadata") if isinstance(parsed, dict) else None
    is_empty = not isinstance(parsed, dict) or not parsed.keys() - {"ResponseMetadata"}
    if not (metadata and metadata.get("RequestId")) or not is_whole(http_response.content.strip(), model, is_empty=is_empty):
        raise Fault(aws_error("What answered in place of AWS was not AWS, or only a part of its answer came."))


def is_whole(body: bytes, model: Any, *, is_empty: bool = False) -> bool:
    """Say whether a body may be a whole answer; of protocols other than JSON the parser tells.

    Args:
        body: As it came.
        model: The operation's.
        is_empty: Whether nothing was found in it; then it is looked at whole, since half of an object may end like one.
    """
    service = getattr(model, "service_model", None)
    protocol = getattr(service, "resolved_protocol", None) or getattr(service, "metadata", {}).get("protocol", "json")
    if protocol != "json":
        return True
    if not body:
        return not getattr(getattr(model, "output_shape", None), "members", None)  # nothing was to be told
    if not (body.startswith(b"{") and body.endswith(b"}")):
        return False
    return not is_empty or is_object(body)


def is_object(body: bytes) -> bool:
    """Say whether a body is a JSON object."""
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def give_memory_back() -> None:
    """Return what parsing has left over to the system, where the C library can (glibc)."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        return
