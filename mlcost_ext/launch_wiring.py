"""What launches are judged by, the same in a kernel, a server and a terminal: rules, policy, prices, what is remembered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from .core.estimate import Estimate
from .guard_wiring import LoadedRules, load_rules
from .kernel_wiring import policy_files
from .launch_evidence import BucketRegions, KernelEvidence, earlier_runs_of
from .ledger.earlier_runs import EarlierRunStore
from .policy_files.compiling import PolicyInForce
from .usecases.estimating import Estimator
from .usecases.judged import Judged
from .usecases.preflight import Preflight, Types
from .usecases.sized_estimate import size_remark, sized

TYPES_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request that is not sent."""

    kind: str | None
    """None: it is found from the request's shape."""
    request: Mapping[str, Any]
    region_id: str
    hours: Decimal | None = None
    """How long one run is expected to take; None: by earlier runs, else by its limit."""
    input_bytes: int | None = None
    """How large its input is; None: as S3 has lately listed it."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """What a launch from here would be given where it has no such tag."""


class Judging:
    """What stays the same from launch to launch.

    Args:
        home: MLCOST_HOME.
        named: A policy's file that stands in the place of all layers; None: the layers hold.
    """

    def __init__(self, home: Path, named: str | None = None) -> None:
        self._home = home
        self.loaded: LoadedRules = load_rules()
        self._policies = policy_files(home, named, self.loaded)
        self._buckets = BucketRegions(home)
        self._runs: tuple[str | None, EarlierRunStore] | None = None
        self._types: tuple[float, Types] = (float("-inf"), {})

    def policy(self) -> PolicyInForce:
        """Give what is in force."""
        return self._policies.in_force()

    def preflight(
        self, estimator: Estimator, server_id: str | None, *, session: Any = None, region_id: str | None = None
    ) -> Preflight:
        """Give what judges one launch.

        Args:
            estimator: Tells what it costs.
            server_id: Whose ledger tells of earlier launches; None: nobody's.
            session: The caller's, of boto3 or botocore; None: AWS is asked nothing.
            region_id: Where the launch goes.
        """
        evidence = KernelEvidence(
            self._home, server_id, session, region_id=region_id or None, regions=self._buckets, runs=self._runs_of(server_id)
        )
        return Preflight(estimator, self.loaded.rules, self.policy().policy, evidence, self._types_now())

    def _runs_of(self, server_id: str | None) -> EarlierRunStore | None:
        """Keep a server's ledger open from launch to launch; None: it keeps none yet."""
        if self._runs is None or self._runs[0] != server_id:
            found = earlier_runs_of(self._home, server_id)
            self._runs = None if found is None else (server_id, found)
        return None if self._runs is None else self._runs[1]

    def _types_now(self) -> Types:
        """Give what was looked up of types within the last minute: what changes would do, not what they cost."""
        now = time.monotonic()
        if now - self._types[0] >= TYPES_SECONDS:
            self._types = (now, {})
        return self._types[1]

    def estimate(self, estimator: Estimator, server_id: str | None, asked: Question, now: datetime) -> tuple[Estimate, Judged]:
        """Estimate and judge a request without sending it; see `Preflight.judge` and `usecases.sized_estimate`.

        Raises:
            UsageError: The request, its kind, the region or the hours are wrong.
        """
        preflight = self.preflight(sized(estimator, asked.input_bytes), server_id, region_id=asked.region_id)
        judged = preflight.judge(asked.kind, asked.request, asked.region_id, now=now, hours=asked.hours, tags=asked.tags)
        found = preflight.with_alternatives(judged, asked.hours)
        remark = size_remark(found, asked.input_bytes)
        return replace(found, assumptions=[*found.assumptions, remark]) if remark else found, judged
