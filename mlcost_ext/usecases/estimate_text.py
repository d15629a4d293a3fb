"""An Estimate in words: its parts, and all of it as plain text of 80 columns. Names from outside are cut and cleaned."""

from __future__ import annotations

from decimal import Decimal

from mlcost_ext.core.estimate import Alternative, CostRange, Estimate, EstimateLine, Finding, UnpricedLine
from mlcost_ext.core.money import EXACT
from mlcost_ext.core.words import figure, span

from .estimate_words import UNKNOWN, answer, between, clean, in_short, money, quantity, runtime, table, wrapped
from .planned_cost import PAID
from .planned_time import BEYOND

HOURS_A_DAY, HOURS_A_MONTH = 24, 730
"""A month of 730 hours, as AWS's own calculator counts it."""
MAX_NAME = 63
MAX_LINES, MAX_LISTED = 30, 12
JOBS = {
    "training": "training",
    "tuning": "tuning",
    "processing": "processing",
    "transform": "batch transform",
    "automl": "Autopilot",
}
STANDING = {
    "endpoint": "an endpoint",
    "endpoint-config": "an endpoint",
    "app": "an app",
    "space": "a space",
    "notebook": "a notebook instance",
    "schedule": "a monitoring schedule",
    "cluster": "a cluster",
}
ENDINGS = {"notebook": "stops"}
"""What ends a thing that stands, where that is not deleting it."""
RUNTIME, SPOT = "runtime: ", "Spot: "
"""How what is said about time, and about Spot, begins."""

Facts = list[tuple[str, str]]
Rows = list[tuple[str, ...]]


def estimate_text(estimate: Estimate) -> str:
    """Write an estimate as text: the answer first, then what it rests on."""
    found = facts(estimate)
    width = max((len(label) for label, _ in found), default=0)
    text = wrapped(f"{headline(estimate)} {subject(estimate)}")
    text += [line for label, value in found for line in wrapped(value, f"{label:<{width}}  ")]
    if estimate.lines:
        text += ["", *table(rows(estimate))]
        text += [line for place, source in enumerate(sources(estimate), 1) for line in wrapped(source, f"[{place}] ")]
    for title, entries in lists(estimate):
        text += ["", *wrapped(title), *(line for entry in entries for line in wrapped(entry, "- "))]
    return "\n".join([*text, "", closing(estimate)])


def headline(estimate: Estimate) -> str:
    """Write what it will cost, at the user's own rates where there are any; of what has no end, what an hour of it costs."""
    currency = estimate.billing_currency
    if is_of_volumes_alone(estimate):
        return "Cost unknown"
    if is_by_the_hour(estimate):
        return rates(estimate)
    own = estimate.contracted_cost
    text = answer(own or estimate.list_cost, currency, is_complete=estimate.is_complete)
    if text is None:
        return "Cost unknown"
    return f"{text} at your own rates" if own else text


def is_of_volumes_alone(estimate: Estimate) -> bool:
    """Tell whether only volumes have a price, and instances that will be billed have none: no figure is worth a headline then."""
    is_billed = any(line.instance_type and not line.description.endswith(PAID) for line in estimate.unpriced)
    return is_billed and all(line.pricing_unit == "GB-Mo" for line in estimate.lines)


def is_by_the_hour(estimate: Estimate) -> bool:
    """Tell whether only what an hour costs is known, as nobody has said how long it is to be there."""
    return estimate.cost_per_hour is not None and estimate.duration_seconds.basis == "open_ended"


def rates(estimate: Estimate) -> str:
    """Write what an hour, a day and a month of 730 hours cost of what has no end."""
    hour = estimate.cost_per_hour
    assert hour is not None
    if not estimate.is_complete and hour == 0:
        return "Cost unknown"
    at_least = "" if estimate.is_complete else "At least "
    day, month = figure(hour * HOURS_A_DAY), figure(hour * HOURS_A_MONTH)
    own = " at your own rates" if estimate.contracted_cost else ""
    per_hour = money(hour, estimate.billing_currency)
    return f"{at_least}{per_hour} an hour · {day} a day · {month} a month of {HOURS_A_MONTH} h{own}"


def subject(estimate: Estimate) -> str:
    """Say of what it is an estimate, such as ``for training on ml.g5.xlarge in us-east-1``."""
    kind, given = (
        JOBS.get(estimate.kind) or STANDING.get(estimate.kind) or clean(estimate.kind, MAX_NAME),
        estimate.duration_seconds,
    )
    if estimate.kind in STANDING and given.basis == "given" and given.expected is not None:
        kind = f"{span(given.expected)} of {kind}"
    lines: list[EstimateLine | UnpricedLine] = [*estimate.lines, *estimate.unpriced]
    types = list(dict.fromkeys(clean(line.instance_type, MAX_NAME) for line in lines if line.instance_type))
    on = "" if not types else f" on {', '.join(types[:3])}{f' and {len(types) - 3} more types' if len(types) > 3 else ''}"
    until = f", {end_words(estimate)}" if is_by_the_hour(estimate) else ""
    return f"for {kind}{on} in {clean(estimate.region_id, MAX_NAME)}{until}"


def end_words(estimate: Estimate) -> str:
    """Say when that ends which has no end of its own."""
    if estimate.kind not in STANDING:
        return "for as long as it runs"
    return f"until somebody {ENDINGS.get(estimate.kind, 'deletes')} it"


def goes_on(estimate: Estimate) -> str:
    """Say that no limit ends it; a transform job of a known runtime ends once its input is done, which is no limit."""
    if estimate.kind == "transform" and estimate.duration_seconds.expected is not None:
        return "AWS itself sets it no limit"
    if estimate.kind in STANDING:
        return f"without an end of its own: it {'costs' if estimate.lines else 'is there'} {end_words(estimate)}"
    return f"nothing is known to end it: it costs {end_words(estimate)}"


def facts(estimate: Estimate) -> Facts:
    """Say what the answer rests on, each with its label."""
    found: Facts = []
    if not is_by_the_hour(estimate):
        label = "Runtime of one job" if estimate.kind == "tuning" else "Runtime"
        told = [text.removeprefix(RUNTIME) for text in estimate.assumptions if text.startswith(RUNTIME) and BEYOND in text]
        found.append((label, told[0] if told else runtime(estimate.duration_seconds, goes_on(estimate))))
    if estimate.contracted_cost and not is_by_the_hour(estimate):
        is_whole = estimate.is_complete and all(line.list_unit_price is not None for line in estimate.lines)
        listed = answer(estimate.list_cost, estimate.billing_currency, is_complete=is_whole)
        found.append(("At list prices", (listed or UNKNOWN)[:1].lower() + (listed or UNKNOWN)[1:]))
    if estimate.decision != "allow":
        here = estimate.effective_decision
        found.append(("Decision", estimate.decision + (f"; here: {here}" if here != estimate.decision else "")))
    return found


def rows(estimate: Estimate) -> Rows:
    """Give the table of lines: its headings, then a row a line."""
    has_own, has_most = estimate.contracted_cost is not None, shows_most(estimate)
    heads = {"open_ended": "An hour", "stopping_condition": "At most"}
    cost = heads.get(estimate.duration_seconds.basis, "Expected")
    extra = ("Your price", "Your cost") if has_own else ("At most",) if has_most else ()
    numbers = {source: place for place, source in enumerate(sources(estimate), 1)}
    head = (
        f"Amounts in {clean(estimate.billing_currency, 8)}",
        "Quantity",
        "List price" if has_own else "Unit price",
        cost,
        *extra,
        "From",
    )
    return [head, *(row(line, estimate, f"[{numbers[source_of(line)]}]") for line in estimate.lines[:MAX_LINES])]


def row(line: EstimateLine, estimate: Estimate, source: str) -> tuple[str, ...]:
    """Write a line: what, how much, at what price, what that comes to."""
    listed = _cost(line.list_cost, line, line.list_unit_price)
    extra: tuple[str, ...] = ()
    if estimate.contracted_cost is not None:
        own = line.contracted_unit_price
        extra = (_unit(own), _cost(line.contracted_cost, line, own)) if own is not None else ("", listed)
    elif shows_most(estimate):
        extra = (UNKNOWN if line.list_cost.high is None else figure(line.list_cost.high),)
    amount = quantity(line.pricing_quantity, line.pricing_unit)
    return (clean(line.description, 120), amount, _unit(line.list_unit_price), listed, *extra, source)


def shows_most(estimate: Estimate) -> bool:
    """Tell whether what lines cost at most is worth a column."""
    costs = [line.list_cost for line in estimate.lines]
    return any(cost.high is not None and cost.high != cost.expected for cost in costs)


def _unit(price: str | None) -> str:
    return UNKNOWN if price is None else clean(price, 24)


def _cost(cost: CostRange | None, line: EstimateLine, unit: str | None) -> str:
    """Write what a line comes to; of what has no end, an hour of it."""
    if cost is not None and cost.expected is not None:
        return figure(cost.expected)
    if cost is not None and cost.high is not None:
        return figure(cost.high)
    if unit is None or line.pricing_quantity is None:
        return UNKNOWN
    return figure(EXACT.multiply(Decimal(unit), line.pricing_quantity))


def sources(estimate: Estimate) -> list[str]:
    """Say where the prices come from, each place once."""
    return list(dict.fromkeys(source_of(line) for line in estimate.lines[:MAX_LINES]))


def source_of(line: EstimateLine) -> str:
    """Say where a price comes from, as of when, and how wrong it may be."""
    error = "" if line.error_percent is None else f" (± {line.error_percent.normalize():f} %)"
    head = f"{clean(line.price_source, MAX_NAME)}, as of {clean(line.price_as_of, 20)}, {line.price_basis}{error}"
    return f"{head}: {clean(line.price_origin, 200)}" if line.price_origin else head


def lists(estimate: Estimate) -> list[tuple[str, list[str]]]:
    """Give what is to be said beside the figures, with a title each; what is empty is left out."""
    currency = estimate.billing_currency
    without_price = [unpriced_words(each) for each in estimate.unpriced]
    found = [
        ("Without a price, and in no figure above:", without_price),
        ("Findings:", [finding_words(each, currency) for each in estimate.findings]),
        ("Instead:", [alternative_words(each, currency) for each in estimate.alternatives]),
        ("Taken for granted:", told_assumptions(estimate)),
        ("To know:", [f"{note.message} {note.hint}" for note in estimate.data_quality]),
    ]
    more = len(estimate.lines) - MAX_LINES
    left_out = [("", [f"{more} more lines, which the sums have."])] if more > 0 else []
    return left_out + [(title, shortened(entries)) for title, entries in found if entries]


def unpriced_words(line: UnpricedLine) -> str:
    """Write what has no price; what is of no component says itself what it is."""
    said = f"{line.message} {line.hint}"
    return f"{clean(line.description, 120)}: {said}" if line.component else said


def shortened(entries: list[str]) -> list[str]:
    """Clean what is told, and count what is too much."""
    more = len(entries) - MAX_LISTED
    shown = [clean(entry.strip()) for entry in entries[:MAX_LISTED]]
    return [*shown, f"{more} more."] if more > 0 else shown


def finding_words(finding: Finding, currency: str) -> str:
    """Write what a rule says."""
    saves = "" if finding.saving is None else f" It would save {between(finding.saving, currency)}."
    return f"{finding.rule}, {finding.verdict}: {finding.title.rstrip('.')}. {finding.message} {finding.hint}{saves}"


def alternative_words(other: Alternative, currency: str) -> str:
    """Write what else would do, what that would cost, and what the figure rests on."""
    hour = other.cost_per_hour
    known = other.contracted_cost or other.list_cost
    cost = f"{money(hour, currency)} an hour" if hour is not None and known.expected is None else in_short(known, currency)
    return f"{other.title}: {cost}, {other.basis.removeprefix(SPOT)}"


def told_assumptions(estimate: Estimate) -> list[str]:
    """Leave out what the line about the runtime says already."""
    told = [text for text in estimate.assumptions if text.startswith(RUNTIME)]
    basis, expected = estimate.duration_seconds.basis, estimate.duration_seconds.expected
    is_said = basis == "stopping_condition" or (basis == "open_ended" and estimate.kind in STANDING)
    is_said = is_said or any(BEYOND in text for text in told)
    is_said = is_said or (basis == "given" and expected is not None and told == [f"{RUNTIME}{span(expected)}, as given"])
    return [text for text in estimate.assumptions if text not in told] if is_said and len(told) == 1 else estimate.assumptions


def closing(estimate: Estimate) -> str:
    """Say that it is no bill."""
    own = " and at your own rates" if estimate.contracted_cost else ""
    return f"An estimate at list prices{own}; AWS's bill may differ."
