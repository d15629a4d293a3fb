"""The plug is pulled on the demo, in its short form; ``python -m tests.crash.plug`` takes longer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest

from mlcost_ext.core.ledger import ChargeRecord
from tests.ledger.focus.samples import CREATED, STARTS, charge, of

from .plug import pull
from .plug_ledger import Kept, changed, differences, standing_off

MISSING = [name for name in ("pyarrow", "duckdb") if find_spec(name) is None]
JOB = charge()
HOUR = timedelta(hours=1)


def test_pulling_the_plug_on_the_demo_changes_no_total(tmp_path: Path) -> None:
    """What is metered stays, a ledger that was never killed has the same, and DuckDB adds its export up to the panel's sum."""
    outcome = pull(tmp_path, kills=3, seed=3, exports=not MISSING)
    assert outcome.complaints == []
    assert outcome.kills.total() == 3
    assert outcome.jobs > 100
    if MISSING:
        pytest.skip(f"all but the export was seen to be right: {' and '.join(MISSING)} not here")
    assert outcome.charges > 100


# -- the comparison itself ----------------------------------------------------------------------


def kept(*records: ChargeRecord, faults: tuple[str, ...] = ()) -> Kept:
    return Kept(as_of=STARTS + HOUR, records=records, faults=faults)


def endpoint(cost: str, hours: float = 1.0) -> ChargeRecord:
    """Make what an endpoint has cost up to the moment by which ledgers are told here."""
    return charge(
        resource=of("endpoint", "live"),
        charge_period_start=STARTS + HOUR - hours * HOUR,
        charge_period_end=STARTS + HOUR,
        contracted_cost=Decimal(cost),
        cost_basis="estimated",
    )


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (kept(JOB), None),
        (kept(JOB, charge(resource=of("training", "another"))), None),
        (kept(JOB, charge(cost_basis="estimated"), charge(cost_basis="estimated", contracted_cost=-JOB.contracted_cost)), None),
        (kept(), "before, None after"),
        (kept(charge(contracted_cost=JOB.contracted_cost + Decimal("1e-9"))), "0.063888889 before, 0.063888890 after"),
        (kept(JOB, JOB), "0.063888889 before, 0.127777778 after"),
        (kept(JOB, charge(resource={"created_at": CREATED + HOUR})), "is 2 resources"),
        (kept(JOB, charge(cost_basis="estimated")), "is metered, and 0.063888889 more is estimated"),
        (kept(JOB, faults=("The file is damaged.",)), "verify: The file is damaged."),
    ],
)
def test_what_a_kill_has_changed_is_found(after: Kept, said: str | None) -> None:
    """A digit of a cost, a job that is lost or there twice, and whatever verify finds; more jobs are no change."""
    found = list(changed(kept(JOB), after))
    assert len(found) == (said is not None), found
    assert said is None or said in found[0]


def test_what_differs_from_the_control_is_found() -> None:
    """Another cost, a job that is lost, and a minute of what stood all the time; that one saw it later makes no difference."""
    other = charge(resource=of("training", "other"))
    assert list(differences(kept(JOB, endpoint("2.00")), kept(JOB, endpoint("0.50", 0.25)))) == []
    dearer = charge(contracted_cost=JOB.contracted_cost + Decimal("1e-9"))
    found = "\n".join(differences(kept(dearer, endpoint("1.97")), kept(JOB, other, endpoint("0.50", 0.25))))
    for part in ("0.063888890 after the kills", "1 jobs are in the control only: ('training', 'us-east-1', 'other')", "1.97 in"):
        assert part in found
    assert list(standing_off(kept(endpoint("2.00")), {"live": Decimal(2)})) == []
    assert "by its price 2" in "\n".join(standing_off(kept(endpoint("1.98")), {"live": Decimal(2)}))
