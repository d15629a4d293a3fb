"""The one way to AWS: a client a region, made when first needed, and only for the allowed operations."""

from __future__ import annotations

import ctypes
import gc
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
from .operations import ALLOWED_OPERATIONS

CONFIG = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "adaptive", "total_max_attempts": 2},
    max_pool_connections=4,
    user_agent_extra=f"mlcost-ext/{__version__}",
)
BRIEF_CONFIG = CONFIG.merge(Config(connect_timeout=2, read_timeout=8, retries={"mode": "adaptive", "total_max_attempts": 1}))
"""For a region that could not be reached: the others wait for it. No shorter, or a slow network never came back."""
BRIEF_OPERATIONS = ("DescribeTrainingJob", "ListTags", "ListTrainingJobs", "Search")
"""What polls ask; who waits for a Stop would rather wait longer."""

Key = tuple[str, bool]
"""A region, and whether its client is a brief one."""


class Aws(Protocol):
    """What the rest of the reader needs of AWS."""

    def call(self, region_id: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call.

        Raises:
            Fault: Where it did not succeed, for whatever reason.
        """
        ...

    def check_credentials(self) -> None:
        """Make sure, without a call to SageMaker, that there are credentials.

        Raises:
            Fault: Where there are none.
        """
        ...


class Spender(Protocol):
    """What counts the calls."""

    def spend(self) -> None:
        """Count one."""
        ...


class Clients:
    """AWS by botocore. Safe to use from several threads."""

    def __init__(self, budget: Spender) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._loader: Loader | None = None
        self._session: Any = None
        self._clients: dict[Key, Any] = {}
        self._unreachable: set[str] = set()
        """Regions whose last call came to no answer."""
        self.calls_total = 0
        """Requests sent since the start, repeated ones included."""

    def call(self, region_id: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call; see `Aws`."""
        if operation not in ALLOWED_OPERATIONS:
            raise ValueError(f"{operation} is not among the operations of this process")
        try:
            is_brief = region_id in self._unreachable and operation in BRIEF_OPERATIONS
            method = getattr(self._client(region_id, is_brief=is_brief), botocore.xform_name(operation))
            answer = method(**params)
        except Exception as error:  # noqa: BLE001 - botocore's parsers raise anything on a garbled answer
            fault = fault_of(error, operation)
            self._note(region_id, is_reached=fault.problem.code != "network_unreachable")
            raise self._forgetting(fault) from None
        self._note(region_id, is_reached=True)
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

    def _client(self, region_id: str, *, is_brief: bool = False) -> Any:
        if not region_id:
            raise Fault(region_missing())
        with self._lock:
            key = (region_id, is_brief)
            if key not in self._clients:
                session = self._open_session()
                if session.get_credentials() is None:
                    raise NoCredentialsError
                client = session.create_client("sagemaker", region_name=region_id, config=BRIEF_CONFIG if is_brief else CONFIG)
                client.meta.events.register("before-send.sagemaker", self._count)
                client.meta.events.register("after-call.sagemaker", check_answer)
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
        self._budget.spend()

    def _forgetting(self, fault: Fault) -> Fault:
        """Start anew after a fault of credentials, since botocore keeps those it has once read from a file."""
        if fault.problem.code.startswith("credentials_"):
            with self._lock:
                self._session = None
                self._drop(list(self._clients))
        return fault

    def _note(self, region_id: str, *, is_reached: bool) -> None:
        """Remember whether a region answers; one that does so again needs no brief client."""
        with self._lock:
            if not is_reached:
                self._unreachable.add(region_id)
            elif region_id in self._unreachable:
                self._unreachable.discard(region_id)
                self._drop([(region_id, True)])

    def _drop(self, keys: list[Key]) -> None:
        """Let clients go; what was frozen with them would never be freed. The next client's making collects them."""
        dropped = [client for key in keys if (client := self._clients.pop(key, None)) is not None]
        if dropped:
            gc.unfreeze()


def check_answer(http_response: Any, parsed: Any, **_: Any) -> None:
    """Refuse an answer that is not AWS's: botocore takes a proxy's page for an answer with nothing in it.

    Raises:
        Fault: Where it has no request id, or its body is no JSON object.
    """
    if http_response.status_code >= 300:
        return
    body = http_response.content.strip()
    metadata = parsed.get("ResponseMetadata") if isinstance(parsed, dict) else None
    if not (metadata and metadata.get("RequestId")) or (body and not (body.startswith(b"{") and body.endswith(b"}"))):
        raise Fault(aws_error("What answered in place of AWS was not AWS, or only a part of its answer came."))


def give_memory_back() -> None:
    """Return what parsing has left over to the system, where the C library can (glibc)."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        return
