"""What ``mlcost.ledger()`` gives: charges with a text form, an HTML form, a dict form, and as a table of pandas or Arrow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from mlcost_ext.core.charge_documents import Charges
from mlcost_ext.core.ledger import ChargeRecord
from mlcost_ext.core.money import plain_text
from mlcost_ext.core.times import time_to_text
from mlcost_ext.core.wire import to_document

from . import charges_text

if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeReport:
    """Charges of some days, one by one or added up; nothing of it is a bill."""

    document: Charges
    """The totals, and the groups where something was grouped, as ``GET charges`` gives them."""
    records: tuple[ChargeRecord, ...] | None
    """Each charge; `None`: sums were asked for."""

    def __repr__(self) -> str:
        """Give the text form."""
        return charges_text.report_text(self)

    def _repr_html_(self) -> str:
        return charges_text.report_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Give plain data: what ``GET charges`` answers, and where nothing was grouped each charge as well, in ``charges``."""
        document: dict[str, Any] = to_document(self.document)
        if self.records is not None:
            from .charges_table import charge_rows

            document["charges"] = [{name: plain(value) for name, value in row.items()} for row in charge_rows(self.records)]
        return document

    def to_pandas(self) -> Any:
        """Give a DataFrame, a row a charge or a group; money as `Decimal`, so that it adds up.

        Raises:
            ImportError: pandas is not installed.
        """
        from .charges_table import to_pandas

        return to_pandas(self)

    def to_arrow(self) -> Any:
        """Give an Arrow table, a row a charge or a group; money as decimal128.

        Raises:
            ImportError: pyarrow is not installed.
        """
        from .charges_table import to_arrow

        return to_arrow(self)


def plain(value: str | Decimal | datetime | bool | None) -> str | bool | None:
    """Write a value as JSON has it; amounts with all their digits."""
    if isinstance(value, Decimal):
        return plain_text(value)
    return time_to_text(value) if isinstance(value, datetime) else value
