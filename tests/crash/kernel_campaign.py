"""Real kernels and a taker, killed at any moment, and what the practice account has taken of all that they launched."""

from __future__ import annotations

import asyncio
import logging
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import boto3

from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.sandbox import names
from mlcost_ext.server.books import Books
from mlcost_ext.server.intake import Intake
from mlcost_ext.server.settling import Settling
from mlcost_ext.usecases.launches import LaunchBook
from tests.fakes import ROOT, small_price_list
from tests.jobs.figures import FACTS

from .campaign import QUIET_LOOKS
from .kernel import LaunchingKernel, kernel_environment
from .taker import intake, ledger
from .truth import complaints, count_takings, some, truth

SERVER_ID = "crash0"
KERNELS = 3
LONGEST_SECONDS = 1.5
"""After its first launch a kernel is killed within so long."""
KILLED_WHILE_STARTING = 0.2
"""So many of the kernels; the others have launched something."""
START_SECONDS = 2.5
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)

Row = tuple[str, str | None, str | None]
"""The name of a launch, its result and what it has made."""


@dataclass(kw_only=True)
class Counted:
    """Everything that is compared, each from a source of its own."""

    returned: list[str]
    """Names of calls that returned in a kernel, as the kernels have written after each."""
    account: dict[str, str]
    """Names of the jobs that the account has, each with its ARN."""
    rows: list[Row]
    """The ledger's, before anything was settled."""
    settled: list[Row]
    """The same once AWS's own list was seen."""

    def complaints(self) -> Iterator[str]:
        """Say what is not as it should be; nothing: all of it is."""
        accepted = Counter(name for name, result, _ in self.rows if result == "accepted")
        launched = {name for name, _, _ in self.rows}
        untaken = {name for name, result, _ in self.settled if result == "accepted"}
        yield from some("calls that returned are not accepted in the ledger", set(self.returned) - accepted.keys())
        yield from some("launches are accepted in the ledger more than once", [n for n, count in accepted.items() if count > 1])
        yield from some("jobs of the account were never launched by the ledger", self.account.keys() - launched)
        yield from some("launches are accepted in the ledger, but not in the account", untaken - self.account.keys())
        taken = Counter(name for name, result, _ in self.settled if result == "accepted")
        yield from some("jobs of the account are not settled as one launch", [n for n in self.account if taken[n] != 1])
        unlike = [name for name, result, arn in self.settled if result == "accepted" and arn != self.account.get(name)]
        yield from some("launches have another ARN than the account's job", unlike)


@dataclass(kw_only=True)
class KernelOutcome:
    """What came of a campaign."""

    kills: Counter[str]
    seconds: float
    files: int
    torn: int
    counted: Counted
    complaints: list[str] = field(default_factory=list)

    @property
    def open(self) -> list[str]:
        """Names of launches whose kernel was killed before it could write what came of them."""
        return [name for name, result, _ in self.counted.rows if result is None]

    @property
    def found(self) -> int:
        """How many of these the account turned out to have."""
        results = Counter(result for _, result, _ in self.counted.settled)
        return len(self.open) - results[None]

    def __str__(self) -> str:
        counted, kills = self.counted, ", ".join(f"{count} of a {who}" for who, count in sorted(self.kills.items()))
        refused = sum(result == "refused" for _, result, _ in counted.rows)
        return (
            f"{self.kills.total()} kills ({kills}) in {self.seconds:.0f} s; {self.files} files, {self.torn} of them torn; "
            f"{len(counted.account):,} jobs in the account, {len(counted.returned):,} calls returned in a kernel, "
            f"{len(counted.rows):,} launches in the ledger, {refused:,} of them refused; {len(self.open)} without an outcome, "
            f"of which the account had {self.found}"
        )


class KernelCampaign:
    """Kernels and a taker in a folder of their own, against a practice account."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.home, self.side, self.said = folder, folder / "home", folder / "side", folder / "said.txt"
        self._chance = random.Random(seed)
        self._kills: Counter[str] = Counter()
        self._kernels: list[LaunchingKernel] = []
        self._numbers = 0
        self._taker: subprocess.Popen[str] | None = None

    def run(self, kills: int) -> KernelOutcome:
        """Kill so many kernels, and the taker now and then; let it come to the end, and compare."""
        self.side.mkdir()
        with ledger(self.home, SERVER_ID).transaction() as connection:
            count_takings(connection)
        command = [sys.executable, "-m", "mlcost_ext.sandbox", "--port", "0", "--empty"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as account:  # type: ignore[call-overload]
            try:
                url = account.stdout.readline().strip()
                if not url:
                    raise RuntimeError("the practice account did not start")
                began = time.monotonic()
                self._kill_again_and_again(kernel_environment(self.folder, self.home, SERVER_ID, url), kills)
                return self._outcome(time.monotonic() - began, client_of(url))
            finally:
                account.terminate()

    def _kill_again_and_again(self, environment: dict[str, str], kills: int) -> None:
        try:
            self._start_taker()
            for _ in range(KERNELS):
                self._kernels.append(self._started(environment))
                self._kernels[-1].launch()
            for number in range(kills):
                self._kernels.append(self._started(environment))
                self._kill_one()
                if number % 2:
                    self._kill_taker()
        finally:
            for kernel in self._kernels:
                kernel.kill()
            if self._taker is not None:
                self._taker.kill()
                self._taker.communicate()

    def _started(self, environment: dict[str, str]) -> LaunchingKernel:
        self._numbers += 1
        return LaunchingKernel(self.folder, environment, self.side / f"k{self._numbers}.txt")

    def _kill_one(self) -> None:
        """Kill one that launches, or the one that has just been started; else that one goes on to launch."""
        newest = self._kernels[-1]
        if self._chance.random() < KILLED_WHILE_STARTING:
            time.sleep(self._chance.uniform(0, START_SECONDS))
            self._kernels.pop().kill()
        else:
            newest.launch()
            time.sleep(self._chance.uniform(0, LONGEST_SECONDS))
            self._kernels.pop(self._chance.randrange(len(self._kernels))).kill()
        self._kills["kernel"] += 1

    def _start_taker(self) -> None:
        command = [sys.executable, "-m", "tests.crash.taker", str(self.home), SERVER_ID, str(self.said)]
        self._taker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def _kill_taker(self) -> None:
        taker = self._taker
        assert taker is not None
        assert taker.stdout is not None
        if taker.stdout.readline() != "begun\n":
            raise RuntimeError("the taker has ended by itself")
        time.sleep(self._chance.uniform(0, 0.3))
        taker.kill()
        taker.communicate()
        self._kills["taker"] += 1
        self._start_taker()

    def _outcome(self, seconds: float, client: Any) -> KernelOutcome:
        """Take what is left, settle what is open by the account's own list, and compare."""
        (nothing := self.folder / "nothing").mkdir()
        true = truth(self.home / "spool", nothing)
        taking, quiet = intake(self.home, SERVER_ID), 0
        while quiet < QUIET_LOOKS:
            quiet = 0 if taking.read().events else quiet + 1
            taking.write()
        found = [] if taking.is_level else ["the ledger is behind"]
        database = ledger(self.home, SERVER_ID)
        with database.transaction() as connection:
            found += complaints(connection, true)
        store, before = LaunchStore(database), rows_in(self.home)
        settle(store, client, [name for name, result, _ in before if result is None])
        account = jobs_of(client)
        counted = Counted(returned=told_in(self.side), account=account, rows=before, settled=rows_in(self.home))
        found += counted.complaints()
        found += self.said.read_text().splitlines() if self.said.exists() else []
        return KernelOutcome(
            kills=self._kills, seconds=seconds, files=len(true.ends), torn=true.torn, counted=counted, complaints=found
        )


def client_of(url: str) -> Any:
    """Give a client of our own, to hear from the account itself what it has."""
    keys = {"aws_access_key_id": names.ACCESS_KEY_ID, "aws_secret_access_key": names.SECRET_ACCESS_KEY}
    return boto3.client("sagemaker", endpoint_url=url, region_name=names.REGION_ID, **keys)


def jobs_of(client: Any) -> dict[str, str]:
    """Give the names and ARNs of all jobs that an account has."""
    pages = client.get_paginator("list_training_jobs").paginate(PaginationConfig={"PageSize": 100})
    return {job["TrainingJobName"]: job["TrainingJobArn"] for page in pages for job in page["TrainingJobSummaries"]}


def told_in(side: Path) -> list[str]:
    """Give the names whose calls returned; of a line that a kill has cut nothing."""
    return [name for file in sorted(side.iterdir()) for name in file.read_text().split("\n")[:-1]]


def rows_in(home: Path) -> list[Row]:
    with ledger(home, SERVER_ID).transaction() as connection:
        return connection.execute("SELECT name, result, resource_id FROM launch ORDER BY at").fetchall()


def settle(store: LaunchStore, client: Any, open_names: Iterable[str]) -> None:
    """Do what a server does with launches whose outcome nobody wrote, once it is told of AWS's own list."""
    intake_of_aws = Intake(Books.empty(), LaunchBook(), small_price_list(), FACTS, logging.getLogger("settling"))
    for event in store.load(LONG_AGO, LONG_AGO).events:
        intake_of_aws.launches.take(event)
    for name in open_names:
        try:
            described = client.describe_training_job(TrainingJobName=name)
        except client.exceptions.ClientError:
            continue  # the kernel was killed before its call arrived
        intake_of_aws.take_description("training", as_read(described))
    asyncio.run(Settling(store, intake_of_aws, logging.getLogger("settling")).work())


def as_read(described: Mapping[str, Any]) -> dict[str, Any]:
    """Write a description as the reader hands it over."""
    keys = ("TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "SecondaryStatus", "ResourceConfig", "StoppingCondition")
    return {
        **{key: described[key] for key in keys},
        "CreationTime": time_to_text(described["CreationTime"].astimezone(timezone.utc)),
        "region_id": names.REGION_ID,
    }
