"""Tell a clock that is wrong from credentials that are: AWS refuses what is signed five minutes too early or too late.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""

from __future__ import annotations

from mlcost_ext.core.job import Problem

TIME_CODES = frozenset({"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"})
SIGNED_CODES = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
    }
)
"""Refusals that a wrong clock brings about, among other things."""
TIME_WORDS = ("signature expired", "signature not yet current")
SKEW_SECONDS = 240.0
"""Beyond this the clock is blamed: AWS allows five minutes."""


def is_skewed(code: str, message: str, offset_seconds: float | None) -> bool:
    """Say whether a refusal comes of this machine's clock.

    Args:
        code: AWS's error code.
        message: AWS's own words.
        offset_seconds: AWS's clock minus this machine's; None: the refusal had no Date.
    """
    if code in TIME_CODES or (code in SIGNED_CODES and message.lower().startswith(TIME_WORDS)):
        return True
    return code in SIGNED_CODES and offset_seconds is not None and abs(offset_seconds) > SKEW_SECONDS


def clock_differs(offset_seconds: float | None) -> Problem:
    """Say that this machine's clock is wrong, and by how much where that is known."""
    minutes = round(abs(offset_seconds or 0.0) / 60)
    amount = f"is off by {minutes} minute{'s' if minutes > 1 else ''}" if minutes else "differs from AWS's"
    return Problem(
        code="clock_differs",
        message=f"This machine's clock {amount}, so AWS refuses its requests.",
        hint="Set the clock, or let the system set it by network time; reading goes on by itself.",
    )
