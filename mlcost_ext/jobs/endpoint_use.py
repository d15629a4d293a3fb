"""When the variants of an endpoint were last called, as far as CloudWatch's `Invocations` of each variant tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlcost_ext.core.standing import LastUse, Part
from mlcost_ext.core.times import time_from_text

from . import reading

Use = tuple[LastUse, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """What CloudWatch was asked: of each variant the time of its last call, or null for none."""

    variants: Mapping[str, Any]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> LookedUp:
        """Read the reader's `LastUse`; empty: nobody has asked, or nobody may."""
        return cls(variants=reading.inner(told, "variants"))

    def of_variant(self, name: str | None) -> Use:
        """Give the last use of one variant."""
        if name is None or name not in self.variants:
            return "unknown", None
        told = self.variants[name]
        if told is None:
            return "none_seen", None
        at = time_from_text(told)
        return ("unknown", None) if at is None else ("seen", at)


def last_use_of_all(parts: list[Part]) -> Use:
    """Give the last use of an endpoint: the newest there is; none only where each variant was looked at.

    A shadow variant gets copies of what production variants get, so those alone tell that there was none.
    """
    seen = [part.last_used_at for part in parts if part.last_used_at is not None]
    if seen:
        return "seen", max(seen)
    uses = {part.last_use for part in parts if part.kind == "variant"}
    return ("none_seen" if uses == {"none_seen"} else "unknown"), None
