"""The way to AWS for checks: short patience, one attempt, and an end even where the network hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mlcost_ext.core.job import Problem

from .refusal import MENDS, REACH, problem_of

CONNECT_SECONDS = 2
READ_SECONDS = 4
MOST_AT_ONCE = 32
"""Calls; of fewer connections botocore would complain."""
IDENTITY_SECONDS = 6.0
"""Finding credentials may itself call somebody: single sign-on, a role, a process."""
NO_ANSWER = Problem(code="network_unreachable", message="AWS did not answer in time.", hint=REACH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who AWS takes us for; nothing secret."""

    account_id: str
    method: str
    """Where botocore found the credentials, in its own word."""


class AwsDoor:
    """Ask AWS as whoever runs the command; botocore is imported at the first question."""

    def __init__(self, region_id: str | None, identity_seconds: float = IDENTITY_SECONDS) -> None:
        self.region_id = region_id
        self._identity_seconds = identity_seconds
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}

    @cached_property
    def identity(self) -> Identity | Problem:
        """Who AWS takes us for, asked once."""
        answer: Identity | Problem = together([self._ask_identity], self._identity_seconds)[0]
        return answer

    def call(self, action: str, **params: Any) -> dict[str, Any] | Problem:
        """Make one call; `action` is what IAM calls it, such as ``sagemaker:Search``."""
        try:
            answer: dict[str, Any] = self._call(action, params)
        except Exception as error:  # noqa: BLE001 - botocore's, urllib3's and credential plug-ins' own, all become words
            return problem_of(error, action)
        return answer

    @cached_property
    def _session(self) -> Any:
        import botocore.session

        return botocore.session.Session()

    def _call(self, action: str, params: Mapping[str, Any]) -> Any:
        from botocore import xform_name

        service, _, operation = action.partition(":")
        return getattr(self._client(service), xform_name(operation))(**params)

    def _client(self, service: str) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 1},
            max_pool_connections=MOST_AT_ONCE,
        )
        with self._lock:  # botocore's sessions may be used by one thread at a time; a client by many
            if service not in self._clients:
                self._clients[service] = self._session.create_client(service, region_name=self.region_id, config=config)
            return self._clients[service]

    def _ask_identity(self) -> Identity | Problem:
        try:
            credentials = self._session.get_credentials()
        except Exception as error:  # noqa: BLE001 - as in `call`
            return problem_of(error, "")
        if credentials is None:
            return Problem(
                code="credentials_missing", message="No AWS credentials were found.", hint=MENDS["credentials_missing"]
            )
        answer = self.call("sts:GetCallerIdentity")
        if isinstance(answer, Problem):
            return answer
        return Identity(account_id=str(answer.get("Account")), method=str(credentials.method))


def together(questions: Sequence[Callable[[], Any]], seconds: float) -> list[Any]:
    """Ask all at once and wait so long at most; who has not answered by then gets `NO_ANSWER`."""
    answers: list[Any] = [NO_ANSWER] * len(questions)

    def ask(place: int, question: Callable[[], Any]) -> None:
        try:
            answers[place] = question()
        except Exception as error:  # noqa: BLE001 - an answer of a form nobody expects is a finding too
            answers[place] = problem_of(error, "")

    threads = [threading.Thread(target=ask, args=pair, daemon=True) for pair in enumerate(questions)]
    until = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return list(answers)
