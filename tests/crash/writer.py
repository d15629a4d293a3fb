"""A process that writes launches as a kernel does, in two threads, until it is killed: ``python -m tests.crash.writer``."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
import uuid
from pathlib import Path

from mlcost_ext.ledger.spool_writer import SpoolWriter

LAUNCHES_A_SECOND = 300
"""Of each thread, as far as the machine is fast enough."""
RESULTS = ("accepted", "refused", "unknown")
SIZES = (*(400,) * 16, *(900,) * 8, 2500, 2500, 9000, 22000)
"""Bytes of a request; the longest take several pages of memory, between which a write can be cut short."""


def main(home: str, server_id: str, kernel_id: str, told: str) -> None:
    """Write for ever; what has been written is told in a file of its own, only after the spool's write has returned."""
    writer = SpoolWriter(Path(home), lambda: {"server_id": server_id, "kernel_id": kernel_id, "user": "ana"})
    writer.open()
    side = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    print("begun", flush=True)
    threads = [threading.Thread(target=launch_for_ever, args=(writer, side, random.Random())) for _ in range(2)]
    for thread in threads:
        thread.start()


def launch_for_ever(writer: SpoolWriter, side: int, chance: random.Random) -> None:
    while True:
        began = time.monotonic()
        launch(writer, side, chance)
        time.sleep(max(0.0, 1 / LAUNCHES_A_SECOND - (time.monotonic() - began)))


def launch(writer: SpoolWriter, side: int, chance: random.Random) -> None:
    """Write the two lines of a launch; one in ten never has an outcome."""
    id_, result = uuid.uuid4().hex, chance.choice(RESULTS)
    writer.write("intent", **intent(id_, chance))
    os.write(side, f"i {id_} -\n".encode())
    if chance.random() < 0.9:
        arn = f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{id_}" if result == "accepted" else None
        writer.write("outcome", id=id_, result=result, resource_id=arn, error_code=None if arn else "ResourceInUse")
        os.write(side, f"o {id_} {result}\n".encode())


def intent(id_: str, chance: random.Random) -> dict[str, object]:
    request = {"TrainingJobName": f"job-{id_}", "ResourceConfig": {"InstanceCount": 1}, "x": "x" * chance.choice(SIZES)}
    return {
        "id": id_,
        "kind": "training",
        "region_id": "us-east-1",
        "name": f"job-{id_}",
        "notebook": "fraud/train.ipynb",
        "cell_id": "c-1",
        "git_commit": "0" * 40,
        "project": "churn",
        "request": request,
        "tags": {"team": "fraud"},
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
