"""What idleness costs, from a real verdict on a real server to every place that tells it; idle after a second or two."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.cli.main import main
from mlcost_ext.core.times import time_from_text
from mlcost_ext.server.intake import now_utc

from .conftest import FakeReader
from .pages import V1, Pages
from .test_charges import _soon, charges  # noqa: F401  (the fixture works by its import)
from .test_idling import idle_when, is_idle, jp_server_config, policy  # noqa: F401
from .test_metrics import labelled, scraped
from .test_overview import overview

A_SECOND = Decimal("0.001")
"""Of a machine at USD 3.60 an hour."""


def costs_by(document: dict[str, Any], *names: str) -> dict[tuple[str | None, ...], Decimal]:
    groups = document["groups"]
    return {tuple(group["keys"][name] for name in names): Decimal(group["contracted_cost"]) for group in groups}


def test_idleness_has_a_cost_of_its_own(
    jp_asyncio_loop: Any,
    jp_fetch: Any,
    jp_ws_fetch: Any,
    reader: FakeReader,
    home: Path,
    policy: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A cell's time is its notebook's, then idleness is, from the cell's end on; with the rest they are the machine's cost."""
    created = (datetime.now(timezone.utc) - timedelta(minutes=1)).isoformat()
    reader.answers["describe_session"] = {"instance_type": "ml.t3.medium", "created_at": created, "volume_gb": 5}

    async def run() -> None:
        pages = Pages(jp_fetch, jp_ws_fetch)
        await overview(jp_fetch)
        page = await pages.open(await pages.notebook(), V1)
        began = now_utc()
        await page.done(await page.run("import time; time.sleep(3)"))
        ended = now_utc()
        view = await idle_when(jp_fetch, is_idle)
        since = time_from_text(view["verdict"]["since"])
        assert since is not None
        assert ended - timedelta(seconds=2) < since < ended + timedelta(seconds=3)
        await idle_when(jp_fetch, lambda told: is_idle(told) and now_utc() - since > timedelta(seconds=6))
        document = await charges(jp_fetch, group_by="state,notebook", **days())
        found, as_of = costs_by(document, "state", "notebook"), time_from_text(document["as_of"])
        assert as_of is not None
        worked = Decimal(str((ended - began).total_seconds()))
        assert 2 * A_SECOND < found["working", "train.ipynb"] < (worked + 1) * A_SECOND
        idle = sum(cost for (state, _), cost in found.items() if state == "idle")
        assert found["idle", "train.ipynb"] >= 2 * A_SECOND
        by_state = costs_by(await charges(jp_fetch, group_by="kind,state", **days()), "kind", "state")
        machine = costs_by(await charges(jp_fetch, group_by="kind,component", **days()), "kind", "component")
        assert set(by_state) == {("session", state) for state in ("working", "idle", "other", None)}
        assert set(machine) >= {("session", "Studio-JupyterLab")}
        for _ in range(150):  # it is added up every few seconds
            session = (await overview(jp_fetch))["session"]
            if Decimal(session["idle_today"] or 0) >= idle:
                break
            await asyncio.sleep(0.2)
        assert Decimal(session["idle_today"]) >= idle
        assert Decimal(session["idle_today"]) < Decimal(session["cost_today"])
        told = labelled(await scraped(jp_fetch), "mlcost_session_idle_cost_total", currency="USD")
        assert told is not None
        assert told >= float(idle)

    jp_asyncio_loop.run_until_complete(run())
    capsys.readouterr()
    assert main(["ledger", "show", "--group-by", "state"]) == 0
    assert "\nidle " in capsys.readouterr().out
    assert main(["ledger", "verify"]) == 0


def days() -> dict[str, str]:
    """Give yesterday to tomorrow, so that no midnight lies outside."""
    today = datetime.now(timezone.utc).date()
    return {"from": (today - timedelta(days=1)).isoformat(), "to": (today + timedelta(days=1)).isoformat()}
