"""What an estimate lacks or rests on, said in one way for every kind of request."""

from __future__ import annotations

from collections.abc import Sequence

from mlcost_ext.core.job import Problem

from .wrong import MOST_SHOWN


def volume_unknown(place: str, why: str = "AWS wants a size where the instance type has no disk of its own") -> Problem:
    """Say that the volumes are left out, since nothing tells how large they are."""
    return Problem(
        code="storage_unknown",
        message=f"What the volumes cost is left out: {place} is missing.",
        hint=f"Give {place}, in gigabytes: {why}.",
    )


def accelerators_unknown(names: Sequence[str]) -> tuple[Problem, ...]:
    """Say that accelerators of Elastic Inference are left out, which AWS bills beside the instance they are attached to."""
    return tuple(
        Problem(
            code="accelerator_unknown",
            message=f"What {name[:MOST_SHOWN]} costs beside the instance is not known here.",
            hint="AWS takes no new customers for Elastic Inference: leave it out, or add its price from AWS's price page.",
            subject=name[:MOST_SHOWN],
        )
        for name in names
    )


def refused(message: str, hint: str) -> Problem:
    """Say that AWS will not take a request that can be counted all the same."""
    return Problem(code="request_refused", message=message, hint=hint)
