"""What a description lacks or a figure rests on, said in one way for every kind."""

from __future__ import annotations

from mlcost_ext.core.job import Problem


def unreadable(name: str, why: str, what: str = "a job") -> Problem:
    """Say that a job's cost is unknown, and why."""
    return Problem(
        code="job_unreadable",
        message=f"The cost of {name or what} is unknown: {why}.",
        hint="Look at the job in the SageMaker console; it is left out of every total.",
        subject=name,
    )


def standing_unreadable(name: str, why: str) -> Problem:
    """Say that it is unknown what something costs as long as it stands, and why."""
    return Problem(
        code="standing_unreadable",
        message=f"What {name or 'this resource'} costs is unknown: {why}.",
        hint="Look at it in the SageMaker console; it is left out of every total.",
        subject=name,
    )


def volume_unknown(name: str, what: str = "a job") -> Problem:
    """Say that a volume's size is unknown, and with it what it costs."""
    return Problem(
        code="storage_unknown",
        message=f"The storage cost of {name or what} is unknown: AWS's answer lacks the size of its volume.",
        hint="Look at it in the SageMaker console; the cost of its instances is not affected.",
        subject=name,
    )


def prepaid(name: str, what: str = "a job") -> Problem:
    """Say that instances are part of a training plan, so that using them costs nothing more."""
    return Problem(
        code="training_plan",
        message=f"The instances of {name or what} were paid up front with a training plan, so their hours add no cost.",
        hint="AWS's bill has the plan's fee; 'aws sagemaker describe-training-plan' shows it.",
        subject=name,
    )


def no_upper_bound(why: str, name: str | None = None) -> Problem:
    """Say why nobody can tell what a job costs at most."""
    return Problem(
        code="no_upper_bound",
        message=f"There is no figure for the most that {name or 'some jobs'} can cost: {why}.",
        hint="Watch the cost itself, and stop the job when it is enough.",
        subject=name,
    )
