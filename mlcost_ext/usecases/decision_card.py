"""A decision in words: what is wrong with a launch, what would mend it, what each way costs, whom to ask and how to go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mlcost_ext.core.estimate import CostRange, Estimate, Finding
from mlcost_ext.core.planned import Planned, Way
from mlcost_ext.core.policy import Policy
from mlcost_ext.core.words import span

from .estimate_text import HOURS_A_DAY, MAX_NAME, is_by_the_hour, is_of_volumes_alone
from .estimate_words import UNKNOWN, clean, money
from .judged import Judged, Mend

ChoiceKey = Literal["fix", "needed", "trial", "as_is"]
MAX_SENTENCE = 400
MOST_FINDINGS = 8
MOST_WORDS = 5
MOST_TYPES = 3
HOURS, VOLUMES = "Hours", "GB-Mo"
GOES_ON = "It is launched as it is."
KINDS = {
    "automl": "an AutoML job",
    "endpoint-config": "an endpoint configuration",
    "endpoint": "an endpoint",
    "app": "an app",
    "space": "a space",
}
"""What is about to be launched, where it names no machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to go on."""

    key: ChoiceKey
    title: str
    likely: str
    at_most: str
    mend: Mend | None
    """None: nothing of the request is changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is shown."""

    title: str
    cost: str
    """What it would cost as it is."""
    findings: tuple[str, ...]
    choices: tuple[Choice, ...]
    footer: str
    """Whose policy it is, which rules, and of when the prices are."""
    way_on: str
    """What to do where nothing can be chosen."""


def card_of(judged: Judged, mends: Sequence[tuple[ChoiceKey, Mend]], policy: Policy, *, may_go_on: bool) -> Card:
    """Write a decision down.

    Args:
        judged: What is said of the launch.
        mends: What would mend it, the best first.
        policy: Which policy says so.
        may_go_on: Whether the user may send it as it is.
    """
    estimate = judged.estimate
    stops = [each for each in estimate.findings if each.verdict in ("ask", "block")]
    shown = stops or list(estimate.findings)
    choices = [choice(key, choice_words(key, change_words(mend, judged.request)), mend.estimate, mend) for key, mend in mends]
    if may_go_on:
        reason = ", with a reason" if policy.overrides.reason_required else ""
        choices.append(choice("as_is", f"As it is{reason}", estimate, None))
    cost = cost_words(estimate, judged.planned)
    return Card(
        title=title_of(judged),
        cost=f"{cost[:1].upper()}{cost[1:]}",
        findings=tuple(finding_sentence(each) for each in shown[:MOST_FINDINGS]) + more(len(shown) - MOST_FINDINGS),
        choices=tuple(choices),
        footer=footer_of(estimate, shown, policy),
        way_on=way_on(shown, policy) if stops else GOES_ON,
    )


def title_of(judged: Judged) -> str:
    """Write what has become of it, such as ``Not launched: 2 × ml.p4d.24xlarge needs a decision``."""
    what = machines(judged.planned) or KINDS.get(judged.kind, clean(judged.kind, MAX_NAME))
    if judged.decision == "ask":
        return f"Not launched: {what} {'need' if is_several(judged.planned) else 'needs'} a decision"
    if judged.decision == "block":
        return f"Not launched: {what} {'are' if is_several(judged.planned) else 'is'} against the policy"
    return f"Worth a look: {what}"


def machines(planned: Planned) -> str:
    """Write what it runs on, such as ``2 × ml.p4d.24xlarge``; nothing where the request does not say."""
    words = dict.fromkeys(" or ".join(dict.fromkeys(filter(None, map(machines_of, run.ways)))) for run in planned.runs)
    text = ", ".join([word for word in words if word][:MOST_TYPES])
    return f"{jobs_of(planned)} jobs on {text}" if is_several(planned) and text else text


def machines_of(way: Way) -> str:
    """Write what one of the ways of a run runs on."""
    lines = [each.line for each in way if each.clock != "kept" and each.line.pricing_unit == HOURS]
    words = [f"{counted(line.quantity)}{clean(line.instance_type, MAX_NAME)}" for line in lines if line.instance_type]
    return ", ".join(list(dict.fromkeys(words))[:MOST_TYPES])


def jobs_of(planned: Planned) -> int:
    """Count the jobs that there may be."""
    return max((run.most for run in planned.runs), default=1)


def is_several(planned: Planned) -> bool:
    """Tell whether there may be several jobs."""
    return jobs_of(planned) > 1


def counted(quantity: Decimal) -> str:
    return "" if quantity == 1 else f"{quantity.normalize():f} × "


def cost_words(estimate: Estimate, planned: Planned) -> str:
    """Write what it would cost as it is, in one sentence."""
    likely, most = amounts(estimate)
    if likely == UNKNOWN or is_of_volumes_alone(estimate):
        return "what it costs is not known."
    prefix = "" if estimate.is_complete else "At least, since part of it has no price: "
    if is_by_the_hour(estimate):
        is_open_ended = any(run.is_open_ended for run in planned.runs)
        return f"{prefix}{likely}, {'until somebody ends it' if is_open_ended else 'until it ends by itself: nothing bounds it'}."
    high = estimate.duration_seconds.high
    limit = f" ({span(high)}{' each' if is_several(planned) else ''})" if high else ""
    return f"{prefix}{'at most ' + most if likely == most else f'likely {likely}, at most {most}'}{limit}."


def amounts(estimate: Estimate) -> tuple[str, str]:
    """Write the likely cost, and the most; of what has no end, those of a day."""
    currency = estimate.billing_currency
    known: CostRange = estimate.contracted_cost or estimate.list_cost
    if is_by_the_hour(estimate) and estimate.cost_per_hour is not None:
        return f"{money(estimate.cost_per_hour * HOURS_A_DAY, currency)} a day", "no end"
    likely = known.expected if known.expected is not None else known.high
    return money(likely, currency), UNKNOWN if known.high is None else money(known.high, currency)


def choice(key: ChoiceKey, title: str, estimate: Estimate, mend: Mend | None) -> Choice:
    """Write one way to go on, with what it costs."""
    likely, most = amounts(estimate)
    return Choice(key=key, title=title, likely=likely, at_most=most, mend=mend)


def finding_sentence(finding: Finding) -> str:
    """Write what is wrong, and what to do."""
    return clean(f"{finding.message} {finding.hint}", MAX_SENTENCE)


def more(count: int) -> tuple[str, ...]:
    """Say how many are not listed."""
    return (f"And {count} more.",) if count > 0 else ()


def footer_of(estimate: Estimate, findings: Sequence[Finding], policy: Policy) -> str:
    """Say whose policy it is, by which rules, and of when the oldest price is, volumes apart, which are a small part."""
    rules = ", ".join(dict.fromkeys(each.rule for each in findings))
    dates = sorted({line.price_as_of for line in estimate.lines if line.pricing_unit != VOLUMES})
    whose = f"Policy of {clean(policy.contact, 120)}" if policy.contact else "Policy in force here: %cost_policy"
    parts = [whose, f"rule{'s' if ',' in rules else ''} {rules}" if rules else "", f"prices of {dates[0]}" if dates else ""]
    return " · ".join(part for part in parts if part)


def way_on(findings: Sequence[Finding], policy: Policy) -> str:
    """Say how to go on where nothing can be chosen."""
    stops = [each.rule for each in findings if each.verdict in ("ask", "block")]
    may = [rule for rule in dict.fromkeys(stops) if may_override(rule, findings, policy)]
    parts = []
    if may and len(may) == len(set(stops)):
        reason = ' --reason "…"' if policy.overrides.reason_required else ""
        parts.append("; ".join(f"%cost_override {rule}{reason}" for rule in may) + ", then run the cell again")
    if policy.contact:
        parts.append(f"ask {clean(policy.contact, 120)}")
    return f"Mend the request, or {', or '.join(parts)}." if parts else "Mend the request and run the cell again."


def may_override(rule: str, findings: Sequence[Finding], policy: Policy) -> bool:
    """Tell whether the policy lets the user go on against a rule: as it lists, else wherever the rule only asks."""
    allowed = policy.overrides.allowed
    if allowed is not None:
        return rule in allowed
    return all(each.verdict != "block" for each in findings if each.rule == rule)


def choice_words(key: ChoiceKey, words: str) -> str:
    """Write what a choice does; a trial is no mend of the run, but a run before it."""
    return f"Small run first: {words[:1].lower()}{words[1:]}" if key == "trial" else words


def change_words(mend: Mend, request: Mapping[str, Any]) -> str:
    """Write what a change does, such as ``Spot with checkpoints, stop after 4 h; you are asked for team``.

    Args:
        mend: The change.
        request: As it is without it.
    """
    words, asked = list(dict.fromkeys(words_of(mend.change, request))), ""
    if mend.needs:
        names = ", ".join(clean(need.removeprefix("Tags."), MAX_NAME) for need in mend.needs)
        words = [word for word in words if word != TAGS]
        asked = f"you are asked for {names}"
    text = ", ".join(words[:MOST_WORDS]) + (f" and {len(words) - MOST_WORDS} more" if len(words) > MOST_WORDS else "")
    text = "; ".join(part for part in (text, asked) if part)
    return f"{text[:1].upper()}{text[1:]}" if text else "As mended"


TAGS = "tags filled in"
WHOLE = ("Tags", "CheckpointConfig")
"""Members that are told as one."""
LEFT_OUT = ("KeepAlivePeriodInSeconds", "MaxWaitTimeInSeconds", "ProvisionedConcurrency")
"""Members that are told where they are gone from a structure of a list, which a patch replaces whole."""


def words_of(change: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[str]:
    """Give the words of a patch, member by member."""
    flat = dict(members(change, request))
    keeps = flat.get("CheckpointConfig") is not None
    if flat.get("EnableManagedSpotTraining") is True:
        yield "Spot with checkpoints" if keeps else "Spot"
    elif "EnableManagedSpotTraining" in flat:
        yield "without Spot"
    elif keeps:
        yield "with checkpoints"
    for key, write in WORDS.items():
        if key in flat:
            yield write(flat[key])
    if "MaxInstanceCount" in flat and "MinInstanceCount" not in flat:
        yield taken(flat["MaxInstanceCount"], "scaled to {} at most", "no limit of instances")
    if "MaxWaitTimeInSeconds" in flat and not {"EnableManagedSpotTraining", "MaxRuntimeInSeconds"} & set(flat):
        yield wait_word(flat["MaxWaitTimeInSeconds"])


def members(change: Any, before: Any, *, is_listed: bool = False) -> Iterator[tuple[str, Any]]:
    """Give the members that a patch changes by their own names, those of structures and lists too.

    Args:
        change: The patch, or a part of it.
        before: What stands there without it.
        is_listed: Whether it stands in a list.
    """
    if isinstance(change, Mapping):
        for key, value in change.items():
            old = before.get(key) if isinstance(before, Mapping) else None
            if isinstance(value, (Mapping, list, tuple)) and key not in WHOLE:
                yield from members(value, old, is_listed=is_listed)
            elif value is None or value != old:
                yield str(key), value
        if is_listed and isinstance(before, Mapping):
            yield from ((key, None) for key in LEFT_OUT if key in before and key not in change)
    elif isinstance(change, (list, tuple)):
        olds = before if isinstance(before, (list, tuple)) else ()
        for place, each in enumerate(change):
            yield from members(each, olds[place] if place < len(olds) else None, is_listed=True)


def seconds_word(value: Any) -> str:
    return f"stop after {span(value)}" if isinstance(value, int) else "with a stopping condition"


def wait_word(value: Any) -> str:
    return f"wait for Spot up to {span(value)} in all" if isinstance(value, int) else "no wait for Spot"


def kept_word(value: Any) -> str:
    return f"kept warm for {span(value)}" if isinstance(value, int) and value else "no warm pool"


def taken(value: Any, yes: str, no: str) -> str:
    return no if value is None or value == 0 else yes.format(clean(str(value), MAX_NAME))


WORDS: dict[str, Any] = {
    "InstanceType": lambda value: f"on {clean(str(value), MAX_NAME)}",
    "InstanceCount": lambda value: f"{clean(str(value), 12)} instance{'' if value == 1 else 's'}",
    "MaxRuntimeInSeconds": seconds_word,
    "MaxAutoMLJobRuntimeInSeconds": seconds_word,
    "MaxNumberOfTrainingJobs": lambda value: "one job" if value == 1 else taken(value, "at most {} jobs", "no limit of jobs"),
    "TrainingJobEarlyStoppingType": lambda value: f"early stopping {clean(str(value), 12).lower()}",
    "VolumeSizeInGB": lambda value: taken(value, "a volume of {} GB", "AWS's own volume"),
    "KeepAlivePeriodInSeconds": kept_word,
    "MemorySizeInMB": lambda _: "serverless",
    "ProvisionedConcurrency": lambda value: taken(value, "{} calls at once provisioned", "no provisioned concurrency"),
    "MinInstanceCount": lambda _: "with scaling",
    "WarmStartType": lambda _: "with a warm start",
    "Tags": lambda _: TAGS,
}


def saving_words(finding: Finding, currency: str) -> str | None:
    """Write what a fix saves; None: it is not known."""
    saving = finding.saving
    if saving is None or saving.expected is None or saving.expected <= Decimal(0):
        return None
    return f"saves about {money(saving.expected, currency)}"


def card_text(card: Card) -> str:
    """Write a card as plain text."""
    lines = [card.title, card.cost, *(f"- {each}" for each in card.findings)]
    if card.choices:
        rows = [(str(place), each.title, each.likely, each.at_most) for place, each in enumerate(card.choices, 1)]
        widths = [max(len(row[column]) for row in [("", "change", "likely", "at most"), *rows]) for column in range(4)]
        for row in [("", "change", "likely", "at most"), *rows]:
            left = f"{row[0]:>{widths[0]}}  {row[1]:<{widths[1]}}"
            lines.append(f"  {left}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}".rstrip())
    else:
        lines.append(card.way_on)
    return "\n".join([*lines, card.footer])
