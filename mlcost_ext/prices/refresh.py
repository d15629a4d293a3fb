"""Refresh the kept AWS price lists, from AWS's API or from its offer files; faults are told, never raised."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from mlcost_ext.core.errors import MlcostError
from mlcost_ext.core.job import Problem
from mlcost_ext.core.times import time_to_text

from .price_list.api import PricingApi
from .price_list.changes import Change
from .price_list.collect import Collector
from .price_list.due import is_due, note_outcome
from .price_list.errors import ENDLESS, SHRUNKEN, UNUSABLE, PriceListError, problem_of
from .price_list.lock import only_one
from .price_list.merge import Merged, Named, merge, of_no_use, one_of_several
from .price_list.offer_file import nothing_of_use, read_file
from .price_list.progress import FOLDER, forget
from .price_list.read_pages import MOST_PAGES, PageReader
from .price_list.region_list import ServiceList, service_code
from .price_list.replace import replace_service
from .price_list.sealed import remove_left_over
from .price_list.store import Store

__all__ = ["RefreshResult", "RegionResult", "is_due", "refresh", "refresh_from_file"]

API_SOURCE = "GetProducts"
UNFIT = (UNUSABLE, SHRUNKEN, ENDLESS)
"""Codes of lists that came and were not taken."""
Clock = Callable[[], datetime]


@dataclass
class RegionResult:
    """How the refresh of one region went."""

    region_id: str
    counts: dict[str, int] = field(default_factory=dict)
    """Prices found, by component."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Products without a price that can be used, by reason."""
    changes: tuple[Change, ...] = ()
    refreshed: tuple[str, ...] = ()
    """The services whose prices were replaced."""
    problems: tuple[Problem, ...] = ()
    """Why others were not: their old prices are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshResult:
    """How a refresh went."""

    state: Literal["done", "already_running", "failed"]
    """``done``: each region tells for itself."""
    regions: tuple[RegionResult, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Of the refresh as a whole, and of files that could not be read."""


def refresh(
    region_ids: Iterable[str],
    services: tuple[str, ...],
    api: PricingApi,
    store: Store,
    clock: Clock,
    *,
    sleep: Callable[[float], None] = time.sleep,
    is_forced: bool = False,
    most_pages: int = MOST_PAGES,
) -> RefreshResult:
    """Read the lists of regions from AWS, one after the other, and keep them.

    Args:
        region_ids: Whose prices are wanted.
        services: ``AmazonSageMaker``, ``AmazonEC2`` or both; see `SERVICES`.
        api: Asks AWS.
        store: Where the lists are kept.
        clock: Gives the present time, aware.
        sleep: Waits that many seconds.
        is_forced: Take a list although many of the old prices would be gone.
        most_pages: Of one service in one region, after which it is taken to be endless.

    Returns:
        For each region what was found and what has changed, or why its old prices are kept.
    """

    def each() -> tuple[RegionResult, ...]:
        reader = PageReader(api, store.folder, clock, sleep, most_pages)
        return tuple(_refresh_region(region_id, services, reader, store, clock, is_forced=is_forced) for region_id in region_ids)

    return _alone(store, lambda: RefreshResult(state="done", regions=each()))


def refresh_from_file(paths: Iterable[Path], store: Store, clock: Clock, *, is_forced: bool = False) -> RefreshResult:
    """Read AWS's offer files, in JSON or CSV, and keep the lists of the regions that are in them.

    Args:
        paths: Together they hold all prices of the services and regions that are in them; answers of GetProducts with all pages.
        store: Where the lists are kept.
        clock: Gives the present time, aware.
        is_forced: Take a list although many of the old prices would be gone.

    Returns:
        For each region what was found and what has changed, or why its old prices are kept.
    """

    def each() -> RefreshResult:
        today = clock().date().isoformat()
        readings: list[Named] = []
        problems: list[Problem] = []
        for path in paths:
            try:
                readings.append((_printable(path.name), read_file(path, today)))
            except PriceListError as error:  # noqa: PERF203 - a file is read for longer than that takes
                problems.append(problem_of(error, path.name))
        are_all_read, merged = not problems, merge(readings)
        problems += [problem_of(nothing_of_use(), name) for name in of_no_use(readings, merged)]
        results: dict[str, RegionResult] = {}
        for (region_id, service), found in merged.items():
            result = results.setdefault(region_id, RegionResult(region_id))
            _take_files(result, service, found, store, clock, is_forced=is_forced, are_all_read=are_all_read)
        return RefreshResult(state="done", regions=tuple(results.values()), problems=tuple(problems))

    return _alone(store, each)


def _alone(store: Store, work: Callable[[], RefreshResult]) -> RefreshResult:
    try:
        with only_one(store.folder) as is_ours:
            if not is_ours:
                return RefreshResult(state="already_running")
            remove_left_over(store.folder)
            remove_left_over(store.folder / FOLDER)
            return work()
    except OSError as error:
        message = f"The folder of the AWS price lists cannot be used ({type(error).__name__})."
        hint = "Make it writable, or set MLCOST_HOME to a folder that is."
        return RefreshResult(state="failed", problems=(Problem(code="price_list_folder", message=message, hint=hint),))


def _refresh_region(
    region_id: str, services: tuple[str, ...], reader: PageReader, store: Store, clock: Clock, *, is_forced: bool
) -> RegionResult:
    result = RegionResult(region_id)
    try:
        store.path(region_id)
    except ValueError:
        problem = Problem(code="region_unknown", message="That is no AWS region.", hint="Name it as AWS does, such as eu-west-1.")
        result.problems = (problem,)
        return result
    for service in services:
        problem_code = _refresh_service(result, service, reader, store, clock, is_forced=is_forced)
        if problem_code not in (None, *UNFIT):
            break  # AWS will not answer the next question either
    note_outcome(store, region_id, clock(), result.problems[0].code if result.problems else None)
    return result


def _refresh_service(
    result: RegionResult, service: str, reader: PageReader, store: Store, clock: Clock, *, is_forced: bool
) -> str | None:
    """Replace the prices of one service; the code of the problem, or None."""
    try:
        progress = reader.read(result.region_id, service)
        facts = _facts(API_SOURCE, progress.published_on, clock, progress.collector.reasons())
        forget(store.folder, result.region_id, service)
        _replace(result, service, facts, progress.collector, store, is_forced=is_forced)
    except MlcostError as error:
        result.problems += (problem_of(error, service),)
        return error.code
    return None


def _take_files(
    result: RegionResult, service: str, found: Merged, store: Store, clock: Clock, *, is_forced: bool, are_all_read: bool
) -> None:
    skipped = found.skipped + Counter(found.collector.reasons())
    facts = _facts(_source(found.names), found.published_on, clock, dict(sorted(skipped.items())))
    try:
        if found.pages_with_more and not (found.has_end and are_all_read):
            raise one_of_several(found.pages_with_more)
        _replace(result, service, facts, found.collector, store, is_forced=is_forced)
    except PriceListError as error:
        result.problems += (problem_of(error, service),)


def _source(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _printable(name: str) -> str:
    """Give a file's name as it may be kept and shown."""
    return "".join(filter(str.isprintable, name))[:100]


def _facts(source: str, published_on: str | None, clock: Clock, skipped: Mapping[str, int]) -> ServiceList:
    now = clock()
    as_of = min(published_on or now.date().isoformat(), now.date().isoformat())
    return ServiceList(source=source, publication_date=published_on, as_of=as_of, read_at=time_to_text(now), skipped=skipped)


def _replace(
    result: RegionResult, service: str, facts: ServiceList, collector: Collector, store: Store, *, is_forced: bool
) -> None:
    offers = {key: offer for key, offer in collector.offers().items() if service_code(offer.component) == service}
    result.skipped += Counter(facts.skipped)
    keeps_old = not result.refreshed
    changes = replace_service(store, result.region_id, service, facts, offers, is_forced=is_forced, keeps_old=keeps_old)
    result.counts |= dict(sorted(Counter(offer.component for offer in offers.values()).items()))
    result.changes += changes
    result.refreshed += (service,)
