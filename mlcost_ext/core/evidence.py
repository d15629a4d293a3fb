"""Evidence: what is known of earlier launches, of how well machines were used, and of where data is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from .rule import NothingKept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .planned import RunKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Utilisation:
    """How much of its machines a job has used; None: not measured."""

    cpu_percent: Decimal | None
    """The highest five-minute average of all cores together, 0 to 100."""
    gpu_percent: Decimal | None
    """The same of all accelerators together, 0 to 100."""
    memory_percent: Decimal | None
    gpu_memory_percent: Decimal | None
    disk_percent: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRun:
    """A job of the user's own that has run."""

    name: str
    status: str
    """As AWS says it."""
    ended_at: datetime
    instance_type: str | None
    instance_count: int | None
    run_seconds: int | None
    list_cost: Decimal | None
    """What its instances cost by the list; None: not known."""
    volume_gb: Decimal | None
    utilisation: Utilisation | None
    has_same_code: bool
    """Whether image and script are the same as of the run that was asked for."""
    has_same_data: bool
    """Whether its inputs were at the same addresses; where only what is alike of them is known, whether that is the same."""
    has_same_parameters: bool
    """Whether its request had the same hyperparameters, environment and arguments; False where that is not known."""
    retained_seconds: int | None = None
    """For how long a warm pool kept its instances after its end, billed; None: not known, not over, or there was no pool."""
    is_pool_reused: bool | None = None
    """Whether another job took these over; None: likewise."""


class Evidence(Protocol):
    """Somebody who remembers. Answers at once, or within the time that a launch may be held up for."""

    def earlier_runs(self, kind: str, key: RunKey, request: Mapping[str, Any]) -> Sequence[EarlierRun]:
        """Give the user's own runs of that kind and image of the last 90 days, the latest first, at most 50.

        Raises:
            Unsure: What is remembered cannot be read; `NothingKept` where nothing is.
        """
        ...

    def bucket_region(self, bucket: str) -> str | None:
        """Give the region of an S3 bucket; None: AWS does not say (it belongs to somebody else, or does not exist).

        Raises:
            Unsure: AWS could not be asked in time.
        """
        ...

    def training_types(self) -> frozenset[str]:
        """Give the instance types that the user's own training jobs of the last 90 days ran on.

        Raises:
            Unsure: What is remembered cannot be read.
        """
        ...


class NoEvidence:
    """Somebody who remembers nothing and asks nobody, such as a terminal without a ledger."""

    def earlier_runs(self, kind: str, key: RunKey, request: Mapping[str, Any]) -> Sequence[EarlierRun]:  # noqa: ARG002
        """Say that nobody remembers."""
        raise NothingKept("No ledger is kept here, so that earlier runs are not known.")

    def bucket_region(self, bucket: str) -> str | None:  # noqa: ARG002
        """Give nothing."""
        return None

    def training_types(self) -> frozenset[str]:
        """Give none."""
        return frozenset()
