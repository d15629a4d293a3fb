"""Read targets in a kernel of an SDK, with the network shut, and compare what is read with what the SDK sends itself."""

from __future__ import annotations

from itertools import count
from typing import Any

from .conftest import Sdk

numbers = count(1)
PRELUDE = """
import json
import socket

import botocore.client

from mlcost_ext.core.errors import UsageError
from mlcost_ext.kernel.targets import Options, read_target
from mlcost_ext.prices.instances import has_local_disk

sent = {}
call = botocore.client.BaseClient._make_api_call


def noting(client, operation, params):
    if operation.startswith("Create"):
        sent[operation] = json.loads(json.dumps(params, default=str))
    return call(client, operation, params)


botocore.client.BaseClient._make_api_call = noting


def read(target, **options):
    tried = []

    def refuse(*arguments, **_):
        tried.append(repr(arguments[1:])[:200])
        raise OSError("there is no network here")

    homes = ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "getaddrinfo"), (socket, "create_connection"),
             (botocore.client.BaseClient, "_make_api_call"))
    kept = [(home, name, getattr(home, name)) for home, name in homes]
    for home, name in homes:
        setattr(home, name, refuse)
    try:
        found = read_target(target, Options(**options), has_local_disk)
        answer = {"kind": found.kind, "request": found.request, "region_id": found.region_id, "notes": found.notes}
    except UsageError as error:
        answer = {"message": error.message, "hint": error.hint}
    finally:
        for home, name, value in kept:
            setattr(home, name, value)
    assert tried == [], tried
    assert "hunter2" not in json.dumps(answer)
    return answer
"""


def cell(kernel: Sdk, code: str) -> None:
    """Run a cell that must not fail, even where the SDK has errors shown by `rich`, so that the kernel does not tell of them."""
    number = next(numbers)
    answer = kernel.do(f"{code}\nfinished = {number}")
    assert kernel.value("globals().get('finished')") == number, answer.result.get("text/plain", "")[-2000:]


def strange(read: Any, sent: Any, place: str = "") -> list[str]:
    """Give the places where what was read is not what was sent; what was not read is no matter."""
    if isinstance(read, dict) and isinstance(sent, dict):
        return [found for key in read for found in strange(read[key], sent.get(key, "nothing"), f"{place}.{key}")]
    if isinstance(read, list) and isinstance(sent, list) and len(read) == len(sent):
        return [found for each in zip(read, sent, strict=True) for found in strange(*each, f"{place}[]")]
    return [] if read == sent else [f"{place}: {read!r}, and sent was {sent!r}"]


def compare(kernel: Sdk, read: str, operation: str, *same: str) -> dict[str, Any]:
    """Look that what was read is what was sent, in all of it, and that of some members nothing lacks.

    Args:
        kernel: Where both were.
        read: The variable that has what `read` gave.
        operation: What was sent, such as ``CreateTrainingJob``.
        same: Members that must be wholly the same.

    Returns:
        What was read.
    """
    found: dict[str, Any] = kernel.value(read)
    request = kernel.value(f"sent[{operation!r}]")
    assert "message" not in found, found
    differences = strange(found["request"], request)
    assert differences == [], differences
    lacking = [name for name in same if found["request"].get(name) != request.get(name)]
    assert lacking == [], (lacking, request)
    return found
