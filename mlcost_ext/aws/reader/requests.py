"""Requests that somebody waits for, in threads of their own: a Stop never stands behind a poll that hangs."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

from . import cut
from .clients import Aws
from .faults import Fault, aws_error
from .outlet import Sink
from .poller import Poller
from .protocol import BadLineError, Request
from .session import describe_session

THREADS = 2

_log = logging.getLogger(__name__)


class Requests:
    """Answer requests, each exactly once."""

    def __init__(self, aws: Aws, poller: Poller, sink: Sink) -> None:
        self._aws = aws
        self._poller = poller
        self._sink = sink
        self._queue: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._operations: dict[str, Callable[[Request], dict[str, Any]]] = {
            "describe_session": self._describe_session,
            "describe_training_job": self._describe_training_job,
            "stop_training_job": self._stop_training_job,
        }

    def start(self) -> None:
        """Start the threads, which end with the process."""
        for number in range(THREADS):
            threading.Thread(target=self._work, name=f"requests-{number}", daemon=True).start()

    def put(self, request: Request) -> None:
        """Take a request in."""
        self._queue.put(request)

    def answer(self, request: Request) -> dict[str, Any]:
        """Carry a request out and give its answer."""
        try:
            operation = self._operations.get(request.op)
            if operation is None:
                raise BadLineError(f"there is no {request.op}")
            return {"id": request.id, "ok": operation(request)}
        except Fault as fault:
            problem = fault.problem
        except BadLineError as error:
            problem = aws_error(f"The request makes no sense: {error}.")
        except Exception as error:  # noqa: BLE001 - whoever asked gets an answer, whatever happened
            _log.exception("%s failed", request.op)
            problem = aws_error(f"The request failed ({type(error).__name__}).")
        return {"id": request.id, "error": {"code": problem.code, "message": problem.message, "hint": problem.hint}}

    def _work(self) -> None:
        while True:
            self._sink.write(self.answer(self._queue.get()))

    def _describe_session(self, request: Request) -> dict[str, Any]:
        keys = ("region_id", "domain_id", "space_name", "app_type", "app_name")
        region_id, domain_id, space_name, app_type, app_name = (request.text(key) for key in keys)
        return describe_session(self._aws, region_id, domain_id, space_name, app_type, app_name)

    def _describe_training_job(self, request: Request) -> dict[str, Any]:
        region_id, name = request.text("region_id"), request.text("name")
        answer = self._aws.call(region_id, "DescribeTrainingJob", {"TrainingJobName": name})
        job = cut.training_job({"TrainingJobName": name, **answer}, region_id, self._poller.known_tags(region_id, name))
        return {"job": job}

    def _stop_training_job(self, request: Request) -> dict[str, Any]:
        region_id, name = request.text("region_id"), request.text("name")
        self._aws.call(region_id, "StopTrainingJob", {"TrainingJobName": name})
        self._poller.touch(region_id, name)
        return {}
