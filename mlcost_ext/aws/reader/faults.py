"""What went wrong with AWS, in words a user can act on.

Exception
└── Fault     a call that did not succeed: its problem, and the action that lacks permission
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from botocore import exceptions

from mlcost_ext.core.job import Problem

from .aws_clock import answered_at
from .cut import text
from .operations import action_of
from .skew import clock_differs, is_skewed


class Fault(Exception):  # noqa: N818 - AWS's own word for it
    """A call that did not succeed."""

    def __init__(self, problem: Problem, *, aws_code: str = "", answered_at: datetime | None = None) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.aws_code = aws_code
        """AWS's own error code; empty where no answer came."""
        self.answered_at = answered_at
        """When AWS refused, by its clock; None where that is not known."""


EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
REFUSED = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "403"})
THROTTLED = frozenset(
    {
        "429",
        "LimitExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
ABSENT = frozenset({"NoSuchBucket", "ResourceNotFound", "ResourceNotFoundException"})
DOUBTFUL = frozenset({"RecordNotFound", "ValidationException", "ValidationError"})
ABSENT_WORDS = re.compile(r"not found|could not find|recordnotfound|does not exist", re.IGNORECASE)
"""AWS's words differ from kind to kind: an endpoint could not be found, a notebook instance is RecordNotFound."""

Kinds = tuple[type[Exception], ...]

_EXPIRED_ERRORS: Kinds = (exceptions.UnauthorizedSSOTokenError, exceptions.TokenRetrievalError)
_CREDENTIAL_ERRORS: Kinds = (
    getattr(exceptions, "LoginError", exceptions.NoCredentialsError),  # newer botocore only
    exceptions.ConfigNotFound,
    exceptions.ConfigParseError,
    exceptions.CredentialRetrievalError,
    exceptions.InvalidConfigError,
    exceptions.MetadataRetrievalError,
    exceptions.NoAuthTokenError,
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.ProfileNotFound,
    exceptions.SSOError,
    exceptions.UnknownCredentialError,
)
_REGION_ERRORS: Kinds = (exceptions.NoRegionError, exceptions.InvalidRegionError, exceptions.UnknownRegionError)
_NETWORK_ERRORS: Kinds = (exceptions.HTTPClientError, exceptions.ConnectionError, TimeoutError, ConnectionError)

_ACTION = re.compile(r"not authorized to perform: ([a-z0-9-]{1,40}:[A-Za-z]{1,80})")
_RESOURCE = re.compile(r"on resource: arn:[\w-]*:[\w-]*:[\w-]*:\d*:([a-z-]+)[/:]")

RENEW = "Renew the AWS credentials (on a laptop: aws sso login, or new keys); reading goes on by itself."


def fault_of(error: Exception, operation: str, now: datetime | None = None) -> Fault:
    """Turn whatever a call raised into a Fault; nothing of a request or of credentials gets into it.

    Args:
        error: What was raised.
        operation: What was called.
        now: This machine's time, aware; None: it is read.
    """
    if isinstance(error, Fault):
        return error
    if isinstance(error, exceptions.ClientError):
        return _refusal(error, operation, now or datetime.now(timezone.utc))
    if isinstance(error, exceptions.ParamValidationError):
        return Fault(aws_error(f"{operation} was asked for something AWS has no form for."), aws_code="ValidationException")
    for kinds, problem_of in _KINDS:
        if isinstance(error, kinds):
            return Fault(problem_of(error))
    return Fault(aws_error(f"AWS's answer to {operation} could not be read ({type(error).__name__})."))


def credentials_missing(error: Exception | None = None) -> Problem:
    """Say that there are no credentials, and which kind of finding none it was."""
    kind = "" if error is None or isinstance(error, exceptions.NoCredentialsError) else f" ({type(error).__name__})"
    return Problem(
        code="credentials_missing",
        message=f"No usable AWS credentials were found{kind}.",
        hint="Sign in to AWS, or set a profile or keys, where JupyterLab was started; reading goes on by itself.",
    )


def credentials_expired(error: Exception) -> Problem:
    """Say that a sign-in is over."""
    return Problem(code="credentials_expired", message=f"The AWS sign-in has expired ({type(error).__name__}).", hint=RENEW)


def region_missing(error: Exception | None = None) -> Problem:
    """Say that it is unknown where to read, or that no such place exists."""
    return Problem(
        code="region_missing",
        message="No AWS region is set." if error is None else "The AWS region that is set is no region.",
        hint="Set AWS_REGION, or the region of the AWS profile in use.",
    )


def network_unreachable(error: Exception) -> Problem:
    """Say that no answer came."""
    return Problem(
        code="network_unreachable",
        message=f"AWS could not be reached ({type(error).__name__}).",
        hint="Check the network, proxy or VPC endpoint of SageMaker's API; reading goes on by itself.",
    )


def aws_error(message: str) -> Problem:
    """Say that AWS failed in a way that is not the user's to mend."""
    return Problem(
        code="aws_error", message=message, hint="Reading is tried again by itself; if it stays, see AWS's health page."
    )


def permission_missing(actions: tuple[str, ...], resource: str = "") -> Problem:
    """Name the actions that are not allowed, and what they are not allowed on."""
    named = actions[0] if len(actions) == 1 else f"{', '.join(actions[:-1])} and {actions[-1]}"
    place = f" on this {resource}" if resource else ""
    return Problem(
        code="permission_missing",
        message=f"These AWS credentials may not call {named}{place}.",
        hint=f"Ask whoever manages the role to allow {named}; what is allowed goes on being read.",
    )


_KINDS: tuple[tuple[Kinds, Callable[[Exception], Problem]], ...] = (
    (_EXPIRED_ERRORS, credentials_expired),
    (_REGION_ERRORS, region_missing),
    (_CREDENTIAL_ERRORS, credentials_missing),
    (_NETWORK_ERRORS, network_unreachable),
)


def denied_action(message: str, operation: str) -> str:
    """Give the action that AWS names in a refusal, else the one that was called."""
    found = _ACTION.search(message)
    return found.group(1) if found else action_of(operation)


def _refusal(error: exceptions.ClientError, operation: str, now: datetime) -> Fault:
    details: Any = error.response.get("Error")
    details = details if isinstance(details, dict) else {}
    code, message = text(details.get("Code"), 80) or "", text(details.get("Message"), 1000) or ""
    refused_at = answered_at(error.response)
    offset_seconds = None if refused_at is None else (refused_at - now).total_seconds()
    if is_skewed(code, message, offset_seconds):
        problem = clock_differs(offset_seconds)
    else:
        problem = _refusal_problem(code, message, operation, _status(error))
    return Fault(problem, aws_code=code, answered_at=refused_at)


def _refusal_problem(code: str, message: str, operation: str, status: int) -> Problem:  # noqa: PLR0911 - one line a kind
    if code in EXPIRED:
        return Problem(code="credentials_expired", message="The AWS credentials have expired.", hint=RENEW)
    if code in REFUSED:
        return Problem(code="credentials_missing", message=f"AWS does not accept the credentials ({code}).", hint=RENEW)
    if code in DENIED:
        found = _RESOURCE.search(message)
        return permission_missing((denied_action(message, operation),), found.group(1) if found else "")
    if code in THROTTLED or status == 429:
        return Problem(code="throttled", message="AWS says it is asked too often.", hint="Reading slows down by itself.")
    if code in ABSENT or (code in DOUBTFUL and ABSENT_WORDS.search(message)):
        return Problem(code="not_found", message="AWS knows no such resource.", hint="Check its name and its region.")
    if status >= 500:
        return aws_error(f"AWS failed to answer {operation} ({code or status}).")
    return Problem(
        code="aws_error",
        message=f"AWS refused {operation} ({code or 'without a reason'}): {text(message, 200) or 'no more is said.'}",
        hint="Read what AWS says; reading is tried again by itself.",
    )


def _status(error: exceptions.ClientError) -> int:
    metadata: Any = error.response.get("ResponseMetadata")
    status = metadata.get("HTTPStatusCode") if isinstance(metadata, dict) else None
    return status if isinstance(status, int) else 0
