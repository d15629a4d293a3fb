"""Check that AWS knows who we are."""

from __future__ import annotations

from mlcost_ext.core.job import Problem

from .check import Result, Surroundings


def check(here: Surroundings) -> tuple[Result, ...]:
    """Find credentials and ask AWS whose they are; the account is shown, never a key."""
    identity = here.aws.identity
    if isinstance(identity, Problem):
        return (Result(name="credentials", group="AWS", status="fail", message=identity.message, hint=identity.hint),)
    message = f"AWS answers for account {identity.account_id} (credentials by {identity.method})."
    return (Result(name="credentials", group="AWS", status="ok", message=message),)
