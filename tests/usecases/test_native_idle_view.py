"""What the answers of Studio's idle endpoint mean, and which work is stamped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.core.idle import IdleState, Signal, Verdict
from mlcost_ext.usecases.native_idle_view import (
    MAX_ANSWER,
    Answer,
    Known,
    absent,
    judge,
    known_of,
    last_active_of,
    protected_holders,
    unwritten,
)
from tests.fakes import NOW

FILE = "/tmp/stamp"
KNOWN = Known(path=FILE)
FINE = Answer(asked_at=NOW, seconds=0.01, status=200, last_active_at=NOW)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def signal(name: str = "kernel_busy", *, is_protected: bool = True, goes_on: bool = True, minutes: float = 0) -> Signal:
    """Give a holder that has gone on for some minutes."""
    return Signal(
        name=name,
        subject="k",
        label="train.ipynb",
        is_protected=is_protected,
        goes_on=goes_on,
        active_since=ago(minutes=minutes) if goes_on else None,
        last_active_at=NOW,
        as_of=NOW,
        detail="",
    )


def verdict(*holders: Signal, state: IdleState = "active", since: datetime | None = None) -> Verdict:
    return Verdict(
        as_of=NOW,
        state=state,
        since=since,
        held_by=tuple(holder.name for holder in holders),
        holders=holders,
        last=None,
        signals=holders,
        stops_at=None,
    )


STATES: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    # what the answer is, what is known, the state, and a part of what is said or advised
    "nothing stamped": ({}, {}, "follows", "nothing had to be stamped"),
    "stamped just now": ({}, {"stamped_at": NOW}, "follows", "follows what is stamped"),
    "two minutes behind": ({"last_active_at": ago(minutes=2)}, {"stamped_at": NOW}, "follows", "follows"),
    "more behind": ({"last_active_at": ago(seconds=121)}, {"stamped_at": NOW}, "blind", "still tells 2026-11-23 13:57 UTC"),
    "never read our stamp": ({"last_active_at": ago(hours=5)}, {"stamped_at": ago(hours=1)}, "blind", "has to read /tmp/stamp"),
    "nothing stamped, long quiet": ({"last_active_at": ago(hours=5)}, {}, "follows", "nothing had to be"),
    "work it does not see": ({"last_active_at": ago(minutes=9)}, {"protected_since": ago(minutes=3)}, "blind", "work went on"),
    "work that began now": ({"last_active_at": ago(minutes=9)}, {"protected_since": ago(minutes=1)}, "follows", "answers"),
    "activity that is none": ({}, {"idle_since": ago(minutes=9)}, "blind", "nothing has been used since 2026-11-23 13:51 UTC"),
    "the end of a cell": ({}, {"idle_since": ago(minutes=2)}, "follows", "answers"),
    "an hour ago for both": ({"last_active_at": ago(hours=1)}, {"idle_since": ago(hours=1)}, "follows", "answers"),
    "a page opened an hour ago": ({"last_active_at": ago(hours=1)}, {"idle_since": ago(hours=3)}, "follows", "answers"),
    "a minute ahead": ({"last_active_at": ago(seconds=-60)}, {}, "follows", "answers"),
    "more ahead": ({"last_active_at": ago(seconds=-61)}, {}, "future", "Remove /tmp/stamp"),
    "two hours ahead": ({"last_active_at": ago(hours=-2)}, {}, "future", "2026-11-23 16:00 UTC"),
    "0.9 s": ({"seconds": 0.9}, {}, "slow", "took 0.9 s"),
    "fast enough": ({"seconds": 0.89}, {}, "follows", "answers"),
    "given up": ({"seconds": 3.0, "status": None, "last_active_at": None, "trouble": "Timeout"}, {}, "slow", "within 3.0 s"),
    "refused": ({"status": None, "last_active_at": None, "trouble": "[Errno 111]"}, {}, "unreachable", "([Errno 111])"),
    "no word why": ({"status": None, "last_active_at": None}, {}, "unreachable", "(no answer)"),
    "not loaded": ({"status": 404, "last_active_at": None}, {}, "absent", "did not load"),
    "login page": ({"status": 302, "last_active_at": None}, {}, "unreachable", "refuses"),
    "forbidden": ({"status": 403, "last_active_at": None}, {}, "unreachable", "HTTP 403"),
    "error": ({"status": 500, "last_active_at": None}, {}, "failing", "HTTP 500"),
    "error without terminals": (
        {"status": 500, "last_active_at": None},
        {"has_terminals": False},
        "failing",
        "terminals_enabled",
    ),
    "slow error": ({"status": 500, "last_active_at": None, "seconds": 2.0}, {}, "failing", "HTTP 500"),
    "no time": ({"last_active_at": None}, {}, "failing", "tells no time"),
}


@pytest.mark.parametrize("name", STATES)
def test_each_answer_has_a_state_a_sentence_and_a_mend(name: str) -> None:
    """What is fine needs nothing done; everything else says what to do."""
    answer, known, state, said = STATES[name]
    found = judge(replace(FINE, **answer), replace(KNOWN, **known))
    assert found.state == state
    assert said in f"{found.message} {found.hint}"
    assert found.message.endswith(".")
    assert bool(found.hint) == (state != "follows")


def test_what_comes_from_elsewhere_is_cut_and_cleaned() -> None:
    """An error's text may hold anything."""
    found = judge(replace(FINE, status=None, last_active_at=None, trouble="\x1b[2J" + "x" * 500), KNOWN)
    assert "\x1b" not in found.message
    assert len(found.message) < 200
    assert "\x1b" not in unwritten("/tmp/\x1b", "\x1b").message + unwritten("/tmp/\x1b", "\x1b").hint


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"lastActiveTimestamp": "2026-11-23T14:00:00.000000z"}', NOW),
        (b'{"lastActiveTimestamp": "2026-11-23T14:00:00.000000Z"}', NOW),
        (b'{"lastActiveTimestamp": "2026-11-23T14:00:00Z"}', NOW),
        (b'{"lastActiveTimestamp": "2026-11-23T14:00:00"}', None),
        (b'{"lastActiveTimestamp": 1795442400}', None),
        (b"{}", None),
        (b"[1]", None),
        (b"<html>", None),
        (b"", None),
        (b"\xff\xfe", None),
        (b"[" * 100_000, None),
        (b'{"x": "' + b"y" * MAX_ANSWER + b'"}', None),
    ],
)
def test_only_a_whole_time_is_read(body: bytes, told: datetime | None) -> None:
    """AWS's extension writes a small z; anything else is no time."""
    assert last_active_of(body) == told


def test_a_server_that_studio_cannot_ask_is_told_apart_from_one_it_need_not() -> None:
    """Of a Code Editor's app it asks the editor."""
    app = StudioApp(domain_id="d", space_name="s", app_type="JupyterLab", app_name="default")
    here = Host(kind="studio", region_id="us-east-1", studio_app=app)
    editor = replace(here, studio_app=replace(app, app_type="CodeEditor"))
    assert "not enabled" in absent(here).message
    assert "Install jupyter-activity-monitor-extension" in absent(here).hint
    assert ("Code Editor" in absent(editor).message, absent(editor).hint) == (True, "")


def test_only_what_goes_on_and_would_be_lost_is_stamped() -> None:
    """A keystroke is activity, and no reason to hold up Studio."""
    busy, typed = signal(minutes=7), signal("terminal_input", is_protected=False, goes_on=False)
    starting, ended = signal("kernel_started", is_protected=False), signal("gpu", goes_on=False)
    assert protected_holders(verdict(busy, typed, starting, ended)) == (busy,)
    assert protected_holders(verdict(typed)) == ()


def test_what_is_known_is_read_off_the_verdict() -> None:
    """Since when work goes on, or since when nothing does."""
    told: dict[str, Any] = {"path": FILE, "stamped_at": NOW, "has_terminals": True}
    known = known_of(verdict(signal(minutes=7), signal("gpu", minutes=9)), **told)
    assert (known.protected_since, known.idle_since, known.stamped_at) == (ago(minutes=9), None, NOW)
    idle = known_of(verdict(state="idle", since=ago(hours=1)), **told)
    assert (idle.protected_since, idle.idle_since) == (None, ago(hours=1))
    held = known_of(verdict(signal("file_saved", is_protected=False, goes_on=False), since=ago(hours=1)), **told)
    assert (held.protected_since, held.idle_since) == (None, None)
