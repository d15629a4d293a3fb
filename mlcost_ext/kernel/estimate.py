"""Estimate what something will cost, which is what ``mlcost.estimate()`` does; nothing is launched and AWS is asked nothing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from mlcost_ext.core.errors import MlcostError, UsageError
from mlcost_ext.core.estimate import Estimate
from mlcost_ext.core.region import checked_region
from mlcost_ext.kernel_wiring import estimator
from mlcost_ext.launch_wiring import Judging, Question
from mlcost_ext.ledger.home import mlcost_home
from mlcost_ext.prices.book import PriceBook
from mlcost_ext.prices.instances import has_local_disk
from mlcost_ext.usecases.estimate_numbers import read_hours, read_input_gb, read_whole
from mlcost_ext.usecases.estimating import Estimator

from .estimate_report import EstimateReport
from .targets import Options, Target, read_target


def estimate(  # noqa: PLR0913 - each is an option by its own name
    target: object = None,
    *,
    kind: str | None = None,
    region_id: str | None = None,
    hours: Decimal | float | str | None = None,
    instance_type: str | None = None,
    instance_count: int | None = None,
    is_spot: bool | None = None,
    volume_gb: int | None = None,
    input_gb: Decimal | float | str | None = None,
) -> EstimateReport:
    """Estimate what a target, or what the options describe, will cost; see `mlcost_ext.estimate`.

    Raises:
        MlcostError: Something is wrong with the target or an option; it says so, and what to do.
    """
    try:
        options = Options(
            kind=kind,
            instance_type=instance_type,
            instance_count=read_whole(instance_count, "instance_count", 2),
            hours=read_hours(hours, "hours"),
            is_spot=is_spot,
            volume_gb=read_whole(volume_gb, "volume_gb", 100),
            region_id=region_id,
            input_bytes=read_input_gb(input_gb, "input_gb"),
        )
        return report(target, options)
    except MlcostError as error:
        raise type(error)(f"{error.message} {error.hint}", error.hint, code=error.code) from None


def report(target: object, options: Options) -> EstimateReport:
    """Read a target with the options beside it, and estimate it.

    Raises:
        MlcostError: Something is wrong with either.
    """
    return EstimateReport(estimate=estimated(read_target(target, options, has_local_disk), options))


def estimated(target: Target, options: Options) -> Estimate:
    """Estimate what was read; what it does not tell is among what is taken for granted.

    Raises:
        MlcostError: The request is wrong, or no region is known.
    """
    region_id = region_of(options, target, os.environ)
    home = mlcost_home()
    asked = Question(
        kind=target.kind,
        request=target.request,
        region_id=region_id,
        hours=options.hours,
        input_bytes=options.input_bytes,
        tags=tags_here(),
    )
    found, _ = this_judging(home).estimate(this_estimator(), server_of(home), asked, datetime.now(timezone.utc))
    told = [note for note in target.notes if note not in found.assumptions]
    return replace(found, assumptions=[*found.assumptions, *told]) if told else found


def region_of(options: Options, target: Target, env: Mapping[str, str]) -> str:
    """Take the region that was said, the target's session's, or that of the environment, the AWS profile or the host.

    Raises:
        UsageError: None of them names one, or it does not look like one.
    """
    named = options.region_id or target.region_id or env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION") or region_here(env)
    if not named:
        hint = "Say one, as in --region us-east-1 or region_id='us-east-1', or set AWS_REGION."
        raise UsageError("No AWS region is set.", hint, code="region_missing")
    return checked_region(named)


def region_here(env: Mapping[str, str]) -> str | None:
    """Give the region of the AWS profile, else of the host; None: neither is known."""
    from mlcost_ext.config import profile_region
    from mlcost_ext.hosts import detect

    return profile_region(env) or detect(env).region_id


@lru_cache(maxsize=1)
def this_judging(home: Path) -> Judging:
    """Keep what launches are judged by, which follows the policy's files by itself."""
    return Judging(home)


def tags_here() -> dict[str, str]:
    """Give the tags that a launch of this kernel would be given: the project's, and those of `%cost_tags`."""
    from IPython.core.getipython import get_ipython

    from mlcost_ext.policy_files.project_tags import ProjectTags

    shell = get_ipython()
    found = {} if shell is None else getattr(shell, "meta", {})
    here = found.get("mlcost_ext")
    said = {} if here is None else here.tags_said()
    return {**ProjectTags().tags(), **said}


def this_estimator() -> Estimator:
    """Give the estimator of this process, by its files as they are now: rates, AWS's list of prices, the server's ledger.

    Raises:
        UsageError: MLCOST_HOME leads nowhere.
    """
    home = mlcost_home()
    server_id = server_of(home)
    found = estimator_in(home, server_id, has_ledger(home, server_id))
    if isinstance(found.prices, PriceBook):
        found.prices.look_again()
    return found


def server_of(home: Path) -> str | None:
    """Give the server whose ledger tells of earlier runs: as `mlcost.ledger()` chooses it; None: there is none."""
    named = os.environ.get("MLCOST_SERVER_ID")
    if named or not any(home.glob("servers/*/overview.json")):
        return named or None
    from .charges import server_behind  # slow to import, and only outside of a Jupyter server is there a choice

    with contextlib.suppress(MlcostError):
        return server_behind(home).server_id
    return None


def has_ledger(home: Path, server_id: str | None) -> bool:
    """Tell whether the server keeps a ledger yet, which tells of earlier runs."""
    return server_id is not None and (home / "servers" / server_id / "ledger.sqlite").is_file()


@lru_cache(maxsize=1)
def estimator_in(home: Path, server_id: str | None, _has_ledger: bool) -> Estimator:
    """Keep the estimator that stands on a home, so that its prices are read once; a ledger that came later makes another."""
    return estimator(home, server_id)
