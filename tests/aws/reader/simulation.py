"""An account in which something changes all the time, on a clock that runs as fast as the computer."""

import random
from collections import Counter
from datetime import timedelta

from tests.aws.reader.fakes import SPACE, START, STUDIO, Reader, Sink, make, make_app, make_job, make_space, put

KINDS_OF_19 = ("training",) * 13 + ("tuning",) * 3 + ("endpoint",) * 3
OTHER_KINDS = ("processing", "transform", "automl", "notebook", "schedule")
TAGS = [{"Key": SPACE[0], "Value": SPACE[1]}]


class TimedSink(Sink):
    """Notes when each version of each thing was handed on, and keeps nothing."""

    def __init__(self, clock):
        super().__init__()
        self.clock, self.told, self.counts, self.last, self.first_at = clock, {}, Counter(), {}, None

    def write(self, document):
        self.counts[document["push"]] += 1
        if document["push"] == "status":
            if document["first_picture"] and self.first_at is None:
                self.first_at = self.clock()
            self.last[document["region_id"]] = document
        for item in document.get("items", ()):
            name = next(value for key, value in item.items() if key.endswith("Name"))
            self.told.setdefault((document.get("kind"), name, item.get("LastModifiedTime")), self.clock())

    @property
    def status(self):
        return next(iter(self.last.values()))


class Account:
    """Ten thousand running jobs, what ended today, a few of everything else; twenty changes a minute."""

    def __init__(self, *, running=10_000, ended=2_222, other=4, changes_a_minute=20, seed=1):
        self.reader = Reader(studio=STUDIO)
        self.random = random.Random(seed)
        self.aws, self.clock = self.reader.aws, self.reader.clock
        self.reader.sink = TimedSink(self.clock)
        self.reader.poller._sink = self.reader.sink
        self.aws.latency, self.aws.before_call = 0.15, self.change
        self.changes, self.made = [], 0
        self.gap = 60.0 / changes_a_minute
        self.next_change = self.clock() + self.gap
        for number in range(running):
            put(self.reader, make_job(f"job-{number:05d}", modified=START - timedelta(seconds=40 * number % 900_000)))
        for number in range(ended):
            at = START - timedelta(seconds=86_000 * number / max(1, ended))
            put(self.reader, make_job(f"ended-{number:05d}", status="Completed", modified=at))
        for kind in ("tuning", "endpoint", *OTHER_KINDS):
            for number in range(other):
                at = START - timedelta(hours=number)
                put(self.reader, make(kind, f"{kind}-{number}", modified=at, **self.extra(kind, number)))
        self.aws.configs = {"config": {"ProductionVariants": [{"VariantName": "a", "ModelName": "m"}]}}
        put(self.reader, make_space(), make_app())

    def extra(self, kind, number):
        variants = [{"VariantName": "a", "CurrentInstanceCount": 1}]
        return {"EndpointConfigName": "config", "ProductionVariants": variants} if kind == "endpoint" else {}

    def change(self):
        """Let happen what is due by now."""
        while self.next_change <= self.clock():
            self.happen(self.next_change)
            self.next_change += self.gap * self.random.uniform(0.3, 1.7)

    def happen(self, at):
        self.made += 1
        kind = self.random.choice(OTHER_KINDS) if self.made % 20 == 0 else self.random.choice(KINDS_OF_19)
        when = START + timedelta(seconds=round(at - 1000.0, 3))
        things = self.aws.things[kind]
        if kind == "training" and self.random.random() < 0.5:
            thing = make_job(f"new-{self.made}", modified=when)
        else:
            name = self.random.choice(list(things)[-2000:])
            ended = kind == "training" and things[name]["TrainingJobStatus"] == "InProgress"
            status = {"TrainingJobStatus": "Completed", "BillableTimeInSeconds": 9} if ended else {}
            thing = {**things[name], **status, "LastModifiedTime": when, "kind": kind}
        put(self.reader, thing)
        name = next(value for key, value in thing.items() if key.endswith("Name"))
        self.changes.append((kind, name, at, when.isoformat().replace("+00:00", "Z")))

    def run(self, seconds):
        """Let time pass, with changes whether AWS is asked or not."""
        self.reader.run(seconds)
        self.change()

    def delays(self, *, prompt, since, until):
        """Give how long each change took until it was handed on; one that a later change hid counts as of the later one."""
        later, found = {}, []
        for kind, name, at, modified in reversed(self.changes):
            told = self.reader.sink.told.get((kind, name, modified), later.get((kind, name)))
            later[kind, name] = told if told is not None else later.get((kind, name))
            if since <= at < until and (kind not in OTHER_KINDS) == prompt:
                found.append(float("inf") if told is None else told - at)
        return sorted(found)
