"""MC301: tags that are missing, not allowed, or refused by AWS."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from mlcost_ext.core.policy import TagRule
from mlcost_ext.core.rule import Objection, OptionValue, Proposal, Rule, Unsure
from mlcost_ext.core.words import clean, listed

from .docs import docs_url

TAGS = "Tags"
MOST_TAGS = 50
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html."""
RESERVED = "aws:"
MOST_SHOWN = 8
LESS, ONCE, OTHER = "Leave out what is too much.", "Leave it there once.", "Leave them out, or begin them otherwise."


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:  # noqa: ARG001 - it has no options
    """Object to tags that the policy wants and the request lacks, to values that it does not allow, and to what AWS refuses.

    Raises:
        Unsure: A pattern of the policy's cannot be read.
    """
    found = proposal.request.get(TAGS)
    given = list(found) if isinstance(found, (list, tuple)) else []
    missing = [rule for rule in proposal.required_tags if not proposal.tags.get(rule.key, "").strip()]
    wrong = [rule for rule in proposal.required_tags if rule not in missing and not is_allowed(rule, proposal.tags[rule.key])]
    return (*_required(proposal, given, missing, wrong), *_refused(given))


def is_allowed(rule: TagRule, value: str) -> bool:
    """Tell whether a tag may have a value.

    Raises:
        Unsure: A pattern cannot be read.
    """
    try:
        matches = all(re.fullmatch(pattern, value) for pattern in rule.patterns)
    except re.error:
        raise Unsure(f"A pattern for the tag {clean(rule.key)} is no regular expression.") from None
    return matches and (rule.allowed is None or value in rule.allowed)


def _required(
    proposal: Proposal, given: list[Any], missing: Sequence[TagRule], wrong: Sequence[TagRule]
) -> tuple[Objection, ...]:
    if not missing and not wrong:
        return ()
    names = listed([rule.key for rule in missing], most=MOST_SHOWN) if missing else ""
    told = [f"the tag {names} is missing" if len(missing) == 1 else f"the tags {names} are missing"] if missing else []
    told += [f"the tag {clean(rule.key)} is {clean(proposal.tags[rule.key])!r}, which is not allowed" for rule in wrong]
    sure = [rule for rule in missing if not alike(proposal, rule.key)]
    known = {rule.key: rule.default for rule in sure if rule.default is not None and is_allowed(rule, rule.default)}
    asked = [rule for rule in (*missing, *wrong) if rule.key not in known]
    return (
        Objection(
            message=_sentence(told),
            hint=_hint(proposal, asked, known),
            fix=_fix(given, known),
            needs=tuple(f"{TAGS}.{rule.key}" for rule in asked),
        ),
    )


def _hint(proposal: Proposal, asked: Sequence[TagRule], known: Mapping[str, str]) -> str:
    said = [f"give {_wanted(rule, proposal.tags.get(rule.key, ''))}{_meant(proposal, rule.key)}" for rule in asked]
    said += [f"the tag {clean(key)} becomes {clean(value)!r} unless you say otherwise" for key, value in known.items()]
    return _sentence(said)


def alike(proposal: Proposal, key: str) -> str | None:
    """Give a key that differs by letter case only from one that is wanted, and is not wanted itself; None: there is none."""
    wanted = {rule.key for rule in proposal.required_tags}
    return next((other for other in proposal.tags if other not in wanted and other.lower() == key.lower()), None)


def _meant(proposal: Proposal, key: str) -> str:
    """Ask whether a tag is meant whose key differs by letter case only; empty: there is none."""
    other = alike(proposal, key)
    told = f" (did you mean the tag {clean(other)}, which is {clean(proposal.tags[other])!r}?)" if other is not None else ""
    return told if not proposal.tags.get(key, "").strip() else ""


def _sentence(clauses: Sequence[str]) -> str:
    text = "; ".join(clauses)
    return f"{text[0].upper()}{text[1:]}."


def _wanted(rule: TagRule, value: str) -> str:
    """Say what a tag may be, and which allowed value is nearest to the one that it has."""
    key = clean(rule.key)
    if rule.allowed is None:
        return f"{key} that matches {listed(rule.patterns)}" if rule.patterns else key
    nearest = get_close_matches(value[:256].lower(), rule.allowed, n=1)
    meant = f" (did you mean {clean(nearest[0])!r}?)" if nearest else ""
    return (
        f"{key} as one of {listed(rule.allowed, 'or', MOST_SHOWN)}{meant}" if rule.allowed else f"no {key}: no value is allowed"
    )


def _fix(given: list[Any], known: Mapping[str, str]) -> dict[str, Any] | None:
    """Give the patch that adds what is known, beside the tags that are there; None: that is nothing, or more than AWS takes."""
    kept = [tag for tag in given if not (isinstance(tag, Mapping) and tag.get("Key") in known)]
    tags = [*kept, *({"Key": key, "Value": value} for key, value in known.items())]
    return {TAGS: tags} if known and len(tags) <= MOST_TAGS else None


def _refused(given: list[Any]) -> tuple[Objection, ...]:
    """Object to what AWS does not take whatever the policy says."""
    keys = [tag["Key"] for tag in given if isinstance(tag, Mapping) and isinstance(tag.get("Key"), str)]
    twice = [key for key, count in Counter(keys).items() if count > 1]
    reserved = [key for key in keys if key.lower().startswith(RESERVED)]
    faults = (
        (len(given) > MOST_TAGS, "count", f"AWS takes {MOST_TAGS} tags at most, and the request has {len(given)}.", LESS),
        (twice, "twice", f"AWS refuses a tag that is there twice: {listed(twice or [''])}.", ONCE),
        (reserved, "reserved", f"AWS keeps tags that begin with {RESERVED} to itself: {listed(reserved or [''])}.", OTHER),
    )
    return tuple(Objection(message=message, hint=hint, subject=subject) for holds, subject, message, hint in faults if holds)


RULE = Rule(
    id="MC301",
    title="Tags missing or not allowed",
    docs_url=docs_url("MC301"),
    practice="MLCOST04-BP12",
    kinds=(),
    options=(),
    judge=judge,
)
