"""Estimate a request of which the user says how large its input is."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mlcost_ext.core.estimate import Estimate
from mlcost_ext.core.planned import RunKey
from mlcost_ext.core.ports import RunHistory
from mlcost_ext.core.runs import OwnSaving, RunForecast

from .estimating import Estimator
from .input_size import converted, not_counted, told_size


class SizedHistory:
    """A history that is asked for runs with an input of one size."""

    def __init__(self, history: RunHistory, input_bytes: int) -> None:
        self._history, self._input_bytes = history, input_bytes

    def forecast(self, kind: str, key: RunKey) -> RunForecast | None:
        """Give how long such a run will take with that input; None: too few like it have ended."""
        return self._history.forecast(kind, replace(key, input_bytes=self._input_bytes))

    def spot_saving(self, kind: str, key: RunKey) -> OwnSaving | None:
        """Give what Spot has saved of runs like it, whatever their input."""
        return self._history.spot_saving(kind, key)


def estimate(
    estimator: Estimator,
    kind: str | None,
    request: Mapping[str, Any],
    region_id: str,
    *,
    hours: Decimal | None,
    input_bytes: int | None,
) -> Estimate:
    """Estimate a request; see `Estimator.estimate`.

    Args:
        estimator: What tells what requests will cost.
        kind: Such as ``training``; None: it is found from the request's shape.
        request: As boto3 is given it.
        region_id: Where it would be sent.
        hours: How long one run is expected to take; None: by earlier runs, else by its limit.
        input_bytes: How large the input of one run is, above 0; None: as S3 has lately listed it, where it has.

    Raises:
        UsageError: The request, its kind or the hours are wrong.
    """
    found = sized(estimator, input_bytes).estimate(kind, request, region_id, hours=hours)
    remark = size_remark(found, input_bytes)
    return replace(found, assumptions=[*found.assumptions, remark]) if remark else found


def sized(estimator: Estimator, input_bytes: int | None) -> Estimator:
    """Give an estimator that takes the input of one run to be so large; None: as S3 has lately listed it."""
    if input_bytes is None or estimator.history is None:
        return estimator
    found = copy(estimator)
    found.history = SizedHistory(estimator.history, input_bytes)
    return found


def size_remark(found: Estimate, input_bytes: int | None) -> str | None:
    """Say so where the size that was told changes nothing; None: it does, or none was told."""
    if input_bytes is None or converted(told_size(input_bytes))[-1] in found.assumptions:
        return None
    return not_counted(input_bytes)
