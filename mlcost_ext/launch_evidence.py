"""What a kernel knows of earlier launches and of where data is: its server's ledger, and AWS, asked within a moment."""

from __future__ import annotations

import contextlib
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mlcost_ext.aws.bucket_region import bucket_client, region_of
from mlcost_ext.core.rule import NothingKept, Unsure
from mlcost_ext.core.words import clean
from mlcost_ext.jobs.run_key import digests_of
from mlcost_ext.kernel_wiring import SERVER_ID
from mlcost_ext.ledger.bucket_region_file import BucketRegionFile
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.earlier_runs import INPUTS, PARAMETERS, EarlierRunStore
from mlcost_ext.ledger.migrations import UTILISATION_SINCE
from mlcost_ext.ledger.observed import OBSERVED
from mlcost_ext.ledger.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from mlcost_ext.core.evidence import EarlierRun
    from mlcost_ext.core.planned import RunKey
    from mlcost_ext.core.runs import RunDigests

T = TypeVar("T")
LAUNCH_SECONDS = 1.5
"""So long all buckets of a launch together may hold it up."""
UNREACHED_SECONDS = 600.0
"""Where S3 cannot be reached, as from a network without a way to it, launches are not held up again for so long."""
COMPARED = (*PARAMETERS, *INPUTS)
NOT_KEPT = "No ledger is kept here, so that earlier runs are not known."
KEEPERS = {operation.kind: operation.keep for operation in reversed(OBSERVED)}
"""What is kept of a request, by kind; of kinds with several operations the first."""


class BucketRegions:
    """Where buckets are, as long as a kernel lives: each asked once, by a thread that nobody has to wait for."""

    def __init__(self, home: Path, clock: Callable[[], float] = time.time) -> None:
        self._file, self._clock = BucketRegionFile(home), clock
        self._asked: dict[str, Future[str | None]] = {}
        self._unreached_at = float("-inf")

    def region_of(self, bucket: str, session: Any, region_id: str | None, within_seconds: float) -> str | None:
        """Give what AWS says; where it could not be asked before, or not in time, it is asked again.

        Raises:
            TimeoutError: It has not said so in time; its answer is kept for the next launch.
        """
        asked = self._asked.get(bucket)
        if asked is None or (asked.done() and asked.exception() is not None):
            known = self._file.load(self._clock()).get(bucket)
            is_unreached = self._clock() - self._unreached_at < UNREACHED_SECONDS
            if known is None and (within_seconds <= 0 or is_unreached):
                raise TimeoutError
            asked = self._asked[bucket] = Future()
            if known is None:
                within_seconds -= self._ask(bucket, session, region_id, asked)
            else:
                asked.set_result(known[0])
        try:
            return asked.result(max(0.0, within_seconds))
        except FutureTimeoutError:
            raise TimeoutError from None

    def _ask(self, bucket: str, session: Any, region_id: str | None, answer: Future[str | None]) -> float:
        """Let a thread ask; give the seconds that it took to get there, since clients are not made in two threads at once."""
        began = time.monotonic()
        try:
            client = bucket_client(session, region_id)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a session, its own launch will say
            answer.set_exception(OSError(f"no client of S3 ({type(error).__name__})"))
        else:
            threading.Thread(target=self._work, args=(client, bucket, answer), name="mlcost-bucket", daemon=True).start()
        return time.monotonic() - began

    def _work(self, client: Any, bucket: str, answer: Future[str | None]) -> None:
        try:
            found = region_of(client, bucket)
        except OSError as error:
            self._unreached_at = self._clock()
            answer.set_exception(error)
            return
        except Exception as error:  # noqa: BLE001 - in a thread, where nobody else would tell
            answer.set_exception(error)
            return
        answer.set_result(found)
        if found is not None:
            with contextlib.suppress(OSError):
                self._file.keep(bucket, found, self._clock())


class KernelEvidence:
    """Evidence for one launch; see `core.evidence.Evidence`.

    Args:
        home: MLCOST_HOME.
        server_id: Whose ledger tells of earlier runs; None: nobody's.
        session: The caller's, of boto3 or botocore; None: AWS is not asked.
        region_id: Where the launch goes; None: the session's own region.
        regions: What this kernel knows of buckets already.
        runs: The same ledger, opened before; None: it is opened for this launch.
    """

    def __init__(
        self,
        home: Path,
        server_id: str | None,
        session: Any = None,
        *,
        region_id: str | None = None,
        regions: BucketRegions | None = None,
        runs: EarlierRunStore | None = None,
    ) -> None:
        self._session, self._region_id = session, region_id
        self._regions = regions or BucketRegions(home)
        self._runs = runs or earlier_runs_of(home, server_id)
        self._left = LAUNCH_SECONDS
        self._found: dict[tuple[str, RunDigests, str], Sequence[EarlierRun]] = {}
        self._told: dict[str, str | Unsure | None] = {}
        self._compared: tuple[str, Mapping[str, Any] | None, dict[str, object]] = ("", None, {})

    def earlier_runs(self, kind: str, key: RunKey, request: Mapping[str, Any]) -> Sequence[EarlierRun]:
        """Give the user's own runs of that kind and image of the last 90 days, the latest first, at most 50.

        Raises:
            Unsure: The ledger cannot be read; `NothingKept` where there is none.
        """
        if self._compared[0] != kind or self._compared[1] is not request:  # each rule asks with the same one, and changes nothing
            kept, _ = redact({name: request[name] for name in COMPARED if name in request}, KEEPERS[kind])
            self._compared = (kind, request, kept)
        kept = self._compared[2]
        asked = (kind, digests_of(key), repr(kept))
        if asked not in self._found:
            self._found[asked] = self._read(lambda runs: runs.earlier_runs(kind, asked[1], kept, now()))
        return self._found[asked]

    def training_types(self) -> frozenset[str]:
        """Give the instance types that training ran on within 90 days; none where no ledger is kept.

        Raises:
            Unsure: The ledger cannot be read.
        """
        try:
            return self._read(lambda runs: runs.training_types(now()))
        except NothingKept:
            return frozenset()

    def _read(self, question: Callable[[EarlierRunStore], T]) -> T:
        if self._runs is None:
            raise NothingKept(NOT_KEPT)
        try:
            return question(self._runs)
        except OSError as error:
            raise Unsure(f"The ledger cannot be read ({error.strerror or error}).") from None

    def bucket_region(self, bucket: str) -> str | None:
        """Give the region of an S3 bucket; None: AWS does not say, or is not asked. It is the same for all of a launch.

        Raises:
            Unsure: AWS could not be asked within what is left of a second and a half.
        """
        if bucket not in self._told:
            self._told[bucket] = self._bucket_region(bucket)
        found = self._told[bucket]
        if isinstance(found, Unsure):
            raise found
        return found

    def _bucket_region(self, bucket: str) -> str | Unsure | None:
        if self._session is None:
            return None
        began = time.monotonic()
        try:
            return self._regions.region_of(bucket, self._session, self._region_id, max(0.0, self._left))
        except TimeoutError:
            return Unsure(f"S3 has not said in time where the bucket {bucket[:63]} is.")
        except Exception as error:  # noqa: BLE001 - whatever has happened while it was asked
            return Unsure(f"Where the bucket {bucket[:63]} is could not be asked ({clean(str(error))}).")
        finally:
            self._left -= time.monotonic() - began


def earlier_runs_of(home: Path, server_id: str | None) -> EarlierRunStore | None:
    """Give a server's runs; None: it keeps no ledger."""
    if server_id is None or not SERVER_ID.fullmatch(server_id):
        return None
    path = home / "servers" / server_id / "ledger.sqlite"
    if path.is_symlink() or not path.is_file():
        return None
    return EarlierRunStore(Database(path, is_read_only=True, oldest=UTILISATION_SINCE))


def now() -> datetime:
    """Give the time."""
    return datetime.now(timezone.utc)
