"""Verdicts that are broken on purpose, each in one way: the simulation has to notice every one."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone

from mlcost_ext.core.activity import KernelFacts, Measurements
from mlcost_ext.core.idle import IdleOptions, Verdict
from mlcost_ext.idle.options import minutes_span, options_of
from mlcost_ext.idle.signals import SIGNALS
from mlcost_ext.idle.tracking import Tracked, track
from mlcost_ext.idle.verdict import verdict

from .days import Day
from .simulation import Judge


class Doubled(IdleOptions):
    """Holds for twice as long."""

    __slots__ = ()

    @property
    def hold(self) -> timedelta:
        return 2 * min(timedelta(minutes=5), self.timeout / 12)


def hold_doubled(day: Day) -> IdleOptions:
    options = options_of(day.policy, day.cost_per_hour)
    return Doubled(**{each.name: getattr(options, each.name) for each in fields(options)})


def price_ignored(day: Day) -> IdleOptions:
    options = options_of(day.policy, day.cost_per_hour)
    return replace(options, timeout=minutes_span(day.policy.idle.timeout_minutes))


def stuck_ignored(day: Day) -> IdleOptions:
    return replace(options_of(day.policy, day.cost_per_hour), stuck_busy=None)


def without(*names: str) -> Judge:
    """Give a verdict that knows nothing of some signals."""
    kinds = [kind for kind in SIGNALS if kind.name not in names]
    return Judge(track=lambda before, measured, options: track(before, measured, options, kinds))


def future_accepted(before: Tracked, measured: Measurements, options: IdleOptions) -> Tracked:
    """Take what is stamped with a time to come as of now."""
    now = measured.taken_at

    def clipped(time: datetime | None) -> datetime | None:
        return None if time is None else min(time, now)

    kernels = tuple(replace(k, last_user_message_at=clipped(k.last_user_message_at)) for k in measured.kernels)
    told = replace(
        measured, kernels=kernels, last_saved_at=clipped(measured.last_saved_at), editor_at=clipped(measured.editor_at)
    )
    return track(before, told, options)


def vanished_forgotten(before: Tracked, measured: Measurements, options: IdleOptions) -> Tracked:
    """Forget a kernel together with its end."""
    after = track(before, measured, options)
    return replace(after, signals={key: signal for key, signal in after.signals.items() if signal.detail != "has ended"})


def prompt_counted(before: Tracked, measured: Measurements, options: IdleOptions) -> Tracked:
    """Take a kernel that waits at a prompt for one that works."""
    return track(before, replace(measured, kernels=tuple(replace(k, input_since=None) for k in measured.kernels)), options)


def first_kernel_alone(before: Tracked, measured: Measurements, options: IdleOptions) -> Tracked:
    """Look at one kernel, whichever is told first."""
    return track(before, replace(measured, kernels=measured.kernels[:1]), options)


def silence_is_idle(before: Tracked, measured: Measurements, options: IdleOptions) -> Tracked:
    """Count a busy kernel by its CPU alone."""

    def quiet(kernel: KernelFacts) -> KernelFacts:
        return replace(kernel, execution_state="idle") if (kernel.cpu_fraction or 0) < 0.05 else kernel

    return track(before, replace(measured, kernels=tuple(map(quiet, measured.kernels))), options)


def since_never_ages(tracked: Tracked, options: IdleOptions, now: datetime) -> Verdict:
    """Count the timeout from the look."""
    told = verdict(tracked, options, now)
    return replace(told, since=now, stops_at=now + options.timeout) if told.state == "idle" else told


def local_time(tracked: Tracked, options: IdleOptions, now: datetime) -> Verdict:
    """Take UTC for the time of this place, as ``datetime.now()`` without a zone invites to."""
    told = verdict(tracked, options, now)
    return replace(told, since=told.since.replace(tzinfo=None).astimezone(timezone.utc)) if told.since else told


MUTANTS: dict[str, Judge] = {
    "a busy kernel is ignored": without("kernel_busy"),
    "a silent kernel is idle": Judge(track=silence_is_idle),
    "a job elsewhere is ignored": without("waiting_for_job"),
    "the hold is doubled": Judge(options=hold_doubled),
    "the price is ignored": Judge(options=price_ignored),
    "a stuck kernel counts for ever": Judge(options=stuck_ignored),
    "a time to come is accepted": Judge(track=future_accepted),
    "what has vanished is forgotten": Judge(track=vanished_forgotten),
    "an input prompt counts as work": Judge(track=prompt_counted),
    "the first kernel counts alone": Judge(track=first_kernel_alone),
    "a clock that is set is ignored": Judge(shifted=lambda tracked, by: tracked),
    "a start does not re-arm": without("server_started"),
    "idleness never ages": Judge(verdict=since_never_ages),
    "UTC is taken for local time": Judge(verdict=local_time),
}
