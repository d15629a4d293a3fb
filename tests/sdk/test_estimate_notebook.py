"""The notebook on estimates where an SDK is installed: its cells run as they are, and AWS is asked for nothing but lists."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from mlcost_ext.sandbox.demo_home import NOTEBOOKS, shipped

from .conftest import Sdk, StartSdk

Report = Callable[[float], dict[str, Any]]
LISTS = ["ListTrainingJobs", "ListEndpointConfigs", "ListEndpoints"]
TARGETS = {"sdk2": "estimator", "sdk3": "trainer"}
OWN = {"sdk2": set(), "sdk3": {("iam", "GetRole"), ("iam", "SimulatePrincipalPolicy")}}
"""What the SDK asks by itself when a target is made, as the notebook says of the third generation."""


@pytest.fixture(scope="module")
def calls(practice: str, account_log: Path) -> Report:
    """Ask the account what it was asked since a moment; it has written its token where it writes what goes wrong."""
    found = re.search(r"^control token: (\S+)$", account_log.read_text(), re.MULTILINE)
    assert found is not None
    opener, token = urllib.request.build_opener(urllib.request.ProxyHandler({})), found[1]

    def report(since: float) -> dict[str, Any]:
        message = json.dumps({"report": "calls", "since": since}).encode()
        request = urllib.request.Request(f"{practice}/__practice__/faults", message, {"X-Practice-Token": token})
        with opener.open(request, timeout=10) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    return report


def run(kernel: Sdk) -> dict[str, str]:
    """Run every code cell, and give what stands below each, by the cell's code."""
    cells = nbformat.reads(shipped(NOTEBOOKS[1]).decode(), as_version=4).cells
    texts = {}
    for cell in cells:
        if cell.cell_type == "code":
            answer = kernel.do(cell.source)
            texts[cell.source] = answer.stdout + answer.result.get("text/plain", "")
            # Where an SDK has errors shown by `rich`, the kernel does not tell of them.
            assert "Traceback" not in texts[cell.source] + answer.stderr
    return texts


@pytest.mark.parametrize("environment", ["sdk2", "sdk3"])
def test_the_notebook(start_sdk: StartSdk, calls: Report, environment: str) -> None:
    """The SDK's target has the estimate of the same request, and nothing was created, started, changed or uploaded for it."""
    kernel, name, other = start_sdk(environment), TARGETS[environment], TARGETS["sdk3" if environment == "sdk2" else "sdk2"]
    since = calls(0)["now"]
    texts = run(kernel)
    asked = calls(since)["calls"]

    # Of SageMaker, the notebook's own two looks at what there is; of S3, and of anything else that can be changed, nothing.
    assert [each["operation"] for each in asked if each["service"] == "sagemaker"] == 2 * LISTS
    assert {(each["service"], each["operation"]) for each in asked if each["service"] != "sagemaker"} == OWN[environment]
    assert kernel.launches() == []

    (shown,) = (text for source, text in texts.items() if f"mlcost.estimate({name})" in source)
    assert re.search(r"^Up to USD 5\.\d\d for training on ml\.g5\.xlarge in us-east-1$", shown, re.MULTILINE)
    assert [text for source, text in texts.items() if f"mlcost.estimate({other})" in source] == [""]
    assert f"Generation {environment[-1]} is installed." in str(texts)
    assert "0 before, 0 after: nothing was sent." in str(texts)

    since = calls(0)["now"]
    found = kernel.value(f"mlcost.estimate({name}).to_dict()")
    same = kernel.value("mlcost.estimate(request).to_dict()")
    assert [(line["instance_type"], line["pricing_quantity"]) for line in found["lines"]] == [("ml.g5.xlarge", "4")]
    for member in ("kind", "region_id", "list_cost", "duration_seconds", "lines", "unpriced", "alternatives"):
        assert found[member] == same[member], member
    assert calls(since)["calls"] == []
