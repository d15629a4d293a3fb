"""What the practice account keeps: the things of each kind and region, and the clock they live by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from threading import RLock
from typing import Protocol

from mlcost_ext.sandbox.lag import Lagging
from mlcost_ext.sandbox.table import Table
from mlcost_ext.sandbox.thing import Thing
from mlcost_ext.sandbox.traffic import Traffic

Clock = Callable[[], datetime]

KINDS = (
    "training",
    "tuning",
    "processing",
    "transform",
    "automl",
    "endpoint",
    "endpoint-config",
    "model",
    "inference-component",
    "schedule",
    "notebook",
    "domain",
    "user-profile",
    "space",
    "app",
)


def utc_now() -> datetime:
    """Read the wall clock, to the millisecond as AWS does."""
    now = datetime.now(timezone.utc)
    return now - timedelta(microseconds=now.microsecond % 1000)


class Doing(Protocol):
    """Something that goes on in the account by itself."""

    def go_on(self, account: Account) -> None:
        """Do all that was due by the account's clock."""


@dataclass(slots=True, kw_only=True)
class Account:
    """The practice account. Callers hold ``lock`` while they read or change it."""

    clock: Clock = utc_now
    speed: float = 1.0  # plans of new jobs are this much shorter
    opened_at: datetime = field(default_factory=utc_now)
    tables: dict[tuple[str, str], Table] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    is_sound: bool = True  # False: a bad day put in things that do not fit AWS's model
    traffic: dict[tuple[str, str, str], Traffic] = field(default_factory=dict)  # by region, endpoint and variant
    doings: list[Doing] = field(default_factory=list)
    denial_of: Callable[[str], str | None] = lambda _: None  # how IAM decides about an action it does not allow
    lag: timedelta = timedelta(0)  # of Search's index
    clock_offset: timedelta = timedelta(0)  # how far AWS's clock is ahead of this machine's
    own_clock: Clock | None = None  # the clock without that; None: it was never set

    def table(self, kind: str, region_id: str) -> Table:
        """Give the things of a kind in a region."""
        known = self.tables.get((kind, region_id))
        if known is None:
            known = self.tables[kind, region_id] = Table()
            self._follow(known)
        return known

    def index(self, kind: str, region_id: str) -> tuple[Table, datetime]:
        """Give what Search knows of a kind, and as of when."""
        table = self.table(kind, region_id)
        if isinstance(table.follower, Lagging):
            return table.follower.seen(self.clock())
        return table, self.clock()

    def put(self, thing: Thing) -> None:
        """Put a thing into its table, in place of one of its name."""
        self.table(thing.kind, thing.region_id).put(thing, self.clock())

    def jobs(self, region_id: str) -> Table:
        """Give the training jobs of a region."""
        return self.table("training", region_id)

    def add(self, job: Thing) -> None:
        """Put a job into its region."""
        self.put(job)

    def at(self, moment: datetime) -> Account:
        """Give the same account as it was or will be at another moment, to let something happen then."""
        return replace(self, clock=lambda: moment)

    def catch_up(self) -> None:
        """Let everything go on that goes on by itself."""
        for doing in self.doings:
            doing.go_on(self)

    def wall_clock(self) -> datetime:
        """Tell AWS's time, whatever time the account itself is played in."""
        return utc_now() + self.clock_offset

    def set_clock_offset(self, offset: timedelta) -> None:
        """Let AWS's clock be ahead of this machine's, or behind it."""
        own = self.own_clock = self.own_clock or self.clock
        self.clock = lambda: own() + offset
        self.clock_offset = offset

    def set_lag(self, lag: timedelta) -> None:
        """Let Search's index be late; zero makes it know everything at once."""
        self.lag = lag
        for table in self.tables.values():
            self._follow(table)

    def _follow(self, table: Table) -> None:
        table.follower = Lagging(table, self.clock(), self.lag) if self.lag else None
