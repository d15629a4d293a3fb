"""The idle verdict by the policy in force, on a real Jupyter server: off, on, dear machines, and what a user may change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlcost_ext.server.intake import now_utc

from .idle_server import (  # noqa: F401 - fixtures among them
    SHORT,
    _soon,
    idle,
    idle_when,
    idling_of,
    is_idle,
    jp_server_config,
    lay_down,
    pages,
    policy,
    row,
    time_of,
)
from .pages import Pages
from .test_overview import overview


def test_off_measures_nothing_and_is_taken_up_while_the_server_runs(
    jp_asyncio_loop: Any, jp_fetch: Any, pages: Pages, policy: Path
) -> None:
    """Switched on again, the machine has a whole timeout before it, as after a start."""

    async def run() -> None:
        page = await pages.open(await pages.notebook())
        await page.done(await page.run("1"))
        lay_down(policy, "idle: {mode: off}\n")
        view = await idle_when(jp_fetch, lambda view: view["mode"] == "off", 5)
        assert (view["verdict"]["state"], view["signals"], view["verdict"]["since"]) == ("off", [], None)
        assert view["verdict"]["reason"] == f"The policy of {policy} switches the idle verdict off, so nothing is measured."
        off_at = now_utc()
        await page.done(await page.run("2"))
        assert (await overview(jp_fetch))["idle"]["state"] == "off"
        lay_down(policy, SHORT)
        view = await idle_when(jp_fetch, lambda view: view["mode"] == "shadow", 5)
        assert (view["verdict"]["state"], "server_started" in view["verdict"]["held_by"]) == ("active", True)
        assert time_of(row(view, "user_message")["last_active_at"]) < off_at

    jp_asyncio_loop.run_until_complete(run())


def test_on_behaves_as_shadow_and_a_broken_policy_leaves_the_last_good_one(
    jp_asyncio_loop: Any, jp_fetch: Any, policy: Path
) -> None:
    async def run() -> None:
        lay_down(policy, "idle: {mode: on, timeout_minutes: 30}\n")
        view = await idle_when(jp_fetch, lambda view: view["mode"] == "on", 5)
        assert "stops nothing yet" in view["note"]
        lay_down(policy, "idle: {mode: on, timeout_minutes: soon}\n")
        view = await idle_when(jp_fetch, lambda view: "faults" in (view["note"] or ""), 5)
        assert (view["mode"], view["timeout_minutes"]) == ("on", "30")

    jp_asyncio_loop.run_until_complete(run())


def test_a_dear_machine_has_a_shorter_timeout(jp_asyncio_loop: Any, jp_fetch: Any, policy: Path) -> None:
    """Where the policy's currency is that of the machine's price; else only the timeout for all counts."""
    by_price = "idle: {timeout_minutes: 60, timeout_by_price: [{from_list_cost_per_hour: 3.6, timeout_minutes: 7}]}\n"

    async def run() -> None:
        lay_down(policy, by_price)
        await idle_when(jp_fetch, lambda view: view["timeout_minutes"] == "7", 5)
        lay_down(policy, f"billing_currency: EUR\n{by_price}")
        await idle_when(jp_fetch, lambda view: view["timeout_minutes"] == "60", 5)

    jp_asyncio_loop.run_until_complete(run())


def test_what_the_users_own_file_may_change_is_told(jp_asyncio_loop: Any, jp_fetch: Any, policy: Path) -> None:
    """The policy's file that the environment names stands above it."""

    async def run() -> None:
        view = await idle(jp_fetch)
        found = {each["place"]: each for each in view["settings"]}
        assert found["idle.timeout_minutes"] == {
            "place": "idle.timeout_minutes",
            "value": "0.2",
            "origin": str(policy),
            "may_be": "0.05 to 0.2",
        }
        assert found["idle.mode"]["may_be"] == "shadow or on"

    jp_asyncio_loop.run_until_complete(run())
