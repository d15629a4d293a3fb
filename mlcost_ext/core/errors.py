"""Everything that can go wrong in words a user can act on.

MlcostError
├── UsageError            wrong use or wrong configuration       (exit status 2)
├── PriceUnknownError     no source has a price for this         (exit status 1)
├── NotFoundError         no such job, or none of ours           (exit status 1)
├── NotAllowedError       it exists, but that cannot be done now (exit status 1)
└── RemoteError           AWS or another remote part failed      (exit status 3)
"""

from __future__ import annotations


class MlcostError(Exception):
    """Tell what happened (`message`) and what to do (`hint`), one sentence each."""

    code = "internal_error"
    exit_status = 1
    http_status = 500

    def __init__(self, message: str, hint: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def to_dict(self) -> dict[str, str]:
        """Give the document that REST and `--json` answer with."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class UsageError(MlcostError):
    """Wrong use or wrong configuration."""

    code = "usage"
    exit_status = 2
    http_status = 400


class PriceUnknownError(MlcostError):
    """No source has a price for this."""

    code = "price_unknown"
    http_status = 404


class NotFoundError(MlcostError):
    """There is no such thing, or nobody here knows it."""

    code = "not_found"
    http_status = 404


class NotAllowedError(MlcostError):
    """It exists, but in its present state that cannot be done to it, such as stopping what has ended."""

    code = "not_allowed"
    http_status = 403


class RemoteError(MlcostError):
    """AWS or another remote part failed."""

    code = "aws_error"
    exit_status = 3
    http_status = 502
