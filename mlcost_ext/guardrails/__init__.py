"""Guardrails: what may be wrong with a launch before it is sent, one file a rule."""

from __future__ import annotations

from mlcost_ext.core.rule import Rule

from . import (
    allowed_type,
    always_on,
    data_elsewhere,
    list_cost_limit,
    managed_spot,
    oversized,
    price_quality,
    repeated_job,
    required_tags,
    small_run_first,
    spare_capacity,
    spot_checkpoints,
    stopping_condition,
    tuning_bounds,
    unpriced,
)

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = (
    list_cost_limit.RULE,
    stopping_condition.RULE,
    allowed_type.RULE,
    oversized.RULE,
    managed_spot.RULE,
    spot_checkpoints.RULE,
    small_run_first.RULE,
    repeated_job.RULE,
    tuning_bounds.RULE,
    always_on.RULE,
    spare_capacity.RULE,
    data_elsewhere.RULE,
    required_tags.RULE,
    unpriced.RULE,
    price_quality.RULE,
)
"""By their ids."""
