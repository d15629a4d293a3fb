"""When each variant of an endpoint was last called: CloudWatch's `Invocations`, which wants endpoint and variant both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from mlcost_ext.aws.reader import cut
from mlcost_ext.aws.reader.ask import AT_ONCE, Pages, Rank, Steps, members
from mlcost_ext.aws.reader.faults import Fault
from mlcost_ext.aws.reader.known import seconds
from mlcost_ext.aws.reader.operations import METRICS

from .endpoints import SIDE, Endpoints
from .parts import Parts

LOOK_BACK = timedelta(days=30)
VIEWED_SECONDS = 900.0
BACKGROUND_SECONDS = 3600.0
"""CloudWatch charges for each metric asked for: a cent for a thousand."""
YOUNG_SECONDS = 900.0
FAILED_SECONDS = 300.0
"""After CloudWatch has failed for a variant it is asked again this soon."""
COMPLETE = "Complete"
NEVER = datetime.min.replace(tzinfo=timezone.utc)
HOUR_SECONDS, FIVE_MINUTES = 3600, 300
"""CloudWatch keeps five minutes for 63 days and hours for 455."""
MAX_QUERIES = 500
MAX_POINTS = 100_800
"""Of one answer: of thirty days by the hour it holds 140 variants."""
OVERLAP = timedelta(minutes=20)
"""CloudWatch may show a call late."""

Variant = tuple[str, str]
"""Endpoint and variant."""


@dataclass(slots=True, kw_only=True)
class Use:
    """What is known of a variant's calls."""

    looked_back_to: datetime
    asked_at: datetime
    last: datetime | None = None
    """No call is later than this; None: there was none."""


class LastUseFeed:
    """The state of asking CloudWatch in one region."""

    def __init__(self, parts: Parts, endpoints: Endpoints) -> None:
        self._parts, self._endpoints = parts, endpoints
        self._uses: dict[Variant, Use] = {}
        self._asked: set[Variant] = set()
        """Those asked for before, whether or not CloudWatch has told."""
        self._again = False
        """Whether CloudWatch has failed for one of them."""
        self._due = parts.clock()

    def due_at(self) -> float | None:
        """Give when to ask: at once for a variant that may have been called long ago; None where there is none."""
        if not self._endpoints.bases or not self._parts.permissions.allows(SIDE, METRICS):
            return None
        is_new = any(each not in self._asked and not self._is_young(each[0]) for each in self._variants())
        return AT_ONCE if is_new else self._due

    def _is_young(self, endpoint: str) -> bool:
        """Say whether an endpoint was created a moment ago: that it was not called yet says little, and can wait."""
        created = seconds(self._endpoints.bases[endpoint].get("CreationTime"))
        return created is not None and self._parts.now().timestamp() - created < YOUNG_SECONDS

    def rank(self) -> Rank:
        """Give its rank."""
        return Rank.METRICS

    def steps(self) -> Steps[None]:
        """Ask for all variants: those not asked for before a month back, the others for what is new.

        Raises:
            Fault: Where CloudWatch could not be read. A missing permission is none.
        """
        variants = list(self._variants())
        self._uses = {each: use for each, use in self._uses.items() if each in set(variants)}
        now, self._again = self._parts.now(), False
        try:
            for asked, start, period in self._questions(variants, now):
                yield from self._read(asked, start, now, period)
        except Fault as fault:
            if fault.problem.code != "permission_missing":
                raise
            self._parts.permissions.denied(SIDE, METRICS)
            self._endpoints.last_use.update(dict.fromkeys(self._endpoints.bases))
        else:
            self._parts.permissions.granted(SIDE, METRICS)
            self._tell()
        self._asked = set(variants)
        self._endpoints.hand_on(list(self._endpoints.bases))
        is_viewed = self._parts.tempo.pace == "viewed"
        wait = VIEWED_SECONDS if is_viewed else BACKGROUND_SECONDS
        self._due = self._parts.after(min(wait, FAILED_SECONDS) if self._again else wait)

    def _variants(self) -> Iterator[Variant]:
        for name, base in self._endpoints.bases.items():
            for variant in base.get("ProductionVariants") or ():
                if isinstance(variant.get("VariantName"), str):
                    yield name, variant["VariantName"]

    def _questions(self, variants: list[Variant], now: datetime) -> list[tuple[list[Variant], datetime, int]]:
        """Part the variants into calls: which, from when on, by which period."""
        new = [each for each in variants if each not in self._uses]
        start = (now - LOOK_BACK).replace(minute=0, second=0, microsecond=0)
        asked = [(part, start, HOUR_SECONDS) for part in portions(new, MAX_POINTS // (30 * 24 + 2))]
        old = [each for each in variants if each in self._uses]
        if old:
            since = min(self._uses[each].asked_at for each in old) - OVERLAP
            since = since.replace(minute=since.minute - since.minute % 5, second=0, microsecond=0)
            points = int((now - since).total_seconds() / FIVE_MINUTES) + 2
            asked += [(part, since, FIVE_MINUTES) for part in portions(old, min(MAX_QUERIES, MAX_POINTS // points))]
        return asked

    def _read(self, variants: list[Variant], start: datetime, now: datetime, period: int) -> Steps[None]:
        request = {
            "MetricDataQueries": [query(number, each, period) for number, each in enumerate(variants)],
            "StartTime": start,
            "EndTime": now,
            "ScanBy": "TimestampDescending",
        }
        pages, latest, whole = Pages(METRICS, request, Rank.METRICS), dict.fromkeys(variants, NEVER), set[Variant]()
        while (answer := (yield from pages.next())) is not None:
            for result in members(answer, "MetricDataResults"):
                variant = self._variant(result, variants)
                if variant is not None:
                    latest[variant] = max([latest[variant], *called_at(result)])
                    whole |= {variant} if result.get("StatusCode", COMPLETE) == COMPLETE else set()
        for variant, at in latest.items():
            last = min(at + timedelta(seconds=period), now) if at > start - timedelta(seconds=period) else None
            self._note(variant, last, start, now, is_whole=variant in whole)

    def _note(self, variant: Variant, last: datetime | None, start: datetime, now: datetime, *, is_whole: bool) -> None:
        """Take in what was told of a variant's calls; where CloudWatch has failed, it is asked again for the same time."""
        use = self._uses.get(variant)
        if use is None and not is_whole:
            self._again = True
            return
        use = use or Use(looked_back_to=start, asked_at=now)
        self._uses[variant] = use
        use.asked_at = now if is_whole else use.asked_at
        self._again = self._again or not is_whole
        use.last = max(filter(None, [use.last, last]), default=None)

    def _variant(self, result: Mapping[str, Any], variants: list[Variant]) -> Variant | None:
        identity = result.get("Id")
        number = identity[1:] if isinstance(identity, str) else ""
        return variants[int(number)] if number.isdecimal() and int(number) < len(variants) else None

    def _tell(self) -> None:
        for name in self._endpoints.bases:
            uses = {variant: use for (endpoint, variant), use in self._uses.items() if endpoint == name}
            if uses:
                back = max(use.looked_back_to for use in uses.values())
                told = {variant: cut.time(use.last) for variant, use in uses.items()}
                self._endpoints.last_use[name] = {"looked_back_to": cut.time(back), "variants": told}


def query(number: int, variant: Variant, period: int) -> dict[str, Any]:
    """Ask for the calls of one variant."""
    dimensions = [{"Name": "EndpointName", "Value": variant[0]}, {"Name": "VariantName", "Value": variant[1]}]
    metric = {"Namespace": "AWS/SageMaker", "MetricName": "Invocations", "Dimensions": dimensions}
    return {"Id": f"v{number}", "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}}


def called_at(result: Mapping[str, Any]) -> Iterable[datetime]:
    """Give the beginnings of the spans in which there were calls."""
    times, values = result.get("Timestamps") or (), result.get("Values") or ()
    for time, value in zip(times, values, strict=False):
        moment = cut.moment(time)
        if moment is not None and (cut.number(value) or 0) > 0:
            yield moment


def portions(items: list[Variant], size: int) -> Iterator[list[Variant]]:
    """Part a list into lists of at most `size`."""
    for start in range(0, len(items), max(1, size)):
        yield items[start : start + max(1, size)]
