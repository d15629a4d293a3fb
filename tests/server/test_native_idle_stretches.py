"""The stretches for which our stamp was what Studio saw last: shown, priced, kept in the ledger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.money import to_wire
from mlcost_ext.probes.shared_timestamp import SharedTimestamp
from tests.fakes import NOW
from tests.usecases.test_native_idle_view import signal, verdict

from .native_watch import BUSY, IDLE, STUDIO, TODAY, Watch


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    """Start a plain server: what is tested here is put together by the test."""
    return {"ServerApp": {"jpserver_extensions": {"jupyter_server_terminals": True}}}


@pytest.fixture
def run(jp_asyncio_loop: Any) -> Callable[[Awaitable[Any]], Any]:
    return jp_asyncio_loop.run_until_complete  # type: ignore[no-any-return]


@pytest.fixture
def shared(tmp_path: Path) -> SharedTimestamp:
    return SharedTimestamp(tmp_path / "stamp", tmp_path / "memory", TODAY)


@pytest.fixture
def watch(jp_serverapp: Any, shared: SharedTimestamp, tmp_path: Path) -> Watch:
    return Watch(jp_serverapp, shared, tmp_path)


def test_a_long_silent_stretch_is_shown_with_its_cost(watch: Watch, run: Any) -> None:
    """From what Studio saw last, which is the start of its endpoint, to our last stamp; the ledger has it too."""
    run(watch.look(IDLE))
    run(watch.looks(BUSY, 70))
    (row,) = watch.native.view().prolonged  # type: ignore[union-attr]
    began = NOW + timedelta(seconds=30)
    assert (row.start, row.signals, row.is_certain) == (began, ["kernel_busy"], True)
    assert row.end == began + timedelta(minutes=69, seconds=30)
    assert row.cost is not None
    assert to_wire(row.cost) == "1.630933333"
    (kept,) = watch.store.since(NOW)
    assert (kept.start, kept.end < row.end, row.end - kept.end < timedelta(minutes=10)) == (began, True, True)


def test_it_is_kept_when_it_ends_and_found_again_by_the_next_server(
    watch: Watch, jp_serverapp: Any, shared: SharedTimestamp, tmp_path: Path, run: Any
) -> None:
    """An editor's stamp is activity that Studio sees by itself; a server that is started anew begins with its start."""
    run(watch.looks(BUSY, 70))
    edited = replace(signal("remote_editor", is_protected=False, goes_on=False), last_active_at=watch.now)
    run(watch.looks(verdict(signal(), edited), 1))
    (kept,) = watch.store.since(NOW)
    assert kept.end - kept.start == timedelta(minutes=69)
    assert run_next(watch, jp_serverapp, shared, tmp_path, run) == [kept]


def run_next(watch: Watch, app: Any, shared: SharedTimestamp, folder: Path, run: Any) -> list[Any]:
    """Look as the next server does, and give the stretches it shows as they were kept."""
    again = Watch(app, shared, folder)
    again.now = watch.now + timedelta(minutes=5)
    run(again.looks(BUSY, 1))
    view = again.native.view()
    assert view is not None
    starts = [row.start for row in view.prolonged]
    return [stretch for stretch in again.store.since(NOW) if stretch.start in starts]


def test_the_end_of_the_server_keeps_what_is_open(watch: Watch, run: Any) -> None:
    """And gives up what is being asked."""
    run(watch.looks(BUSY, 75))
    run(watch.native.close())
    (kept,) = watch.store.since(NOW)
    assert kept.end == watch.native._stamped_at


def test_a_clock_that_is_set_makes_no_stretch_longer(watch: Watch, run: Any) -> None:
    """Nor does a machine that slept: what there was is kept, and the next begins then."""
    run(watch.looks(BUSY, 70))
    watch.now += timedelta(hours=5)
    run(watch.looks(BUSY, 70))
    first, second = sorted(watch.native.view().prolonged, key=lambda row: row.start)  # type: ignore[union-attr]
    assert (first.end - first.start, second.end - second.start) == (timedelta(minutes=69), timedelta(minutes=69))
    assert second.start - first.end > timedelta(hours=5)


def test_short_stretches_leave_nothing(watch: Watch, run: Any) -> None:
    """A cell of some minutes holds nothing up."""
    run(watch.looks(BUSY, 8))
    run(watch.native.close())
    assert watch.store.since(NOW) == []
    assert watch.native.view().prolonged == []  # type: ignore[union-attr]


def test_without_a_price_the_cost_is_unknown(jp_serverapp: Any, shared: SharedTimestamp, tmp_path: Path, run: Any) -> None:
    """Never zero; and without Studio's timeout nothing is certain."""
    watch = Watch(jp_serverapp, shared, tmp_path, rate=None)
    run(watch.looks(BUSY, 70, host=replace(STUDIO, idle_timeout_in_minutes=None)))
    (row,) = watch.native.view().prolonged  # type: ignore[union-attr]
    assert (row.cost, row.is_certain) == (None, False)


def test_a_ledger_that_cannot_be_used_stops_no_stamp(
    jp_serverapp: Any, shared: SharedTimestamp, tmp_path: Path, run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said, once each for reading and writing."""
    (tmp_path / "ledger.sqlite").mkdir()
    watch = Watch(jp_serverapp, shared, tmp_path)
    run(watch.looks(BUSY, 70))
    assert watch.native._stamped_at == watch.now - timedelta(seconds=30)
    assert len([record for record in caplog.records if record.name == "mlcost-test"]) == 2
    assert len(watch.native.view().prolonged) == 1  # type: ignore[union-attr]


def test_kernels_that_cannot_be_looked_at_stop_no_stamp(
    watch: Watch, run: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A session manager of somebody else's may do anything."""

    async def broken() -> None:
        raise LookupError("odd")

    monkeypatch.setattr(watch.native._app.session_manager, "list_sessions", broken)
    run(watch.looks(BUSY, 2))
    assert watch.stamped is not None
    assert len([record for record in caplog.records if "odd" in record.getMessage()]) == 1


def test_a_signal_of_two_subjects_is_named_once(watch: Watch, run: Any) -> None:
    """The stretch has the kinds of work, not each kernel."""
    two = (signal(), replace(signal(), subject="other"), signal("gpu"))
    run(watch.looks(verdict(*two), 70))
    (row,) = watch.native.view().prolonged  # type: ignore[union-attr]
    assert row.signals == ["kernel_busy", "gpu"]
