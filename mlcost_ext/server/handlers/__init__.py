"""Paths below `<base_url>/mlcost-ext/`, one file each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import (
    calibration,
    charges,
    estimates,
    executions,
    findings,
    idle,
    jobs,
    openapi,
    overview,
    policy_replay,
    prices,
    standing,
    unknown,
)

if TYPE_CHECKING:
    from mlcost_ext.server.live import Live

ROUTES = (
    *overview.ROUTES,
    *jobs.ROUTES,
    *standing.ROUTES,
    *estimates.ROUTES,
    *calibration.ROUTES,
    *prices.ROUTES,
    *charges.ROUTES,
    *executions.ROUTES,
    *findings.ROUTES,
    *idle.ROUTES,
    *policy_replay.ROUTES,
    *openapi.ROUTES,
)


def handlers(live: Live) -> list[tuple[str, type, dict[str, Any]]]:
    """Give Tornado's list of paths and handlers."""
    return [(rf"/mlcost-ext/{path}", handler, {"live": live}) for path, handler in (*ROUTES, *unknown.ROUTES)]
