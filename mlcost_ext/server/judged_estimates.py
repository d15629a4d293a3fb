"""What a launch would cost, and what the policy says of it: for the page and for whoever asks the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from mlcost_ext.core.estimate import Estimate
from mlcost_ext.launch_wiring import Judging, Question
from mlcost_ext.usecases.estimating import Estimator


class JudgedEstimates:
    """Estimates requests by this server's prices, ledger and policy; nothing is sent to AWS.

    Args:
        estimator: Tells what they cost.
        home: MLCOST_HOME.
        server_id: Whose ledger tells of earlier launches.
        now: Gives the time.
    """

    def __init__(self, estimator: Estimator, home: Path, server_id: str, now: Callable[[], datetime]) -> None:
        self._estimator, self._home, self._server_id, self._now = estimator, home, server_id, now
        self._judging: Judging | None = None

    def estimate(
        self, kind: str | None, request: Mapping[str, Any], region_id: str, hours: Decimal | None, input_bytes: int | None
    ) -> Estimate:
        """Say what a launch would cost; may be called from any thread, one at a time, and takes what it takes.

        Raises:
            MlcostError: The request cannot be understood.
        """
        if self._judging is None:
            self._judging = Judging(self._home)
        asked = Question(kind=kind, request=request, region_id=region_id, hours=hours, input_bytes=input_bytes)
        found, _ = self._judging.estimate(self._estimator, self._server_id, asked, self._now())
        return found
