"""One ledger, written by a real server: REST, Python, the terminal, %cost and /metrics tell the same figure of it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import mlcost_ext as mlcost
from mlcost_ext.cli.main import main
from mlcost_ext.kernel.cost import read_report
from mlcost_ext.kernel.cost_report import CostReport
from mlcost_ext.server import publisher

from .conftest import FakeReader
from .test_charges import _soon, charges, final, keys, until  # noqa: F401  (the fixture works by its import)
from .test_metrics import labelled, scraped_until
from .test_overview import overview

GROUPS = ("day", "service", "notebook", "tag:team", "resource,component")


@pytest.fixture(autouse=True)
def _file_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the overview's file often."""
    monkeypatch.setattr(publisher, "FILE_SECONDS", 0.2)
    monkeypatch.setattr(publisher, "MIN_FILE_SECONDS", 0.1)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """Run a command line and read its document."""
    capsys.readouterr()
    assert main(["--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


async def written(home: Path, is_there: Callable[[dict[str, Any]], bool]) -> str:
    """Wait for the overview's file; give the server's id."""
    (folder,) = (home / "servers").iterdir()
    file = folder / "overview.json"
    document: dict[str, Any] = {}
    for _ in range(200):
        document = json.loads(file.read_text()) if file.exists() else {}  # a server's first one comes after its start
        if is_there(document.get("charged") or {}):
            return folder.name
        await asyncio.sleep(0.05)
    raise AssertionError(document)


def test_every_view_tells_the_same(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the last digit where digits are told; a metric is a float."""

    async def run() -> tuple[dict[str, Any], str]:
        await overview(jp_fetch)
        without = {"ResourceConfig": {"InstanceType": "ml.new9.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50}}
        reader.push_jobs(final("a", 500), final("b", 61), final("c", 77) | without)  # all have ended: nothing grows any more
        reader.push_status()
        await until(jp_fetch, lambda told: {(f"training/{n}",) for n in "abc"} <= keys(told), group_by="resource")
        document = await charges(jp_fetch)
        month = document["totals"][0]["contracted_cost"]
        server_id = await written(home, lambda charged: charged.get("month") == month)
        found = await scraped_until(
            jp_fetch, lambda told: labelled(told, "mlcost_charged", period="month", currency="USD") == float(month)
        )
        assert labelled(found, "mlcost_unpriced", of="charged") == 1
        assert (await overview(jp_fetch))["charged"]["month"] == month
        return document, server_id

    document, server_id = jp_asyncio_loop.run_until_complete(run())
    total = Decimal(document["totals"][0]["contracted_cost"])
    assert total > 0
    days = (document["charge_period_start"], document["charge_period_end"])
    own = {"as_of": None}  # the server goes on writing, so only the time of reading may differ

    assert os.environ["MLCOST_SERVER_ID"] == server_id
    assert {**mlcost.ledger(*days).to_dict(), **own}["totals"] == document["totals"]
    assert mlcost.ledger().document.totals == mlcost.ledger(*days).document.totals
    known = [cost for cost in mlcost.ledger(*days).to_pandas()["contracted_cost"] if cost is not None]
    assert sum(known, Decimal(0)) == total
    assert said(capsys, "ledger", "show")["totals"] == document["totals"]

    report = read_report(home=home, server_id=server_id, notebook=None, now=datetime.now(timezone.utc))
    assert isinstance(report, CostReport)
    assert report.charged is not None
    assert (report.charged.month, report.charged.unpriced) == (total, 1)
    assert "This month    at least USD " in repr(report)
    assert Decimal(said(capsys, "jobs")["charged"]["month"]) == total

    async def grouped(names: str) -> dict[str, Any]:
        return await charges(jp_fetch, group_by=names)

    for names in GROUPS:
        answer = {**jp_asyncio_loop.run_until_complete(grouped(names)), **own}
        assert {**mlcost.ledger(*days, group_by=names).to_dict(), **own} == answer
        assert {**said(capsys, "ledger", "show", "--group-by", names), **own} == answer
        frame = mlcost.ledger(*days, group_by=names).to_pandas()
        assert sum((cost for cost in frame["contracted_cost"] if cost is not None), Decimal(0)) == total
