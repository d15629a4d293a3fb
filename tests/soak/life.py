"""What goes on in the account meanwhile: jobs start, end, fail, are interrupted and stopped; endpoints come and go."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import Any

from mlcost_ext.sandbox import requests
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault
from mlcost_ext.sandbox.names import REGION_ID
from mlcost_ext.sandbox.perform import perform
from mlcost_ext.sandbox.plans import FAILURE_REASON, INTERRUPT_AFTER_SECONDS, RUN_SECONDS

TAGS = {"team": "soak"}
TYPES = ("ml.m5.xlarge", "ml.g5.xlarge", "ml.c5.4xlarge")
# How often each happens, in seconds.
EVERY = {"training": 6.0, "spot": 25.0, "stop": 30.0, "endpoint": 60.0, "delete": 62.0, "tuning": 120.0}
EVERY |= {"processing": 180.0, "transform": 360.0}
"""Each job changes twice: together that is one change a minute of other kinds, for which five minutes are promised; endpoints too
come and go no more often than the calls of ten minutes are laid out for."""
MOST_ENDPOINTS = 6
HOUR = 3600


class Life:
    """Do every second what chance says; the same each time for the same seed."""

    def __init__(self, account: Account, seed: int, *, haste: float = 1.0) -> None:
        self._account, self._random, self._haste = account, Random(seed), haste
        self._number = 0
        self._running: list[tuple[str, str]] = []
        self._endpoints: list[str] = []

    def go_on(self, seconds: float = 1.0) -> None:
        """Let so much time's worth happen."""
        for what, every in EVERY.items():
            if self._random.random() < seconds * self._haste / every:
                getattr(self, f"_{what}")()

    def _training(self) -> None:
        more: dict[str, Any] = {}
        environment = {RUN_SECONDS: f"{self._random.choice((9, 20, 45, 90, 240))}"}
        if self._random.random() < 0.2:
            environment[FAILURE_REASON] = "AlgorithmError: soaked"
        count = self._random.choice((1, 1, 2, 3))
        name = self._name("job")
        request = requests.training(name, self._random.choice(TYPES), 0, TAGS, Environment=environment, **more)
        request["ResourceConfig"] |= {"InstanceCount": count}
        self._start("CreateTrainingJob", request, "training", name)

    def _spot(self) -> None:
        """Start one whose instances are taken away once or not at all."""
        name = self._name("spot")
        environment = {
            RUN_SECONDS: f"{self._random.choice((40, 90))}",
            INTERRUPT_AFTER_SECONDS: f"{self._random.choice((5, 15))}",
        }
        condition = {"MaxRuntimeInSeconds": HOUR, "MaxWaitTimeInSeconds": 2 * HOUR}
        more = {"EnableManagedSpotTraining": True, "StoppingCondition": condition, "Environment": environment}
        self._start("CreateTrainingJob", requests.training(name, self._random.choice(TYPES), 0, TAGS, **more), "training", name)

    def _processing(self) -> None:
        name, seconds = self._name("processing"), self._random.choice((20, 120))
        self._start("CreateProcessingJob", requests.processing(name, "ml.m5.xlarge", seconds, TAGS), "processing", name)

    def _transform(self) -> None:
        name = self._name("transform")
        self._start("CreateTransformJob", requests.transform(name, "ml.m5.xlarge", 90, TAGS), "transform", name)

    def _tuning(self) -> None:
        name = self._name("tuning")
        request = requests.tuning(name, "ml.m5.xlarge", 40, TAGS, jobs=4, parallel=2)
        self._start("CreateHyperParameterTuningJob", request, "tuning", name)

    def _stop(self) -> None:
        """Stop one that may have ended meanwhile."""
        if not self._running:
            return
        kind, name = self._running.pop(self._random.randrange(len(self._running)))
        operation, member = {
            "training": ("StopTrainingJob", "TrainingJobName"),
            "processing": ("StopProcessingJob", "ProcessingJobName"),
            "transform": ("StopTransformJob", "TransformJobName"),
            "tuning": ("StopHyperParameterTuningJob", "HyperParameterTuningJobName"),
        }[kind]
        self._perform(operation, {member: name})

    def _endpoint(self) -> None:
        if len(self._endpoints) >= MOST_ENDPOINTS:
            return
        name = self._name("endpoint")
        config = requests.endpoint_config(name, self._random.choice(("ml.m5.xlarge", "ml.c5.xlarge")), TAGS)
        self._perform("CreateEndpointConfig", config)
        self._perform("CreateEndpoint", requests.endpoint(name, name, TAGS))
        self._endpoints.append(name)

    def _delete(self) -> None:
        """Delete one; AWS refuses that while it is created, and then it is tried again."""
        if self._endpoints and self._perform("DeleteEndpoint", {"EndpointName": self._endpoints[0]}):
            self._endpoints.pop(0)

    def _start(self, operation: str, request: Mapping[str, Any], kind: str, name: str) -> None:
        if self._perform(operation, request):
            self._running = [*self._running[-20:], (kind, name)]

    def _perform(self, operation: str, request: Mapping[str, Any]) -> bool:
        with self._account.lock, suppress(Fault):
            self._account.catch_up()
            perform(self._account, self._account.clock(), operation, request, REGION_ID)
            return True
        return False

    def _name(self, what: str) -> str:
        self._number += 1
        return f"soak-{what}-{self._number:04d}"
