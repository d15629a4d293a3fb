"""AWS's refusals.

Exception
└── Fault     an answer with a code, a message and an HTTP status, as the service would give it
"""

from __future__ import annotations

from datetime import datetime, timedelta

_TOLERATED = timedelta(minutes=5)
_STAMP = "%Y%m%dT%H%M%SZ"


class Fault(Exception):  # noqa: N818 - AWS's own word
    """Refuse a call the way AWS does."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class NotOursError(Exception):
    """Leave a call to moto: it is about something the practice account does not keep."""


def validation(message: str) -> Fault:
    """Refuse a request that AWS would not accept."""
    return Fault("ValidationException", message)


def not_found() -> Fault:
    """Refuse a name nobody knows, in the words SageMaker uses for training jobs."""
    return validation("Requested resource not found.")


def studio_not_found(what: str) -> Fault:
    """Refuse an unknown domain, space, app or profile: Studio's calls have a code of their own."""
    return Fault("ResourceNotFound", f"{what} does not exist.")


def unknown_key() -> Fault:
    """Refuse a request that was not signed with the practice account's own key."""
    message = "The security token included in the request is invalid."
    return Fault("UnrecognizedClientException", message, 403)


def check_signature_time(service: str | None, signed_at: datetime | None, now: datetime) -> None:
    """Refuse a request signed more than five minutes from the service's own time.

    Raises:
        Fault: In the words and under the code of the service's family.
    """
    if signed_at is None or abs(now - signed_at) <= _TOLERATED:
        return
    if service == "s3":
        message = "The difference between the request time and the current time is too large."
        raise Fault("RequestTimeTooSkewed", message, 403)
    is_late = signed_at < now
    bound = now - _TOLERATED if is_late else now + _TOLERATED
    message = (
        f"Signature {'expired' if is_late else 'not yet current'}: {signed_at:{_STAMP}} is "
        f"{'now earlier' if is_late else 'still later'} than {bound:{_STAMP}} ({now:{_STAMP}} {'-' if is_late else '+'} 5 min.)"
    )
    code = "SignatureDoesNotMatch" if service in {"iam", "sts"} else "InvalidSignatureException"
    raise Fault(code, message, 403)
