"""What an estimate lacks or rests on, said in one way for every kind of request."""

from __future__ import annotations

from mlcost_ext.core.job import Problem


def volume_unknown(place: str, why: str = "AWS wants a size where the instance type has no disk of its own") -> Problem:
    """Say that the volumes are left out, since nothing tells how large they are."""
    return Problem(
        code="storage_unknown",
        message=f"What the volumes cost is left out: {place} is missing.",
        hint=f"Give {place}, in gigabytes: {why}.",
    )


def refused(message: str, hint: str) -> Problem:
    """Say that AWS will not take a request that can be counted all the same."""
    return Problem(code="request_refused", message=message, hint=hint)
