"""What makes a run like others: as earlier runs are told apart, with the instances of its first way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.core.planned import RunKey, Way
from mlcost_ext.jobs.run_key import key_of


def run_key(kind: str, source: Mapping[str, Any], way: Way) -> RunKey:
    """Give the key of a run; of several instance types, or of none, there is none to compare.

    Args:
        kind: `training`, `processing` or `transform`.
        source: The request; of a tuning job one of its definitions.
        way: The first of its ways.
    """
    try:
        key = key_of(kind, source)
    except ValueError:  # a whole number of more than 4,300 digits, which Python does not write
        key = RunKey()
    told = [planned.line for planned in way if planned.clock == "run" and planned.line.instance_type is not None]
    alone = told[0] if len(told) == 1 else None
    return replace(
        key,
        instance_type=alone.instance_type if alone else None,
        instance_count=int(alone.quantity) if alone else None,
    )
