"""MC302: a part of the request has no price, so that nothing tells what it costs.

With the policy's `when_unsure: block` a launch is stopped whatever the verdict where an instance type that it names has no price.
What cannot be counted at all, such as the instances that AWS chooses for an AutoML job, has the verdict that the policy gives.
"""

from __future__ import annotations

from collections.abc import Mapping

from mlcost_ext.core.rule import Objection, OptionValue, Proposal, Rule
from mlcost_ext.core.words import listed

from .docs import docs_url

BY_CALL = "serverless_per_request"
WORDS = {"serverless_tokens": "the tokens of a serverless job"}
"""Of what is counted otherwise than by machines."""


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:  # noqa: ARG001 - it has no options
    """Object to parts without a price.

    Volumes without one are told beside the estimate. Calls of a serverless endpoint have a price, and cost nothing while there
    are none: the estimate says so, and they are none of them. Out of reach is the price of an instance type that the request
    names; what nobody can count, such as the instances that AWS chooses for an AutoML job, is not.
    """
    unpriced = [line for line in proposal.estimate.unpriced if line.description != BY_CALL]
    if not unpriced:
        return ()
    message = unpriced[0].message
    if len(unpriced) > 1:
        names = [WORDS.get(each.description, each.description) for each in unpriced]
        message = f"{len(unpriced)} parts of it have no price: {listed(names)}."
    is_out_of_reach = any(line.instance_type is not None for line in unpriced)
    return (Objection(message=message, hint=unpriced[0].hint, is_out_of_reach=is_out_of_reach),)


RULE = Rule(
    id="MC302",
    title="No price is known",
    docs_url=docs_url("MC302"),
    practice=None,
    kinds=(),
    options=(),
    judge=judge,
)
