"""A case one can read, and what its verdict has to be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from .lab import Lab, View, now_utc
from .stage import Stage

ROUNDING = timedelta(seconds=1)
"""A terminal's device and some messages have their times in whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Idle, and it stays so however often one looks."""

    def judge(self, stage: Stage, views: Sequence[View], others: Collection[str]) -> None:
        """Hold it against what was seen.

        Args:
            stage: The case, as it was set up.
            views: All of them after the machine has become idle.
            others: Subjects of the cases beside it; what those hold up is their own fault.
        """
        ours = [f"{row['name']}: {row['detail']}" for view in views for row in view.holders if row["subject"] not in others]
        assert ours == []
        stage.assert_lasting()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Active, for as long as it goes on."""

    by: str
    """The signal."""
    detail: str = ""
    """What the evidence has to say."""
    is_protected: bool = True

    def is_seen(self, stage: Stage, view: View) -> bool:
        """Tell whether the evidence is there."""
        row = view.row(self.by, stage.labels[0])
        return row is not None and row["state"] == "active" and self.detail in row["detail"]

    def judge(self, stage: Stage, views: Sequence[View]) -> None:
        """Hold it against what was seen, from when the evidence was there first."""
        for view in views:
            row = view.row(self.by, stage.labels[0])
            assert row is not None, f"{self.by} of {stage.labels[0]} is not there: {view}"
            assert (view.state, row["state"]) == ("active", "active"), f"{row} in {view}"
            assert self.by in view.held_by
            assert self.detail in row["detail"]
            assert row["is_protected"] == self.is_protected
            assert view.stops_at is None
            assert not view.is_overdue
        beside = [f"{row['name']}: {row['detail']}" for row in views[-1].holders if row["subject"] in stage.labels[1:]]
        assert beside == [], "something of this case keeps it on too that must not"
        stage.assert_lasting()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Active by one signal for as long as the policy lets a moment count, and idle since that moment afterwards."""

    act: Callable[[Stage], datetime | None]
    """Does it; gives its exact time where that is known, else it is any time from its beginning to its end."""
    by: tuple[str, ...]
    """Signals that have to be seen."""
    besides: tuple[str, ...] = ()
    """Signals that may be seen too, such as the CPU that it takes to run a cell."""
    slack: timedelta = timedelta(0)
    """What a look may be late by, where the moment is the end of something that went on."""

    def judge(self, stage: Stage) -> None:
        """Do it on a machine that is idle, and follow the verdict until it is idle again."""
        lab = stage.lab
        lab.wait_until_idle()
        began = now_utc()
        exact = self.act(stage)
        first, last = exact or began, exact or now_utc()
        views = self._until_idle(lab)
        held = {name for view in views for name in view.held_by}
        assert held >= set(self.by), f"seen: {held}"
        assert held <= {*self.by, *self.besides}, f"seen: {held}"
        since = views[-1].since
        assert since is not None
        assert first - ROUNDING <= since <= last + ROUNDING + self.slack, f"{views[-1]}, but it was from {first} to {last}"
        assert views[-1].stops_at == since + lab.timeout
        assert views[-1].asked_at >= since + lab.hold - ROUNDING, "idle too early"
        assert not any(view.is_overdue for view in views)

    def _until_idle(self, lab: Lab) -> list[View]:
        """Look until it has been active and is idle again; what was seen before it was active is left out."""
        (*_, first) = lab.views_until(lambda view: view.state == "active", "it is active", 30)
        return [first, *lab.views_until(lambda view: view.state == "idle", "it is idle again", 30)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Whatever else has to be so; cases of this kind follow each other on one server."""

    check: Callable[[Stage], None]


Expect: TypeAlias = Quiet | Held | Moment | Checked


def nothing(_: Stage) -> None:
    """Set nothing up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One situation, and its verdict."""

    name: str
    source: str
    """Where it is known from: a fact about Jupyter or Studio, or a demand of users."""
    setup: Callable[[Stage], None] = nothing
    expect: Expect
    needs: tuple[str, ...] = ()
    """Programs without which it cannot be shown."""
