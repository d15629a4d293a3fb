"""Studio's recovery mode: a space that would not start is opened to be mended, and nobody may stand in the way."""

from __future__ import annotations

from collections.abc import Mapping

from mlcost_ext.core.host import Host

from .metadata import region_of

OFF = ("", "0", "false", "no")
"""AWS's own extension takes an unset variable for ``false``."""


def detect(env: Mapping[str, str]) -> Host | None:
    """Tell whether the space was started for recovery; no file is read."""
    if env.get("SAGEMAKER_RECOVERY_MODE", "").strip().lower() in OFF:
        return None
    return Host(kind="studio", region_id=region_of(env), does_nothing=True)
