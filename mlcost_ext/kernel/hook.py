"""Watch launches go by and note each in the spool: one line before it is sent, one with what came of it.

Nothing here alters or stops a call, and no fault here reaches it.
"""

from __future__ import annotations

import contextlib
import uuid
from typing import TYPE_CHECKING

from mlcost_ext.ledger.observed import BY_NAME, OBSERVED
from mlcost_ext.ledger.redact import redact

from .guard_hook import DECISION
from .say import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    class Write(Protocol):  # noqa: D101
        def __call__(self, type_: str, **fields: object) -> None:
            """Append one event to the spool; raise OSError where that fails."""


FAULTS_ALLOWED = 3
UNSENT = ("NoCredentialsError", "PartialCredentialsError")
"""What botocore raises while signing, that is before anything is sent."""
NAME_TAKEN = ("ResourceInUse", "ValidationException")
"""What AWS says of a name that is taken: the first of jobs, the second of endpoints, schedules and notebook instances."""
ARN_KEYS = tuple(dict.fromkeys(operation.arn_key for operation in OBSERVED if operation.arn_key))


class Launch:
    """One call on its way: its parameters, and the id of its intent once that is written."""

    __slots__ = ("decision", "id", "is_faulty", "params")

    def __init__(self, params: Mapping[str, Any], decision: str | None = None) -> None:
        self.params = params
        self.decision = decision
        self.id: str | None = None
        self.is_faulty = False


class LaunchHook:
    """The four botocore handlers of an observed operation."""

    def __init__(self, write: Write, whereabouts: Callable[[], Mapping[str, object]]) -> None:
        """Make the handlers.

        Args:
            write: Appends an event to the spool.
            whereabouts: Gives notebook and cell of the code that runs now, and what it comes from.
        """
        self.is_active = True
        self._write = write
        self._whereabouts = whereabouts
        self._key = f"mlcost-{uuid.uuid4().hex}"
        self._faults_in_a_row = 0
        self._has_told_of_spool = False

    def handlers(self, session: Any = None) -> tuple[tuple[str, Callable[..., None], str], ...]:  # noqa: ARG002 - any one
        """Give event name, handler and unique id of everything to be registered."""
        steps = (
            ("before-parameter-build", self.remember),
            ("before-call", self.note_intent),
            ("after-call", self.note_answer),
            ("after-call-error", self.note_error),
        )
        return tuple(
            (f"{step}.{operation.service}.{operation.name}", handler, f"{self._key}-{step}-{operation.name}")
            for operation in OBSERVED
            for step, handler in steps
        )

    def remember(self, params: Any = None, context: Any = None, **_: Any) -> None:
        """Keep hold of the parameters, which may still be changed in place, and of what the guard has decided before."""
        if self.is_active and context is not None and not context.get("is_presign_request"):
            context[self._key] = Launch(params, context.get(DECISION))

    def note_intent(self, model: Any = None, context: Any = None, request_signer: Any = None, **_: Any) -> None:
        """Write the intent line, just before the request is sent."""
        launch = self._launch(context)
        if launch is None:
            return
        try:
            region = context.get("client_region") or getattr(request_signer, "region_name", None)
            event = self._intent(model.name, launch, region)
        except Exception as error:  # noqa: BLE001 - never the call's matter
            self._fault(launch, error)
        else:
            if self._note(launch, "intent", event):
                launch.id = str(event["id"])

    def note_answer(self, http_response: Any = None, parsed: Any = None, context: Any = None, **_: Any) -> None:
        """Write the outcome that AWS's answer tells."""
        self._note_outcome(context, lambda: answer_outcome(http_response.status_code, parsed))

    def note_error(self, exception: Any = None, context: Any = None, **_: Any) -> None:
        """Write the outcome of a call that got no answer."""
        self._note_outcome(context, lambda: error_outcome(exception))

    def _note_outcome(self, context: Any, outcome: Callable[[], dict[str, object]]) -> None:
        launch = self._launch(context)
        if launch is None or launch.id is None:
            return
        try:
            event = {"id": launch.id, **outcome()}
        except Exception as error:  # noqa: BLE001 - never the call's matter
            self._fault(launch, error)
        else:
            self._note(launch, "outcome", event)
        if not launch.is_faulty:
            self._faults_in_a_row = 0

    def _launch(self, context: Any) -> Launch | None:
        launch = context.get(self._key) if self.is_active and context is not None else None
        return launch if isinstance(launch, Launch) else None

    def _intent(self, operation_name: str, launch: Launch, region: str | None) -> dict[str, object]:
        from mlcost_ext.jobs.run_key import document_of, key_of  # not while a kernel starts

        operation = BY_NAME[operation_name]
        request, tags = redact(launch.params, operation.keep)
        alike = document_of(key_of(operation.kind, launch.params))
        return {
            "id": uuid.uuid4().hex,
            "kind": operation.kind,
            "region_id": region,
            "name": str(launch.params[operation.name_key])[:256],
            **self._whereabouts(),
            "request": {**request, "RunKey": alike} if alike else request,
            "tags": tags,
            **({"decision": launch.decision} if launch.decision else {}),
        }

    def _note(self, launch: Launch, type_: str, event: Mapping[str, object]) -> bool:
        try:
            self._write(type_, **event)
        except OSError as error:
            self._tell_of_spool(error)
        except Exception as error:  # noqa: BLE001 - never the call's matter
            self._fault(launch, error)
        else:
            return True
        return False

    def _tell_of_spool(self, error: OSError) -> None:
        if not self._has_told_of_spool:
            self._has_told_of_spool = True
            say(
                f"this launch could not be noted ({error.strerror}: {error.filename}); the call itself is not "
                "affected, but its cost may not be shown. Make room there, or set MLCOST_HOME to a folder that "
                "can be written."
            )

    def _fault(self, launch: Launch, error: Exception) -> None:
        if launch.is_faulty:
            return
        launch.is_faulty = True
        self._faults_in_a_row += 1
        if self._faults_in_a_row >= FAULTS_ALLOWED and self.is_active:
            self._switch_off(error)

    def _switch_off(self, error: Exception) -> None:
        self.is_active = False
        say(
            f"launches are no longer noted in this kernel after {FAULTS_ALLOWED} internal errors in a row "
            f"({type(error).__name__}); your calls are not affected. %reload_ext mlcost_ext switches it on again."
        )
        with contextlib.suppress(Exception):  # it is said already that nothing is noted any more
            self._write("unloaded")


def answer_outcome(status_code: int, parsed: Mapping[str, Any]) -> dict[str, object]:
    """Tell what AWS's answer means: accepted with its ARN, refused with its code, or unknown.

    A name that is taken at a second attempt may have been taken by the first, whose answer was lost.
    """
    if status_code < 300:
        arn = next((parsed[key] for key in ARN_KEYS if key in parsed), None)
        return {"result": "accepted", "resource_id": arn, "error_code": None}
    code = str((parsed.get("Error") or {}).get("Code") or status_code)[:128]
    retries = (parsed.get("ResponseMetadata") or {}).get("RetryAttempts") or 0
    is_unclear = status_code >= 500 or (code in NAME_TAKEN and retries > 0)
    return {"result": "unknown" if is_unclear else "refused", "resource_id": None, "error_code": code}


def error_outcome(exception: BaseException) -> dict[str, object]:
    """Tell what an exception instead of an answer means: unknown, unless nothing can have been sent."""
    code = type(exception).__name__[:128]
    return {"result": "refused" if code in UNSENT else "unknown", "resource_id": None, "error_code": code}
