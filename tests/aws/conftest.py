"""A practice account in a process of its own, and the real reader in another."""

import json
import logging
import os
import queue
import subprocess
import sys
import textwrap
import threading
import urllib.request

import pytest

from mlcost_ext.aws.reader_client import ReaderProcess
from tests.aws.children import PRELUDE
from tests.fakes import ROOT

KEY = "AKIAPRACTICEACCOUNT0"
TOKEN = "for-tests"
REGION = "us-east-1"
SPACE = {"sagemaker:space-arn": "arn:aws:sagemaker:us-east-1:111122223333:space/d-practice0001/alex-notebooks"}
SECONDS = 40


class Account:
    """A practice account that answers at `url`."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mlcost_ext.sandbox", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PRACTICE_CONTROL_TOKEN": TOKEN},
        )
        self.url = self.process.stdout.readline().strip()

    def order(self, **wish):
        request = urllib.request.Request(
            f"{self.url}/__practice__/faults", json.dumps(wish).encode(), {"X-Practice-Token": TOKEN}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200


class RealReader:
    """The real process, spoken to line by line."""

    def __init__(self, url, **environment):
        base = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mlcost_ext.aws.reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**base, "AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true", "MALLOC_ARENA_MAX": "1", **environment},
        )
        self.lines = queue.SimpleQueue()
        self.errors = []
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def say(self, **message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def watch(self, *, pace="viewed", owner_tags=None, names=(), regions=(REGION,), **fields):
        tags = SPACE if owner_tags is None else owner_tags
        pairs = [("training", each) if isinstance(each, str) else each for each in names]
        named = [[REGION, kind, name] for kind, name in pairs]
        self.say(op="watch", regions=list(regions), owner_tags=tags, names=named, pace=pace, **fields)

    def await_document(self, condition):
        """Give the first document that fulfils the condition, dropping those before."""
        while True:
            document = self.lines.get(timeout=SECONDS)
            if condition(document):
                return document

    def await_status(self, condition=lambda status: True):
        return self.await_document(lambda doc: doc.get("push") == "status" and condition(doc))

    def await_job(self, name, condition=lambda job: True):
        """Give a training job of that name that was pushed."""
        return self.await_item("training", lambda item: item["TrainingJobName"] == name and condition(item))

    def await_item(self, kind, condition=lambda item: True):
        """Give a thing of a kind that was pushed."""
        while True:
            document = self.await_document(lambda doc: doc.get("push") == "items" and doc["kind"] == kind)
            for item in document["items"]:
                if condition(item):
                    return item

    def request(self, op, **fields):
        self.say(id=7, op=op, **fields)
        return self.await_document(lambda doc: doc.get("id") == 7)


@pytest.fixture(scope="module")
def account():
    made = Account()
    yield made
    made.process.terminate()
    made.process.wait()


@pytest.fixture
def start(account):
    """Start readers of the practice account, which has no bad day before and after."""
    readers = []

    def make(*, key=KEY, url=None, **environment):
        keys = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "practice"} if key else {}
        readers.append(RealReader(url or account.url, **{**keys, **environment}))
        return readers[-1]

    account.order(clear=True)
    yield make
    account.order(clear=True)
    for reader in readers:
        reader.process.kill()
        reader.process.wait()


@pytest.fixture
def reader_of(tmp_path, caplog):
    """Make a reader whose child runs a few lines of Python."""
    caplog.set_level(logging.WARNING)

    def make(program, **options):
        script = tmp_path / "child.py"
        script.write_text(PRELUDE + textwrap.dedent(program))
        return ReaderProcess(
            env=dict(os.environ),
            log=logging.getLogger("test.reader"),
            arguments=(sys.executable, str(script)),
            first_back_off_seconds=0.01,
            **options,
        )

    return make
