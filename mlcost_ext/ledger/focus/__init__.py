"""The ledger's charges in the columns of FOCUS 1.2, as CSV or Parquet."""

from .columns import BY_NAME, COLUMNS, Column
from .exporting import FOCUS_VERSION, Tally, check_target, export
from .gaps import GAPS, Gap, failing_rules
from .rows import row_of

__all__ = [
    "BY_NAME",
    "COLUMNS",
    "FOCUS_VERSION",
    "GAPS",
    "Column",
    "Gap",
    "Tally",
    "check_target",
    "export",
    "failing_rules",
    "row_of",
]
