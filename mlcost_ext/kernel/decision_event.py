"""A decision as it is written down in the spool: what was found, what was done, what that avoids, and by which figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlcost_ext.core.money import to_wire
from mlcost_ext.usecases.judged import saving_of

if TYPE_CHECKING:
    from mlcost_ext.core.estimate import Saving
    from mlcost_ext.usecases.judged import Judged, Key, Mend, Raised

MOST_FINDINGS = 20
TRIAL = "MC108"
"""Its change is no mend of the run but another run before it."""
MAX_REASON, MAX_SUBJECT, MAX_TITLE, MAX_TEXT = 500, 512, 120, 600


def decision_event(id_: str, judged: Judged, outcome: str, reason: str, mend: Mend | None) -> dict[str, object]:
    """Write a decision down.

    Args:
        id_: Tells it from others; the launch's own line names it.
        judged: What was said of the launch, before anything was mended.
        outcome: What became of it, one of `ledger.spool_schema.OUTCOMES`.
        reason: The user's own; empty: none.
        mend: The change that was taken; None: none.
    """
    estimate = judged.estimate
    savings = {(each.rule, each.subject): each.saving for each in estimate.findings}
    told: dict[str, object] = {
        "id": id_,
        "kind": judged.kind,
        "region_id": estimate.region_id,
        "decision": judged.decision,
        "outcome": outcome,
        "reason": reason[:MAX_REASON] or None,
        "findings": [finding_event(each, savings, estimate.billing_currency) for each in judged.raised[:MOST_FINDINGS]],
    }
    if mend is not None:
        told["fixed"] = list(mend.rules)
        told["avoided"] = avoided(judged, mend)
    return told


def finding_event(raised: Raised, savings: dict[Key, Saving | None], billing_currency: str) -> dict[str, object]:
    """Write one finding down."""
    said, saving = raised.objection, savings.get(raised.key)
    has_saving = saving is not None and saving.expected is not None
    return {
        "rule": raised.rule.id,
        "verdict": raised.verdict,
        "subject": None if said.subject is None else said.subject[:MAX_SUBJECT],
        "title": raised.rule.title[:MAX_TITLE],
        "message": said.message[:MAX_TEXT],
        "hint": said.hint[:MAX_TEXT],
        "is_mendable": said.fix is not None and not said.needs and raised.rule.id != TRIAL,
        "saving": {"expected": to_wire(saving.expected), "billing_currency": billing_currency}  # type: ignore[union-attr,arg-type]
        if has_saving
        else None,
    }


def avoided(judged: Judged, mend: Mend) -> dict[str, object] | None:
    """Give what a change avoids by the estimates with and without it; None: not known, or nothing."""
    saving = saving_of(judged.estimate, mend.estimate)
    if saving is None or saving.expected is None:
        return None
    return {
        "low": None if saving.low is None else to_wire(saving.low),
        "expected": to_wire(saving.expected),
        "billing_currency": judged.estimate.billing_currency,
        "basis": judged.estimate.duration_seconds.basis,
    }
