"""Instance preferences: which of them a job got."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def selected(config: Mapping[str, Any], preference: int, *, is_there: bool) -> dict[str, Any]:
    """Add to a cluster's description which of its InstancePreferences it has become.

    Args:
        config: The ResourceConfig or ClusterConfig that was asked for.
        preference: Which of them there is capacity for, from 0; one past the end is the last.
        is_there: Whether the instances are there; before, AWS has not selected yet.
    """
    preferences = config.get("InstancePreferences", [])
    if not preferences or not is_there:
        return dict(config)
    chosen = preferences[min(preference, len(preferences) - 1)]
    return {
        **config,
        "SelectedInstanceType": chosen["InstanceType"],
        "SelectedInstanceCount": chosen.get("InstanceCount", config.get("InstanceCount", 1)),
    }
