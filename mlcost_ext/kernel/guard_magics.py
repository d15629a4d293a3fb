"""``%cost_tags``, ``%cost_override`` and ``%cost_fix``: what a user says to the guard."""

from __future__ import annotations

import re
import shlex
import time
from typing import TYPE_CHECKING

from IPython.core.error import UsageError

from mlcost_ext.usecases.decision_card import may_override
from mlcost_ext.usecases.tag_filling import MOST_TAGS

from .guard import rules_of
from .guard_memory import TICKET_SECONDS, Refused, Ticket

if TYPE_CHECKING:
    from mlcost_ext.core.policy import Policy

    from .guard_memory import Memory

PART = re.compile(r"[\w\s.:/=+\-@]*")
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html"""
MAX_KEY, MAX_VALUE, MAX_REASON = 128, 256, 500
RULE = re.compile(r"MC\d{3}|[A-Z]{2,8}\d{1,4}")
NOTHING = "No launch has been stopped in this kernel."


def cost_tags(line: str, memory: Memory) -> str:
    """Run ``%cost_tags key=value …``: they go on every launch of this kernel from here on.

    Raises:
        UsageError: A part is no key=value, or nothing that AWS takes; IPython shows it in one line.
    """
    said = dict(pair(part) for part in words(line, '%cost_tags team=fraud model="credit risk"'))
    tags = {**memory.tags, **said}
    tags = {key: value for key, value in tags.items() if value}
    if len(tags) > MOST_TAGS:
        raise UsageError(f"AWS takes {MOST_TAGS} tags at most, and these are {len(tags)}. Take some away with key= and no value.")
    memory.tags = tags
    if not tags:
        return "No tags are put on launches of this kernel. Add some as in %cost_tags team=fraud."
    return "On every launch of this kernel: " + ", ".join(f"{key}={value}" for key, value in tags.items())


def pair(part: str) -> tuple[str, str]:
    """Read one key=value; a key without a value takes the tag away.

    Raises:
        UsageError: It is none, or AWS does not take it.
    """
    key, equals, value = part.partition("=")
    if not equals or not key:
        raise UsageError(f"{part[:80]!r} is no tag. Write key=value, as in %cost_tags team=fraud.")
    if key.lower().startswith("aws:") or len(key) > MAX_KEY or len(value) > MAX_VALUE or not PART.fullmatch(key + value):
        raise UsageError(
            f"AWS does not take the tag {part[:80]!r}. Use letters, digits, spaces and . : / = + - @ _, and no key that begins "
            f"with aws:, of at most {MAX_KEY} and {MAX_VALUE} characters."
        )
    return key, value


def cost_override(line: str, memory: Memory, policy: Policy) -> str:
    """Run ``%cost_override RULE --reason "…"``: the rule is not held against the next run of the launch that was stopped.

    Raises:
        UsageError: Nothing was stopped, not by this rule, the policy does not allow it, or the reason is missing.
    """
    rule, reason = override_of(line)
    refused = memory.refused
    if refused is None:
        raise UsageError(f"{NOTHING} %cost_override is for the next run of one that was.")
    stops = rules_of(refused.judged)
    if rule not in stops:
        raise UsageError(f"The last launch was not stopped by {rule}, but by {', '.join(stops) or 'nothing'}.")
    if not may_override(rule, refused.judged.estimate.findings, policy):
        whom = f" Ask {policy.contact}." if policy.contact else ""
        raise UsageError(f"The policy lets nobody override {rule}.{whom}")
    if policy.overrides.reason_required and not reason:
        raise UsageError(f'The policy wants a reason: %cost_override {rule} --reason "…".')
    memory.add([ticket(rule, reason, refused)])
    overridden = memory.overridden(refused.judged.kind)
    left = [each for each in stops if each not in overridden]
    more = f" It is still stopped by {', '.join(left)}." if left else " Run the cell again."
    return f"{rule} is not held against the next such launch, once, within the hour.{more}"


def ticket(rule: str, reason: str, refused: Refused) -> Ticket:
    """Write an override down."""
    return Ticket(
        rule=rule,
        kind=refused.judged.kind,
        reason=reason,
        most=refused.judged.estimate.list_cost.high,
        until=time.monotonic() + TICKET_SECONDS,
    )


def override_of(line: str) -> tuple[str, str]:
    """Read the line.

    Raises:
        UsageError: It names no rule, or has something else.
    """
    usage = 'Write %cost_override MC101 --reason "why".'
    parts = words(line, usage)
    if not parts or not RULE.fullmatch(parts[0]):
        raise UsageError(f"No rule is named. {usage}")
    if len(parts) == 1:
        return parts[0], ""
    if len(parts) == 2 and parts[1].startswith("--reason="):
        return parts[0], parts[1].removeprefix("--reason=").strip()[:MAX_REASON]
    if len(parts) < 3 or parts[1] != "--reason":
        raise UsageError(f"{parts[1][:80]!r} is not understood. {usage}")
    return parts[0], " ".join(parts[2:]).strip()[:MAX_REASON]


def cost_fix(line: str, memory: Memory) -> str:
    """Run ``%cost_fix N``: the next run of the launch that was stopped is changed as the card has said under that number.

    Raises:
        UsageError: Nothing was stopped, or there is no such change.
    """
    refused = memory.refused
    if refused is None:
        raise UsageError(NOTHING)
    places = [str(place) for place, each in enumerate(refused.choices, 1) if each.mend is not None]
    said = line.strip() or "1"
    if said not in places:
        raise UsageError(
            f"There is no change {said[:20]!r}. " + (f"Write one of {', '.join(places)}." if places else "None is known.")
        )
    choice = refused.choices[int(said) - 1]
    assert choice.mend is not None
    missing = [need.removeprefix("Tags.") for need in choice.mend.needs]
    if any(key not in memory.tags for key in missing):
        raise UsageError(f"Say first what only you know: %cost_tags {' '.join(f'{key}=…' for key in missing)}.")
    memory.fix = (refused.judged.kind, choice.mend)
    return f"The next such launch is changed: {choice.title}. Run the cell again."


def words(line: str, usage: str) -> list[str]:
    """Split a line as a shell does.

    Raises:
        UsageError: A quote is not closed.
    """
    try:
        return shlex.split(line)
    except ValueError:
        raise UsageError(f"A quote is not closed. Write it like {usage}.") from None
