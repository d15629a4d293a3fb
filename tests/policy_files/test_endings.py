"""Exceptions that have ended: noted for people by the day, while nothing that is kept or judged by changes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from mlcost_ext.policy.compiled import digest_of, sealed, to_plain
from mlcost_ext.policy_files.told import document_of, remarks

from .test_files import BROKEN_TEXT, Place

EXCEPTION = """version: 1
rules: {MC104: {verdict: block}}
exceptions: [{rule: MC104, until: 2026-11-30, reason: x}]
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_an_exception_is_noted_once_its_day_is_over(place: Place) -> None:
    """Its last day still counts; neither what is kept nor what is in force changes at midnight."""
    place.write(place.top, EXCEPTION)
    first = place.look()
    note = f"{place.top}:3:35: exceptions: this one of MC104 ended on 2026-11-30 and applies no more."
    assert [str(each) for each in first.notes_on(date(2026, 11, 30))] == []
    assert [str(each) for each in first.notes_on(date(2026, 12, 1))] == [note]
    assert remarks(first, date(2026, 12, 1)) == [f"Note: {note}"]
    assert [each["line"] for each in document_of(first, date(2026, 12, 1))["notes"]] == [3]
    kept = place.compiled.read_bytes()
    again = place.look(place.fresh())
    assert again == first
    assert place.compiled.read_bytes() == kept
    assert first.digest == digest_of(to_plain(first.policy))


def test_what_an_earlier_version_kept_has_no_endings(place: Place) -> None:
    """And is read all the same, since it may be the last good policy."""
    place.write(place.top, EXCEPTION)
    first = place.look()
    content = {name: value for name, value in json.loads(place.compiled.read_bytes()).items() if name != "digest"}
    del content["in_force"]["endings"]
    place.compiled.write_text(json.dumps(sealed(content)))
    found = place.look(place.fresh())
    assert (found.policy, found.endings) == (first.policy, ())


def test_of_a_lower_layer_s_exceptions_no_end_is_noted(place: Place) -> None:
    """They had no effect anyway, which is; nor is one noted of what is stale."""
    place.write(place.top, EXCEPTION)
    place.write(place.low, "version: 1\n\nexceptions: [{rule: MC104, until: 2020-01-01, reason: x}]\n")
    told = [str(each) for each in place.look().notes_on(date(2026, 12, 1)) if "exceptions" in each.message]
    assert [line.partition(": ")[0] for line in told] == [f"{place.low}:3:13", f"{place.top}:3:35"]
    assert "have no effect" in told[0]
    place.write(place.top, BROKEN_TEXT, age_seconds=50)
    now = place.look()
    assert (now.is_stale, now.notes_on(date(2026, 12, 1))) == (True, ())
