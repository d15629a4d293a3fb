"""``mlcost estimate REQUEST.json``: what a launch would cost, without launching it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.times import UTC
from mlcost_ext.core.wire import to_document
from mlcost_ext.ledger.home import mlcost_home
from mlcost_ext.usecases.estimate_numbers import finite, no_number, read_hours, read_input_gb

from .command import Command
from .overview_file import overview_files
from .region import find_region
from .text import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlcost_ext.core.estimate import Estimate
    from mlcost_ext.launch_wiring import Judging
    from mlcost_ext.policy.layer import LayerFault
    from mlcost_ext.usecases.judged import Judged

MAX_BYTES = 10_000_000
STANDARD_INPUT = "-"
NOT_ALLOWED = ("ask", "block")
HINT = "Give the request as boto3 takes it, a JSON object such as {\"TrainingJobName\": …}; '-' reads standard input."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("request", metavar="REQUEST.json", help="the request as boto3 takes it; - reads standard input")
    parser.add_argument("--kind", help="such as training or endpoint; found from the request's shape when left out")
    parser.add_argument("--region", help="AWS region; AWS_REGION, the profile's or the host's when left out")
    parser.add_argument("--hours", help="how long one run is expected to take; earlier runs or its limit tell when left out")
    parser.add_argument("--policy", metavar="FILE", help="a policy's file that stands in the place of all layers")
    parser.add_argument("--input-gb", help="how large the data is that one run reads, in GB; as S3 has listed it when left out")
    parser.add_argument(
        "--tag",
        metavar="KEY=VALUE",
        action="append",
        help="a tag as %%cost_tags puts it on launches, beside those of the project's .mlcost.yaml; may be said several times",
    )


def run(options: Namespace) -> int:
    """Show the estimate.

    Returns:
        1 where the policy wants somebody to be asked, or blocks it; else 0.

    Raises:
        UsageError: The file cannot be read or is no request, or there is no region.
    """
    from mlcost_ext.usecases.estimate_text import estimate_text  # much that the other commands do without

    found, _, _ = judged(options, read_input_gb(options.input_gb, "--input-gb"))
    if options.json:
        print_json(to_document(found))
    else:
        print(estimate_text(found))
    return 1 if found.decision in NOT_ALLOWED else 0


def judged(options: Namespace, input_bytes: int | None) -> tuple[Estimate, Judged, Judging]:
    """Estimate and judge the request that the options name.

    Raises:
        UsageError: The file cannot be read or is no request, a tag is none, or there is no region.
    """
    from mlcost_ext.kernel_wiring import estimator
    from mlcost_ext.launch_wiring import Judging, Question

    region_id = find_region(options.region, os.environ)
    hours, tags = read_hours(options.hours, "--hours"), tags_here(options.tag or ())
    request = request_in(bytes_of(options.request), options.request)
    home = mlcost_home()
    server_id, judging = server_of(home), Judging(home, options.policy)
    if options.policy is not None:
        refuse_faults(judging.policy().faults)
    asked = Question(kind=options.kind, request=request, region_id=region_id, hours=hours, input_bytes=input_bytes, tags=tags)
    told, found = judging.estimate(estimator(home, server_id), server_id, asked, datetime.now(UTC))
    return told, found, judging


def tags_here(said: Sequence[str]) -> dict[str, str]:
    """Give the tags that a launch from this folder would be given: the project's, and those that were said.

    Raises:
        UsageError: One of these is no KEY=VALUE, or nothing that AWS takes.
    """
    from mlcost_ext.policy_files.project_tags import ProjectTags, tag_in

    tags = {**ProjectTags().tags(), **dict(map(tag_in, said))}
    return {key: value for key, value in tags.items() if value}


def refuse_faults(faults: Sequence[LayerFault]) -> None:
    """Judge by no other policy than the one that was named.

    Raises:
        UsageError: It has faults.
    """
    if faults:
        place = str(replace(faults[0], fault=replace(faults[0].fault, hint=""))).rstrip()
        rest = f" `mlcost policy check` tells all {len(faults)} faults." if len(faults) > 1 else ""
        raise UsageError(place, f"{faults[0].fault.hint}{rest}", code="policy_invalid")


def server_of(home: Path) -> str | None:
    """Give the server whose ledger tells of earlier runs: that whose figures are the freshest; None: there is none."""
    with contextlib.suppress(UsageError):
        return next((file.server_id for file in overview_files(home, datetime.now(UTC))), None)
    return None


def bytes_of(name: str) -> bytes:
    """Read a file, or standard input.

    Raises:
        UsageError: It cannot be read, or has more than 10 MB.
    """
    try:
        if name == STANDARD_INPUT:
            found = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                found = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = str(getattr(error, "strerror", None) or error)
        raise UsageError(f"{name[:200]} cannot be read ({reason}).", HINT) from None
    if len(found) > MAX_BYTES:
        raise UsageError(f"{place(name)} has more than 10 MB, which no request has.", HINT)
    return found


def request_in(content: bytes, name: str) -> dict[str, Any]:
    """Read a request.

    Raises:
        UsageError: It is no JSON object; of wrong JSON with line and column.
    """
    try:
        request = json.loads(content.decode("utf-8-sig"), parse_constant=no_number, parse_float=finite)
    except UnicodeDecodeError as error:
        raise UsageError(f"{place(name)} is no UTF-8 (byte {error.start + 1:,}).", "Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UsageError(f"{place(name)} is no JSON: {error.msg} ({where}).", "Mend it there.") from None
    except RecursionError:
        raise UsageError(f"{place(name)} is nested too deep.", HINT) from None
    except ValueError as error:
        raise UsageError(f"{place(name)} has a number that JSON has not ({str(error)[:80]}).", HINT) from None
    if not isinstance(request, dict):
        raise UsageError(f"{place(name)} holds no JSON object.", HINT)
    return request


def place(name: str) -> str:
    return "Standard input" if name == STANDARD_INPUT else name[:200]


COMMAND = Command(
    name="estimate", help="Show what a launch would cost, without launching it.", add_arguments=add_arguments, run=run
)
