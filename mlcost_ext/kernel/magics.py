"""The magics' command lines; what they show is counted elsewhere."""

from __future__ import annotations

import os
from datetime import datetime, timezone

from IPython.core.error import UsageError

from mlcost_ext.ledger.spool_writer import mlcost_home

from .cost import read_report
from .cost_report import CostNotice, CostReport
from .identity import this_notebook


def cost(line: str) -> CostReport | CostNotice | dict[str, object]:
    """Run ``%cost``.

    Raises:
        UsageError: An argument other than ``--json``; IPython shows it in one line.
    """
    arguments = line.split()
    if arguments not in ([], ["--json"]):
        raise UsageError(f"%cost does not know {' '.join(arguments)[:80]!r}; type %cost or %cost --json")
    result = read_report(
        home=mlcost_home(),
        server_id=os.environ.get("MLCOST_SERVER_ID"),
        notebook=this_notebook(),
        now=datetime.now(timezone.utc),
    )
    return result.to_dict() if arguments else result
