"""Requests that somebody waits for, in threads of their own: a Stop never stands behind a poll that hangs.

What is to change something in AWS is sent at once, whatever the budget says, and counts in it. A look at something is
sent as soon as there is room; while somebody stops one thing there is.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from mlcost_ext.core.job import Problem

from . import utilisation
from .ask import token_of
from .budget import Budget
from .clients import Aws
from .faults import Fault, aws_error
from .kinds import Kind, app, kind_named, training
from .operations import METRICS, WARM_POOL_RELEASE
from .outlet import Sink
from .poller import Poller
from .protocol import BadLineError, Request
from .session import describe_notebook, describe_studio

ACTION_THREADS = 2
LOOK_THREADS = 2
LOOKS_WAIT_SECONDS = 15.0
"""The server waits half a minute for an answer."""
SPARED_CALLS = 60
"""So many of ten minutes' calls are left to all else by what nobody waits for."""
RETRIED_CODES = ("network_unreachable", "throttled")
RETRY_SECONDS = 1.0

OUT_OF_CALLS = Problem(
    code="throttled",
    message="This server has asked AWS as often as it allows itself to.",
    hint="Try again in a minute; what was asked for before goes on.",
)
ACTIONS = ("stop", "delete", "release_warm_pool")

_log = logging.getLogger(__name__)

SHARED_NAME = Problem(
    code="ambiguous_name",
    message="A space and a user profile of the same name each have an app of this name.",
    hint="Stop it in Studio or in the SageMaker console, which tell them apart.",
)


class Requests:
    """Answer requests, each exactly once."""

    def __init__(
        self, aws: Aws, budget: Budget, poller: Poller, sink: Sink, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._aws, self._budget, self._poller, self._sink, self._sleep = aws, budget, poller, sink, sleep
        self._actions: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._looks: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._operations: dict[str, Callable[[Request], dict[str, Any]]] = {
            "describe_session": self._describe_session,
            "describe": self._describe,
            "stop": self._stop,
            "delete": self._delete,
            "release_warm_pool": self._release_warm_pool,
            "utilisation": self._utilisation,
        }

    def start(self) -> None:
        """Start the threads, which end with the process."""
        for waiting, count in ((self._actions, ACTION_THREADS), (self._looks, LOOK_THREADS)):
            for number in range(count):
                threading.Thread(target=self._work, args=(waiting,), name=f"requests-{number}", daemon=True).start()

    def put(self, request: Request) -> None:
        """Take a request in."""
        (self._actions if request.op in ACTIONS else self._looks).put(request)

    def answer(self, request: Request) -> dict[str, Any]:
        """Carry a request out and give its answer."""
        try:
            operation = self._operations.get(request.op)
            if operation is None:
                raise BadLineError(f"there is no {request.op}")
            return {"id": request.id, "ok": operation(request)}
        except Fault as fault:
            problem = fault.problem
        except ValueError as error:
            problem = aws_error(f"The request makes no sense: {error}.")
        except Exception as error:  # noqa: BLE001 - whoever asked gets an answer, whatever happened
            _log.exception("%s failed", request.op)
            problem = aws_error(f"The request failed ({type(error).__name__}).")
        return {"id": request.id, "error": {"code": problem.code, "message": problem.message, "hint": problem.hint}}

    def _work(self, waiting: queue.SimpleQueue[Request]) -> None:
        while True:
            self._sink.write(self.answer(waiting.get()))

    # -- looks ------------------------------------------------------------------------------

    def _describe_session(self, request: Request) -> dict[str, Any]:
        region_id = request.text("region_id")

        def call(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
            return self._look(region_id, operation, params)

        if request.fields.get("host_kind") == "notebook_instance":
            return describe_notebook(call, request.text("notebook_instance_name"))
        domain_id, space_name, app_type, app_name = (
            request.text(key) for key in ("domain_id", "space_name", "app_type", "app_name")
        )
        return describe_studio(call, domain_id, space_name, app_type, app_name)

    def _describe(self, request: Request) -> dict[str, Any]:
        kind, region_id, name = self._thing(request)
        try:
            answer = self._look(region_id, kind.describe, kind.params(name))
        except Fault as fault:
            if fault.problem.code == "not_found":
                return {"item": None}
            raise
        tags = self._poller.known_tags(region_id, kind, name, answer.get("CreationTime"))
        document = kind.document({**kind.params(name), **answer}, region_id, tags)
        return {"item": None if document is None else self._poller.completed(region_id, kind, document)}

    def _utilisation(self, request: Request) -> dict[str, Any]:
        """Tell how well ended jobs have used their machines; nobody waits for it, so that it is asked of spare calls alone."""
        question, region_id = utilisation.question_of(request), request.text("region_id")
        params, answers = question.params(), list[dict[str, Any]]()
        while len(answers) < utilisation.MOST_PAGES:
            if self._budget.has_first_calls or self._budget.seconds_until(reserve=SPARED_CALLS) > 0:
                raise Fault(OUT_OF_CALLS)
            answers.append(self._send(region_id, METRICS, params))
            token = token_of(answers[-1])
            if token is None:
                break
            params = {**params, "NextToken": token}
        return {"items": question.told(answers)}

    def _look(self, region_id: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Ask as soon as the budget has room.

        Raises:
            Fault: Where it has none for long, or AWS did not answer.
        """
        wait = self._budget.seconds_until()
        if wait > LOOKS_WAIT_SECONDS:
            raise Fault(OUT_OF_CALLS)
        if wait > 0:
            self._sleep(wait)
        return self._send(region_id, operation, params)

    # -- actions ----------------------------------------------------------------------------

    def _stop(self, request: Request) -> dict[str, Any]:
        kind, region_id, name = self._thing(request)
        if kind.stop is None:
            raise BadLineError(f"a {kind.kind} cannot be stopped")
        self._act(region_id, kind.stop, kind.params(name))
        self._poller.touch(region_id, kind, name)
        return {}

    def _delete(self, request: Request) -> dict[str, Any]:
        kind, region_id, name = self._thing(request)
        if kind.delete is None:
            raise BadLineError(f"a {kind.kind} cannot be deleted")
        self._act(region_id, kind.delete, self._app_params(region_id, name) if kind is app.KIND else kind.params(name))
        self._poller.touch(region_id, kind, name, is_leaving=True)
        return {}

    def _app_params(self, region_id: str, name: str) -> dict[str, str]:
        owner_key = self._poller.app_owner_key(region_id, name)
        if owner_key == "":
            raise Fault(SHARED_NAME)
        return app.params_of(name, owner_key)

    def _release_warm_pool(self, request: Request) -> dict[str, Any]:
        region_id, name = request.text("region_id"), request.text("name")
        self._act(region_id, "UpdateTrainingJob", {"TrainingJobName": name, "ResourceConfig": dict(WARM_POOL_RELEASE)})
        self._poller.touch(region_id, training.KIND, name)
        return {}

    def _act(self, region_id: str, operation: str, params: Mapping[str, Any]) -> None:
        """Ask AWS to do something, and once more where no answer came: to end twice what has ended changes nothing."""
        try:
            self._send(region_id, operation, params)
        except Fault as fault:
            if fault.problem.code not in RETRIED_CODES:
                raise
            self._sleep(RETRY_SECONDS)
            self._send(region_id, operation, params)

    def _send(self, region_id: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self._budget.spend()
        return self._aws.call(region_id, operation, params)

    def _thing(self, request: Request) -> tuple[Kind, str, str]:
        kind = kind_named(request.text("kind"))
        if kind is None:
            raise BadLineError(f"there is no kind {request.text('kind')}")
        return kind, request.text("region_id"), request.text("name")
