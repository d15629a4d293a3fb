"""What the server is told where the reader, or AWS through it, did not do what was asked."""

from __future__ import annotations

from mlcost_ext.core.errors import RemoteError

MAX_TEXT = 500
"""Characters of a text that another process has written."""


class ReaderError(RemoteError):
    """A request to the reader, or through it to AWS, did not succeed."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message, hint, code=code)


def gone(message: str) -> ReaderError:
    """Say that the child is not there."""
    return ReaderError("aws_error", message, "Try again in a moment; it starts again by itself.")


def error_of(document: object) -> ReaderError:
    """Turn an answer's error into an exception."""
    if not isinstance(document, dict):
        return gone("The AWS reader has given an answer that is none.")
    code, message, hint = (str(document.get(key) or "")[:MAX_TEXT] for key in ("code", "message", "hint"))
    return ReaderError(code or "aws_error", message or "AWS gave no answer.", hint or "Try again in a moment.")
