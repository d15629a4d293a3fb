"""The one view of what fixes have avoided: sums, and each fix with what its figure rests on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mlcost_ext.core.decision import AvoidedCost
from mlcost_ext.core.finding_documents import AvoidedTotal, SavingRow, Savings
from mlcost_ext.core.words import clean

from .decision_rows import amount_of
from .finding_store import AvoidedSum, FindingStore

BOTH = "estimates with and without the change"
BASES = {
    "given": f"{BOTH}, at the runtime that was given",
    "history": f"{BOTH}, at the runtime of earlier runs",
    "small_run": f"{BOTH}, at the runtime that a small run foretold",
    "stopping_condition": f"{BOTH}, should it have run until its stopping condition",
    "open_ended": f"{BOTH}; it has no end of its own",
    "days_unused": "its cost for as many more days as it had stood unused, 30 at most; the least is one day",
}
MAX_TEXT = 128


def savings(store: FindingStore, start: date, end: date) -> Savings:
    """Give the fixes from the day `start` to the one before `end`.

    Raises:
        OSError: The ledger cannot be read.
    """
    return Savings(
        charge_period_start=start.isoformat(),
        charge_period_end=end.isoformat(),
        totals=[total_of(each) for each in store.avoided(start, end)],
        rows=[saving_row(each) for each in store.savings(start, end)],
    )


def avoided_in(store: FindingStore, start: date, end: date, currency: str) -> AvoidedTotal | None:
    """Give the sum of one currency; None: no fix was taken in it.

    Raises:
        OSError: The ledger cannot be read.
    """
    return next((total_of(each) for each in store.avoided(start, end) if each.billing_currency == currency), None)


def total_of(found: AvoidedSum) -> AvoidedTotal:
    return AvoidedTotal(
        billing_currency=found.billing_currency,
        low=amount_of(found.low),
        expected=amount_of(found.expected) or Decimal(0),
        launches=found.launches,
        endpoints=found.endpoints,
    )


def saving_row(saving: AvoidedCost) -> SavingRow:
    """Write one fix down; its texts were written by a kernel."""
    return SavingRow(
        id=clean(saving.id, MAX_TEXT),
        at=saving.at,
        origin=saving.origin,
        kind=clean(saving.kind, MAX_TEXT),
        region_id=clean(saving.region_id, MAX_TEXT),
        name=clean(saving.name, MAX_TEXT),
        rules=[clean(rule, MAX_TEXT) for rule in saving.rules],
        low=saving.low,
        expected=saving.expected,
        billing_currency=saving.billing_currency,
        basis=BASES.get(saving.basis) or clean(saving.basis, MAX_TEXT),
    )
