"""How the doctor's findings look as text."""

import pytest

from mlcost_ext.cli.doctor.check import Result
from mlcost_ext.cli.doctor.report import lines, verdict


def result(name="host", status="ok", group="This machine", **more):
    """Make a finding."""
    return Result(name=name, group=group, status=status, message="So it is.", **more)


def test_colour_is_never_alone():
    """On a terminal the sign and the word are coloured; both stay without colour."""
    found = [result(status=status) for status in ("ok", "warn", "fail", "info")]
    plain = list(lines(found, coloured=False))
    coloured = [line.replace("\x1b[0m", "") for line in lines(found, coloured=True)]
    assert [line.split()[:2] for line in plain[1:5]] == [["✓", "ok"], ["!", "warn"], ["✗", "fail"], ["·", "info"]]
    assert all("\x1b[" in line for line in coloured[1:5])


def test_mend_stands_under_its_finding():
    """The mend is a line of its own, under the message."""
    _, finding, mend, _ = lines([result(hint="do this")], coloured=False)
    assert finding.index("So it is.") == mend.index("→ do this")


def test_text_from_outside_is_cleaned():
    """No control character reaches the terminal."""
    assert "\x1b" not in "".join(lines([result(hint="\x1b[2Jgone")], coloured=False))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([result()], "All is well."),
        ([result(status="warn")], "It works, with something to look at: host."),
        (
            [result(status="fail"), result("credentials", "fail", "AWS")],
            "To mend: host, credentials. Each line marked ✗ says how (→).",
        ),
        (
            [result("credentials", "fail", "AWS")],
            "AWS is out of reach or refuses: credentials. Each line marked ✗ says how (→).",
        ),
    ],
)
def test_verdict(found, expected):
    """One line says how things stand."""
    assert verdict(found) == expected
