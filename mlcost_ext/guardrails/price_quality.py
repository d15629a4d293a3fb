"""MC303: a price that is old, or that was derived with a large error.

Prices of volumes, and of what is paid up front, are not judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from mlcost_ext.core.estimate import EstimateLine
from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule
from mlcost_ext.core.words import clean, figure

from .docs import docs_url
from .options import number

MAX_AGE, MAX_ERROR = "max_age_days", "max_error_percent"
VOLUME_UNIT = "GB-Mo"
REFRESH = "Run `mlcost prices refresh`, which reads AWS's own price list."


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to the oldest price, and to the one with the largest error, where they are beyond the limits.

    A price whose date or error is not known is not judged by it, nor are those of volumes, which are a small part and hardly
    ever change, and of what is paid up front.
    """
    lines = [line for line in proposal.estimate.lines if line.pricing_unit != VOLUME_UNIT and line.list_cost.high != 0]
    max_days, max_error = number(options, MAX_AGE), number(options, MAX_ERROR)
    ages = [(days, line) for line in lines if (days := age_days(line, proposal.now.date())) is not None]
    errors = [(line.error_percent, line) for line in lines if line.price_basis == "derived" and line.error_percent is not None]
    found = []
    if max_days is not None and ages and (oldest := max(ages, key=_first))[0] > max_days:
        message = f"The price of {clean(oldest[1].description)} is of {clean(oldest[1].price_as_of, 10)}, {oldest[0]} days ago."
        found.append(Objection(message=message, hint=REFRESH, subject="age"))
    if max_error is not None and errors and (widest := max(errors, key=_first))[0] > max_error:
        told = f"derived from that of a similar machine, with an error of {figure(widest[0])} %"
        found.append(Objection(message=f"The price of {clean(widest[1].description)} is {told}.", hint=REFRESH, subject="error"))
    return tuple(found)


def _first(pair: tuple[Decimal | int, EstimateLine]) -> Decimal | int:
    return pair[0]


def age_days(line: EstimateLine, today: date) -> int | None:
    """Give how many days ago a line's price was in force; None: its date is not known."""
    try:
        return (today - date.fromisoformat(line.price_as_of)).days
    except ValueError:
        return None


RULE = Rule(
    id="MC303",
    title="Old or uncertain price",
    docs_url=docs_url("MC303"),
    practice=None,
    kinds=(),
    options=(
        Option(
            name=MAX_AGE,
            kind="number",
            default=Decimal(400),
            tighter="smaller",
            help="How many days old a price may be.",
            least=Decimal(1),
            may_be_none=True,
        ),
        Option(
            name=MAX_ERROR,
            kind="number",
            default=Decimal(20),
            tighter="smaller",
            help="How large the measured error of a derived price may be, in percent.",
            least=Decimal(0),
            may_be_none=True,
        ),
    ),
    judge=judge,
)
