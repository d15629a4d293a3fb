"""Figures for Prometheus on Jupyter Server's own ``/metrics``, from what the server holds: neither disk nor AWS is asked.

What is not known has no sample, and no label names anybody or anything.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from logging import Logger
from typing import Any

from mlcost_ext.core.documents import AwsState, Charged
from mlcost_ext.core.money import EXACT
from mlcost_ext.usecases.overview import Picture
from mlcost_ext.usecases.session import SessionCosts, session_charge, session_row
from mlcost_ext.usecases.totals import STANDS, totals
from mlcost_ext.usecases.watch import JobBook

HOURS_A_DAY = Decimal(24)
STATUS = re.compile(r"[A-Za-z]{1,32}")
"""A status is one of AWS's words; whatever else comes is called ``other``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A metric with its samples."""

    name: str
    help: str
    labels: tuple[str, ...]
    samples: Sequence[tuple[tuple[str, ...], Decimal | float | None]]
    """Values of the labels, and the value; None: it is not known."""
    is_counter: bool = False


class Metrics:
    """A collector of Prometheus's default registry, for as long as the server runs.

    All servers of a process have that registry in common: the one that was started last is shown.
    """

    _shown: list[Metrics] = []  # noqa: RUF012  (of the process, as the registry is)

    def __init__(self, read: Callable[[], Picture | None], now: Callable[[], datetime], log: Logger) -> None:
        """Take what gives the picture on the event loop's thread, None before the first was drawn, and what gives AWS's time."""
        self._read, self._now, self._log = read, now, log
        self._thread = 0
        self._last: list[Any] = []
        self._has_failed = False

    def register(self) -> None:
        """Begin to be shown; on the event loop's thread. Where there is no Prometheus, nothing is."""
        try:
            from prometheus_client import REGISTRY
        except ImportError:
            return
        self._thread = threading.get_ident()
        if self not in self._shown:
            self._shown.append(self)
            REGISTRY.register(self)

    def unregister(self) -> None:
        """End it; harmless where it was not begun."""
        if self not in self._shown:
            return
        from prometheus_client import REGISTRY

        self._shown.remove(self)
        REGISTRY.unregister(self)

    def describe(self) -> list[Any]:
        """Claim no names, so that a second server of this process is not refused them."""
        return []

    def collect(self) -> list[Any]:
        """Give the families as they are now; to another thread than the event loop's as they were last given.

        Whatever goes wrong, the other metrics of the server are shown.
        """
        if self._shown[-1:] != [self]:
            return []
        if threading.get_ident() != self._thread:
            return self._last
        try:
            picture = self._read()
            self._last = [written(family) for family in families(picture, self._now())] if picture else []
        except Exception:  # noqa: BLE001  (of /metrics there is one for all)
            self._last = []
            if not self._has_failed:
                self._log.exception("mlcost-ext could not give its metrics")
            self._has_failed = True
        return self._last


def written(family: Family) -> Any:
    """Turn a family into one of Prometheus's, without what is not known."""
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    kind = CounterMetricFamily if family.is_counter else GaugeMetricFamily
    metric = kind(family.name, family.help, labels=family.labels)
    for labels, value in family.samples:
        if value is not None:
            metric.add_metric(labels, float(value))
    return metric


def families(picture: Picture, now: datetime) -> Iterator[Family]:
    """Give all metrics at `now`."""
    currency = picture.billing_currency
    charge = session_charge(picture.host, picture.prices, picture.session_price)
    session = session_row(picture.host, charge, picture.prices, now)
    summed = totals(picture, picture.standing.of_kind(*STANDS), now)
    per_day = summed.standing_cost_per_day
    standing = None if per_day is None else EXACT.divide(per_day, HOURS_A_DAY)
    rates = {"session": session.cost_per_hour, "jobs": summed.running_cost_per_hour, "standing": standing}
    yield Family(
        name="mlcost_session_cost",
        help="What this session's machine has cost since it was started, as far as its start is known; an estimate, no bill.",
        labels=("currency",),
        samples=[((currency,), session.cost)],
        is_counter=True,
    )
    yield idle_family(picture.session_costs, currency, now)
    yield Family(
        name="mlcost_rate",
        help="What an hour costs as things stand, by what costs it; what has no price is left out, see mlcost_unpriced.",
        labels=("currency", "of"),
        samples=[((currency, of), rate) for of, rate in rates.items()],
    )
    yield Family(
        name="mlcost_jobs",
        help="Jobs that run or ended within a day, by kind and AWS's status.",
        labels=("kind", "status"),
        samples=jobs_by_status(picture.book),
    )
    unpriced = {
        "jobs": None if rates["jobs"] is None and not summed.unpriced else summed.unpriced,
        "standing": None if per_day is None and not summed.standing_unpriced else summed.standing_unpriced,
        "charged": None if picture.charged is None else picture.charged.unpriced,
    }
    yield Family(
        name="mlcost_unpriced",
        help="Things that the sums of money leave out, since nobody has a price for them: the sums are at least so much.",
        labels=("of",),
        samples=[((of,), count) for of, count in unpriced.items()],
    )
    yield from aws_families(picture.aws, now)
    yield charged_family(picture.charged, currency, now)


def idle_family(costs: SessionCosts | None, currency: str, now: datetime) -> Family:
    """Tell what idleness has cost this month by the ledger; it begins anew with each month."""
    is_of_now = costs is not None and (costs.as_of.year, costs.as_of.month) == (now.year, now.month)
    return Family(
        name="mlcost_session_idle_cost",
        help="What this session's machine has cost this month UTC while it was idle, by the ledger; an estimate, no bill.",
        labels=("currency",),
        samples=[((currency,), costs.idle_month if costs is not None and is_of_now else None)],
        is_counter=True,
    )


def jobs_by_status(book: JobBook) -> list[tuple[tuple[str, ...], float]]:
    """Count the jobs; where there is none of a kind and status there is no sample."""
    found = Counter((metered.job.kind, metered.job.status) for metered in book.all())
    counts = Counter[tuple[str, ...]]()
    for (kind, status), count in found.items():
        counts[kind, status if STATUS.fullmatch(status) else "other"] += count
    return [(labels, count) for labels, count in sorted(counts.items())]


def aws_families(aws: AwsState, now: datetime) -> Iterator[Family]:
    """Tell how often AWS was asked and how old its word is."""
    yield Family(
        name="mlcost_aws_calls",
        help="Calls to AWS since this server was started.",
        labels=(),
        samples=[((), aws.calls_total or None)],
        is_counter=True,
    )
    age = None if aws.as_of is None else max((now - aws.as_of).total_seconds(), 0.0)
    yield Family(
        name="mlcost_data_age_seconds",
        help="Age of what AWS last told of all that runs.",
        labels=(),
        samples=[((), age)],
    )


def charged_family(charged: Charged | None, currency: str, now: datetime) -> Family:
    """Tell what today and this month have cost by the ledger; what was read yesterday is no figure of today."""
    amounts: dict[str, Decimal | None] = {}
    if charged is not None and (charged.as_of.year, charged.as_of.month) == (now.year, now.month):
        amounts["month"] = charged.month
        amounts["today"] = charged.today if charged.as_of.date() == now.date() else None
    return Family(
        name="mlcost_charged",
        help="What all of ours has cost by the ledger, today and this month UTC; estimated and metered, not a bill.",
        labels=("period", "currency"),
        samples=[((period, currency), amount) for period, amount in sorted(amounts.items())],
    )
