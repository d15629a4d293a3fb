"""Bring launches before the guard: one botocore handler for each operation that can begin to cost.

What goes wrong in the guard itself does not stop a launch, unless the policy is to fail closed.
"""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING
from weakref import ref

from .say import say
from .stopped import LaunchStopped

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .guard import Guard

FAULTS_ALLOWED = 3
SERVICE = "sagemaker"
GUARDED = {
    "CreateTrainingJob": "training",
    "CreateHyperParameterTuningJob": "tuning",
    "CreateProcessingJob": "processing",
    "CreateTransformJob": "transform",
    "CreateAutoMLJob": "automl",
    "CreateAutoMLJobV2": "automl",
    "CreateEndpointConfig": "endpoint-config",
    "CreateEndpoint": "endpoint",
    "CreateNotebookInstance": "notebook",
    "CreateApp": "app",
    "CreateSpace": "space",
}
"""Operations, and the kind of request that each is; a test compares them with `jobs.requests`, which no start waits for."""
DECISION = "mlcost-decision"
"""Where a call's context has the id of its decision."""


class GuardHook:
    """The handlers that ask the guard.

    Args:
        guard: Gives the guard, made when the first launch comes by.
        fails_closed: Tells whether a launch is to be stopped where the guard itself fails.
    """

    def __init__(self, guard: Callable[[], Guard], fails_closed: Callable[[], bool]) -> None:
        self.is_active = True
        self._guard, self._fails_closed = guard, fails_closed
        self._key = f"mlcost-guard-{uuid.uuid4().hex}"
        self._faults_in_a_row = 0

    def handlers(self, session: Any = None) -> tuple[tuple[str, Callable[..., None], str], ...]:
        """Give event name, handler and unique id of everything to be registered with a session or its clients."""
        check = self.check if session is None else partial(self.check, session=ref(session))
        return tuple((f"before-parameter-build.{SERVICE}.{name}", check, f"{self._key}-{name}") for name in GUARDED)

    def check(
        self, params: Any = None, model: Any = None, context: Any = None, session: ref[Any] | None = None, **_: Any
    ) -> None:
        """Let the guard look at the parameters, which it may change in place.

        Raises:
            LaunchStopped: It is not to be sent.
        """
        if not self.is_active or context is None or context.get("is_presign_request") or not isinstance(params, dict):
            return
        try:
            region_id = str(context.get("client_region") or "")
            decision = self._guard().check(GUARDED[model.name], params, region_id, session() if session else None)
        except LaunchStopped:
            self._faults_in_a_row = 0
            raise
        except Exception as error:  # noqa: BLE001 - a fault in here is not the launch's
            self._fault(error)
        else:
            self._faults_in_a_row = 0
            if decision is not None:
                context[DECISION] = decision

    def _fault(self, error: Exception) -> None:
        closed = self._closed()
        self._faults_in_a_row += 1
        name = type(error).__name__
        if closed:
            raise LaunchStopped(
                f"Not launched: it could not be judged ({name}), and the policy's when_unsure is block",
                (),
                "`mlcost doctor` may show what is amiss.",
            ) from None
        if self._faults_in_a_row >= FAULTS_ALLOWED:
            self.is_active = False
            say(
                f"launches are no longer judged in this kernel after {FAULTS_ALLOWED} internal errors in a row ({name}); "
                "your calls are not affected. %reload_ext mlcost_ext switches it on again."
            )

    def _closed(self) -> bool:
        try:
            return self._fails_closed()
        except Exception:  # noqa: BLE001 - without a policy nothing is closed
            return False
