"""What ``mlcost.estimate()`` and ``%estimate_cost`` answer with: an Estimate with a text form, an HTML form and a dict form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlcost_ext.core.estimate import Estimate
from mlcost_ext.core.wire import to_document
from mlcost_ext.usecases.estimate_text import estimate_text

if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateReport:
    """What a launch will cost; nothing of it is a bill."""

    estimate: Estimate

    def __repr__(self) -> str:
        """Give the text form."""
        return estimate_text(self.estimate)

    def _repr_html_(self) -> str:
        from .estimate_html import estimate_html

        return estimate_html(self.estimate)

    def to_dict(self) -> dict[str, Any]:
        """Give plain data, as ``POST estimates`` answers: money as decimal strings, `None` where it is unknown."""
        document: dict[str, Any] = to_document(self.estimate)
        return document
