"""Estimate: read a request, tell how long it will take, price its lines, and see what else would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.estimate import Alternative, DurationRange, Estimate, EstimateNote, UnpricedLine
from mlcost_ext.core.job import Problem
from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.money import EXACT, billing_currency_of, per_hour_to_amount
from mlcost_ext.core.planned import Planned, PlannedLine, PlannedRun
from mlcost_ext.core.ports import PriceCatalog, RunHistory, SpotMarket
from mlcost_ext.core.price import UnitPrice
from mlcost_ext.core.region import checked_region
from mlcost_ext.core.runs import MarketSaving, RunForecast
from mlcost_ext.jobs.kind import Facts
from mlcost_ext.jobs.requests import REQUEST_KINDS, kind_of_request, read_request, why_unread

from .alternatives import SPOT, Candidate, candidates
from .meter import no_price, price_of
from .planned_cost import PAID, CostedWay, Ranged, added, cost_way, document, is_by_limit, shared, spanned, to_range
from .planned_time import RunTime, run_time
from .price_lookup import PriceQuery, unknown

MOST_HOURS = Decimal(24 * 366)
SECONDS = Decimal(3600)
MOST_ALTERNATIVES = 6
TRAINING = "Training"
VOLUME_UNKNOWN = "storage_unknown"
"""The code of notes on volumes that are left out."""
IF_ALL = " (if all jobs are of this definition)"
OWN_RATES_ALONE = EstimateNote(
    code="list_price_unknown",
    message="Some of it has a price by your own rates alone, and is in no sum of list prices.",
    hint="'mlcost prices refresh' reads AWS's price list.",
)
PREPAID = "It was paid up front: what its hours are worth is not known."
NO_TIME = DurationRange(low=None, expected=None, high=None, basis="open_ended", sample_size=None)

Saving = tuple[Decimal, str]
"""Percent, and who says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costed:
    """A request with its prices, before it is written down."""

    planned: Planned
    runs: tuple[tuple[PlannedRun, RunTime, tuple[CostedWay, ...]], ...]
    remarks: tuple[str, ...]

    def listed(self) -> Ranged:
        """Give the whole at list prices."""
        return self._whole([spanned([way.listed() for way in ways], time) for _, time, ways in self._priced()])

    def contracted(self) -> Ranged:
        """Give the whole by the user's rates, where there is none by the list."""
        return self._whole([spanned([way.contracted() for way in ways], time) for _, time, ways in self._priced()])

    def _priced(self) -> list[tuple[PlannedRun, RunTime, tuple[CostedWay, ...]]]:
        """Give what has a price; where one of several is billed, or shares its number, those that have a price throughout."""
        found = [(run, time, whole_ones(ways)) for run, time, ways in self.runs if any(way.lines for way in ways)]
        if self.planned.most_together is None:
            return found
        return [each for each in found if any(way.is_whole for way in each[2])] or found

    def _whole(self, runs: list[Ranged]) -> Ranged:
        """Add runs up; those that share a number are the cheapest at least, the dearest at most, and alike as expected."""
        if self.planned.most_together is None:
            return added(runs)
        low, middle, high = shared(runs, self._most_by_time())
        return low, high if is_by_limit(self.runs[0][1]) else middle, high

    def _most_by_time(self) -> Decimal | None:
        """Give what runs that share a limit of time can cost by it: all of it at the dearest rate; None: they have none."""
        first = self.planned.runs[0]
        if first.whole_limit_seconds is None:
            return None
        rates = [sum((line.per_hour() for line in way.lines), Decimal(0)) for _, _, ways in self.runs for way in ways]
        seconds = Decimal(first.whole_limit_seconds * first.parallel)
        return per_hour_to_amount(EXACT.multiply(max(rates, default=Decimal(0)), seconds), 3600)

    @property
    def is_contracted(self) -> bool:
        """Whether a rate of the user's is on any of its prices."""
        return any(line.price.contracted for _, _, ways in self.runs for way in ways for line in way.lines)

    @property
    def is_partly_listed(self) -> bool:
        """Whether some of it has no list price, but one by the user's rates."""
        return any(line.price.list_unit_price is None for _, _, ways in self.runs for way in ways for line in way.lines)

    @property
    def has_no_most(self) -> bool:
        """Whether nothing bounds it, even if somebody has said how long it is to be there."""
        return bool(self.runs) and any(time.high is None for _, time, _ in self.runs)

    @property
    def is_without_end(self) -> bool:
        """Whether nothing bounds it, and nobody has said how long it is to be there."""
        return any(time.range.basis == "open_ended" for _, time, _ in self.runs)

    def per_hour(self) -> Decimal | None:
        """Give what an hour costs of what has no end, zero where it is free; None: it has one, or nothing of it has a price."""
        firsts = [ways[0] for _, _, ways in self.runs if ways]
        if not self.has_no_most or (not any(way.lines for way in firsts) and (self.missing or self.planned.unpriced)):
            return None
        return sum((line.per_hour() for way in firsts for line in way.lines), Decimal(0))

    def without_volumes(self) -> str | None:
        """Say why what its volumes cost is not counted: their size or their price is not known; None: it is counted."""
        if any(problem.code == VOLUME_UNKNOWN for problem in self.planned.notes):
            return "whose size is not known"
        return "whose price is not known" if any(map(is_volume, self.missing)) else None

    @property
    def missing(self) -> list[PlannedLine]:
        """Give the lines without a price, each once."""
        found = [line for _, _, ways in self.runs for way in ways for line in way.missing]
        return list({(e.line.component, e.line.instance_type, e.line.pricing_unit, e.is_prepaid): e for e in found}.values())


class Estimator:
    """Tell what requests will cost; nothing is sent anywhere. May be asked from several threads.

    Args:
        prices: Unit prices, by the user's own rates where there are any.
        facts: What instance types are made of.
        market: What EC2's spot market has saved.
        history: The user's own earlier runs; None: none are known here.
    """

    def __init__(self, prices: PriceCatalog, facts: Facts, market: SpotMarket, history: RunHistory | None = None) -> None:
        self.prices, self.facts, self._market, self.history = prices, facts, market, history

    def estimate(self, kind: str | None, request: Mapping[str, Any], region_id: str, *, hours: Decimal | None = None) -> Estimate:
        """Estimate a request.

        Args:
            kind: Such as ``training``; None: it is found from the request's shape.
            request: As boto3 is given it.
            region_id: Where it would be sent.
            hours: How long one run is expected to take, above 0 and at most 8,784; None: by earlier runs, else by its limit.

        Raises:
            UsageError: The request, its kind, the region or the hours are wrong; the hint says what to write instead.
        """
        named, given = checked_kind(kind, request), seconds_of_hours(hours)
        costed = self.cost(named, request, checked_region(region_id), given)
        return replace(self.document(costed), alternatives=self._alternatives(named, request, given, costed))

    def cost(
        self,
        kind: str,
        request: Mapping[str, Any],
        region_id: str,
        given: Decimal | None,
        *,
        instead_of: Costed | None = None,
        counts_spot: bool = False,
    ) -> Costed:
        """Read and price a request.

        Args:
            kind: One of `jobs.requests`.
            request: As boto3 is given it.
            region_id: Where it would be sent.
            given: Seconds one run is expected to take; None: not given.
            instead_of: What this is an alternative to: its runtime counts where this one's was not measured, and what Spot
                saves on average counts even where the runtime is known by its limit alone.
            counts_spot: Let that count without one.

        Raises:
            UsageError: The request is wrong.
        """
        planned = read_request(kind, request, region_id, self.facts)
        runs, remarks = [], list[str]()
        for place, run in enumerate(counted(planned)):
            forecast = self._forecast(kind, run)
            time = run_time(run, forecast, given)
            is_measured = forecast is not None and forecast.is_measured and given is None
            if instead_of is not None and not is_measured:
                time = instead_of.runs[place][1]
            remarks += [text for text in time.remarks if text not in remarks]
            saving = self._saving(kind, run, region_id) if run.is_spot else None
            is_spots = instead_of is not None and not instead_of.planned.runs[place].is_spot  # the alternative is Spot itself
            is_counted = counts_spot or is_spots or time.range.basis != "stopping_condition"
            if run.is_spot:
                remarks.append(spot_remark(saving, is_counted=is_counted))
            ways = tuple(
                cost_way(way, run, time, saving[0] if saving and is_counted else None, self._price_of) for way in run.ways
            )
            runs.append((run, time, ways))
        return Costed(planned=planned, runs=tuple(runs), remarks=tuple(remarks))

    def alternatives_of(self, kind: str, request: Mapping[str, Any], region_id: str, given: Decimal | None) -> list[Alternative]:
        """Give what else would do; see `cost`."""
        return self._alternatives(kind, request, given, self.cost(kind, request, region_id, given))

    def _price_of(self, planned: PlannedLine) -> UnitPrice | None:
        return price_of(planned.line, self.prices)

    def _forecast(self, kind: str, run: PlannedRun) -> RunForecast | None:
        return None if self.history is None or run.is_open_ended else self.history.forecast(learnt_from(kind), run.key)

    def spot_of(self, planned: Planned) -> MarketSaving | None:
        """Give what EC2's spot market tells of the one type that its training runs on; None: not known, or several types."""
        lines = [each.line for run in planned.runs for way in run.ways for each in way if each.line.component == TRAINING]
        names = {line.instance_type for line in lines if line.instance_type}
        return self._market.saving(planned.region_id, names.pop()) if len(names) == 1 else None

    def _saving(self, kind: str, run: PlannedRun, region_id: str) -> Saving | None:
        """Give what Spot is expected to save, and who says so: the user's own runs first, else EC2's market."""
        own = None if self.history is None else self.history.spot_saving(learnt_from(kind), run.key)
        if own is not None:
            return own.percent, f"as it did on {own.sample_size} runs of {own.likeness}"
        used = [each.line for way in run.ways for each in way if each.line.component == TRAINING]
        names = list(dict.fromkeys(line.instance_type for line in used if line.instance_type))
        market = self._market.saving(region_id, names[0]) if len(names) == 1 else None
        if market is None:
            return None
        twin = names[0].removeprefix("ml.")
        text = f"the average of EC2's spot market for {twin}, which nobody promises ({market.source}, {market.as_of})"
        return Decimal(market.percent), text

    def _alternatives(self, kind: str, request: Mapping[str, Any], given: Decimal | None, costed: Costed) -> list[Alternative]:
        found = []
        for other in candidates(kind, request, costed.planned, prices=self.prices, facts=self.facts):
            patched = merged(request, other.change)
            try:
                cost = self.cost(kind, patched, other.region_id, given, instead_of=costed)
            except UsageError:
                continue
            if (told := alternative(other, cost, costed)) is not None:
                found.append(told)
        found.sort(key=lambda pair: pair[0])
        return [told for _, told in found[:MOST_ALTERNATIVES]]

    # -- writing it down --------------------------------------------------------------------

    def document(self, costed: Costed) -> Estimate:
        """Write it down, without alternatives."""
        planned = costed.planned
        unpriced = [self._unpriced(line) for line in costed.missing if not is_volume(line)]
        unpriced += [of_problem(problem) for problem in planned.unpriced]
        notes = [note(problem) for problem in planned.notes] + [note(no_price(e.line)) for e in costed.missing if is_volume(e)]
        notes += [OWN_RATES_ALONE] if costed.is_partly_listed else []
        if_all = "" if planned.most_together is None or len(planned.runs) < 2 else IF_ALL
        currencies = {line.price.billing_currency for _, _, ways in costed.runs for way in ways for line in way.lines}
        return Estimate(
            kind=planned.kind,
            region_id=planned.region_id,
            billing_currency=currencies.pop() if len(currencies) == 1 else billing_currency_of(planned.region_id),
            is_complete=not unpriced,
            list_cost=to_range(costed.listed()),
            contracted_cost=to_range(costed.contracted()) if costed.is_contracted else None,
            cost_per_hour=costed.per_hour(),
            duration_seconds=costed.runs[0][1].range if costed.runs else NO_TIME,
            lines=[document(line, if_all) for _, _, ways in costed.runs for line in (ways[0].lines if ways else ())],
            unpriced=unpriced,
            assumptions=[*costed.remarks, *planned.assumptions],
            data_quality=notes,
        )

    def _unpriced(self, planned: PlannedLine) -> UnpricedLine:
        line = planned.line
        query = PriceQuery(region_id=line.region_id, instance_type=line.instance_type, component=line.component)
        error = no_price(line) if line.instance_type is None else unknown(self.prices, query)
        return UnpricedLine(
            description=line.description + (PAID if planned.is_prepaid else ""),
            component=line.component,
            instance_type=line.instance_type,
            pricing_unit=line.pricing_unit,
            message=f"{error.message} {PREPAID}" if planned.is_prepaid else error.message,
            hint=error.hint,
        )


def learnt_from(kind: str) -> str:
    """Give of which kind the earlier runs are: a tuning job's are training jobs."""
    return "training" if kind == "tuning" else kind


def whole_ones(ways: tuple[CostedWay, ...]) -> tuple[CostedWay, ...]:
    """Leave out, of several ways, those whose instances have no price: what the others cost says nothing of them."""
    return tuple(way for way in ways if way.is_whole) or ways if len(ways) > 1 else ways


def counted(planned: Planned) -> list[PlannedRun]:
    """Give the runs, each with the number of jobs it may have alone."""
    if planned.most_together is None:
        return list(planned.runs)
    fewest, most = planned.fewest_together or 0, planned.most_together
    return [replace(run, fewest=fewest, most=most, whole_limit_seconds=None) for run in planned.runs]


def checked_kind(kind: str | None, request: object) -> str:
    """Give the kind of a request, by its shape where it is not named.

    Raises:
        UsageError: There is no such kind, or nothing tells which it is.
    """
    names = [each.name for each in REQUEST_KINDS]
    hint = f"Say which: {', '.join(names)}."
    if kind is not None:
        if kind not in names:
            raise UsageError(f"There is no kind {kind[:40]!r}.", hint)
        return kind
    if not isinstance(request, Mapping):
        raise UsageError("The request is no structure of names and values.", "Give it as boto3 takes it, a dict.")
    found = kind_of_request(request)
    if found is None:
        raise UsageError(why_unread(request) or "Nothing in the request tells what it would start.", hint)
    return found


def seconds_of_hours(hours: Decimal | None) -> Decimal | None:
    """Give the seconds of so many hours.

    Raises:
        UsageError: It is no number above 0, or above 8,784 (a year).
    """
    if hours is None:
        return None
    if not hours.is_finite() or not 0 < hours <= MOST_HOURS:
        raise UsageError(
            f"{str(hours)[:20]} hours is no time a run can take.", "Give hours above 0 and at most 8784, such as 1.5."
        )
    return EXACT.multiply(hours, SECONDS)


def spot_remark(saving: Saving | None, *, is_counted: bool) -> str:
    """Say what Spot is expected to save; the most that can be billed is without any saving."""
    if saving is None:
        return "Spot: what it saves is not known here, so none is counted"
    percent, why = saving
    text = f"Spot: {percent.normalize():f} % less billed time, {why}"
    return text if is_counted else f"{text}; not counted, since the runtime is known by its limit alone"


def alternative(other: Candidate, cost: Costed, instead_of: Costed) -> tuple[Decimal, Alternative] | None:
    """Tell an alternative, with its saving to sort by; None: it saves nothing, or what it costs is not known."""
    before, after = instead_of.contracted(), cost.contracted()
    now, then = before[1], after[1]
    if instead_of.is_without_end:
        now, then = instead_of.per_hour(), cost.per_hour()
    if now is None or then is None or then >= now or len(cost.missing) > len(instead_of.missing):
        return None
    basis = other.basis
    if basis == SPOT:
        basis = next(text for text in cost.remarks if text.startswith(SPOT))
    elif other.is_other_speed and cost.runs[0][1] is not instead_of.runs[0][1]:
        basis = f"price and speed: {cost.runs[0][1].remarks[0]}"
    if (lacking := cost.without_volumes()) is not None:
        basis = f"{basis}; without its volumes, {lacking}"
    return then - now, Alternative(
        title=other.title,
        change=other.change,
        region_id=other.region_id,
        list_cost=to_range(cost.listed()),
        contracted_cost=to_range(after) if cost.is_contracted or instead_of.is_contracted else None,
        cost_per_hour=cost.per_hour(),
        basis=basis,
    )


def is_volume(planned: PlannedLine) -> bool:
    """Tell whether a line is of storage, of which a missing price is no missing price of the launch."""
    return planned.line.pricing_unit == "GB-Mo"


def of_problem(problem: Problem) -> UnpricedLine:
    """Tell what will be billed and cannot be counted."""
    return UnpricedLine(
        description=problem.subject or problem.code,
        component="",
        instance_type=None,
        pricing_unit="",
        message=problem.message,
        hint=problem.hint,
    )


def note(problem: Problem) -> EstimateNote:
    """Write down what a figure lacks."""
    return EstimateNote(code=problem.code, message=problem.message, hint=problem.hint)
