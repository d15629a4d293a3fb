"""What rules have said of a launch, and how one finding compares with another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from mlcost_ext.core.estimate import Estimate, FindingVerdict, Saving, Verdict
from mlcost_ext.core.merge_patch import merged, patch_at
from mlcost_ext.core.planned import Planned
from mlcost_ext.core.policy import VERDICTS, RuleSettings, TagRule
from mlcost_ext.core.rule import Objection, Rule

from .tag_filling import with_tags

MOST_TRIES = 3
MAX_TEXT = 600
TAG = "Tags."
ROUNDING = Decimal("0.000001")
"""By so much estimates of the same may differ, since each line is rounded to 10⁻⁹."""
SOME_PLACE = "s3://bucket/prefix"
"""A member that only a person can say is a place in S3."""

Key = tuple[str, str | None]
"""Rule and subject: two findings with the same are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What a rule objects to, with the verdict that is in force here."""

    rule: Rule
    verdict: FindingVerdict
    objection: Objection
    is_unsure: bool = False

    @property
    def key(self) -> Key:
        """Tell it from others."""
        return self.rule.id, self.objection.subject

    @property
    def is_shown(self) -> bool:
        """Whether anybody is told."""
        return self.verdict != "shadow"

    @property
    def stops(self) -> bool:
        """Whether the launch does not go on by itself."""
        return self.verdict in ("ask", "block")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """A change of the request."""

    change: Mapping[str, Any]
    """A JSON merge patch."""
    needs: tuple[str, ...]
    """What only a person can say for it to hold."""
    rules: tuple[str, ...]
    """Whose findings it clears."""
    estimate: Estimate
    """Of the changed request."""
    decision: Verdict
    """On the changed request, with what it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A request, and what is said of it."""

    kind: str
    request: Mapping[str, Any]
    """With the tags that were filled in."""
    estimate: Estimate
    """With its findings and the decision, without alternatives."""
    raised: tuple[Raised, ...]
    """All of them, also those that are recorded only."""
    planned: Planned
    settings: Mapping[str, RuleSettings]
    """What each rule was judged by, by its id: the policy's settings, or those of an exception or override."""
    defaulted: frozenset[str] = frozenset()
    """Keys of the request's tags that nobody gave: the policy's defaults."""

    @property
    def decision(self) -> Verdict:
        """Give what is to become of it where somebody can answer."""
        return self.estimate.decision

    def shadowed(self) -> tuple[Raised, ...]:
        """Give what is recorded and not shown."""
        return tuple(each for each in self.raised if not each.is_shown)


def next_to_mend(
    raised: Sequence[Raised], tried: Mapping[Key, int], *, first: str | None, leave: Collection[str], only_needed: bool
) -> Raised | None:
    """Give what is to be mended next: what stops a launch first, and no finding for ever; None: nothing can be."""
    wanted = [
        each
        for each in raised
        if each.is_shown
        and each.rule.id not in leave
        and (each.stops or not only_needed or each.rule.id == first)
        and tried.get(each.key, 0) < (MOST_TRIES if each.stops else 1)
        and (each.objection.fix is not None or each.objection.needs)
    ]
    order = lambda each: (each.rule.id != first, not each.stops, tried.get(each.key, 0), each.rule.id)  # noqa: E731
    return min(wanted, key=order, default=None)


def decision_of(raised: Sequence[Raised]) -> Verdict:
    """Give the strictest verdict that is shown; ``allow`` where there is none."""
    shown = [VERDICTS.index(each.verdict) for each in raised if each.is_shown]
    verdict = VERDICTS[max(shown)] if shown else "allow"
    return verdict if verdict in ("warn", "ask", "block") else "allow"


def mildest(*verdicts: Any) -> Any:
    """Give the one that comes first in `VERDICTS`."""
    return min(verdicts, key=VERDICTS.index)


def built_in(rule: Rule) -> RuleSettings:
    """Give what a rule that the policy does not know is judged by."""
    return RuleSettings(verdict=rule.default, options={option.name: option.default for option in rule.options})


def is_within(tags: Mapping[str, str], scope: Mapping[str, str]) -> bool:
    """Tell whether tags are those of a scope."""
    return all(tags.get(key) == value for key, value in scope.items())


def without(required: Sequence[TagRule], said: Collection[str]) -> tuple[TagRule, ...]:
    """Leave out the tags that a person will have said."""
    return tuple(each for each in required if f"{TAG}{each.key}" not in said)


def assumed(said: Collection[str]) -> dict[str, Any]:
    """Give a patch with something in the place of what a person will have said, tags apart."""
    found: dict[str, Any] = {}
    for need in said:
        if not need.startswith(TAG):
            found = merged(found, patch_at(tuple(need.split(".")), SOME_PLACE))
    return found


def is_worse(before: Sequence[Raised], after: Sequence[Raised], meant: Raised) -> bool:
    """Tell whether a change has not cleared what it was meant to, or has caused what stops the launch and cannot be mended.

    What was only warned of may cause nothing at all that stops it.
    """
    if meant.key in {each.key for each in after}:
        return True
    known = {each.key for each in before}
    caused = [each for each in after if each.stops and each.key not in known and not is_own_doubt(each, meant)]
    return any(not meant.stops or (each.objection.fix is None and not each.objection.needs) for each in caused)


def is_on_spot(planned: Planned) -> bool:
    """Tell whether any run of a request is on managed Spot."""
    return any(run.is_spot for run in planned.runs)


def is_own_doubt(found: Raised, of: Raised) -> bool:
    """Tell whether the same rule can no longer tell, now that what it had objected to is gone."""
    return found.is_unsure and found.rule.id == of.rule.id


def saving_of(before: Estimate, after: Estimate) -> Saving | None:
    """Give what a change saves, by both estimates; None: it is not known, or saves nothing."""
    one, other = before.contracted_cost or before.list_cost, after.contracted_cost or after.list_cost
    if before.is_complete and not after.is_complete:
        return None
    low, expected = difference(one.low, other.low), difference(one.expected, other.expected)
    return None if expected is None or expected <= ROUNDING else Saving(low=low, expected=expected)


def difference(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Subtract, where both are known."""
    return None if one is None or other is None else one - other


def cut(objection: Objection) -> Objection:
    """Bound what a rule says: it may repeat what stands in the request."""
    if len(objection.message) <= MAX_TEXT and len(objection.hint) <= MAX_TEXT:
        return objection
    return replace(objection, message=objection.message[:MAX_TEXT], hint=objection.hint[:MAX_TEXT])


def uncapitalised(sentence: str) -> str:
    """Write a sentence as the second part of another: its first word in small letters, unless it is an abbreviation."""
    return sentence if sentence[1:2].isupper() else f"{sentence[:1].lower()}{sentence[1:]}"


def said_in(request: Mapping[str, Any], kind: str, answers: Mapping[str, str]) -> dict[str, Any]:
    """Give the request with what a person has said, by its need: ``Tags.team``, or the path of a member."""
    for need, value in answers.items():
        if not need.startswith(TAG):
            request = merged(request, patch_at(tuple(need.split(".")), value))
    return with_tags(request, kind, {need.removeprefix(TAG): value for need, value in answers.items() if need.startswith(TAG)})
