"""Each case by its name: idle or not, on real servers; none may be wrong."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from .campaign import CASES, Campaign, lacking
from .case import Case

LONGEST_SECONDS = 400
pytestmark = [
    pytest.mark.timeout(LONGEST_SECONDS),
    pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, as the containers of Studio have it"),
]


@pytest.fixture(scope="module")
def campaign(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    """Run those cases that were chosen; they go on while the first of them are reported."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function) and "campaign" in item.fixturenames]
    chosen = [str(item.callspec.id) for item in items]
    found = Campaign(tmp_path_factory.mktemp("scenarios"), chosen)
    thread = threading.Thread(target=found.run, daemon=True)
    thread.start()
    yield found
    thread.join()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(campaign: Campaign, case: Case) -> None:
    """The verdict is what the case says."""
    if missing := lacking(case):
        pytest.skip(f"needs {', '.join(missing)}")
    campaign.told[case.name].result(LONGEST_SECONDS)


def test_the_table_can_be_read() -> None:
    """Each case has a name of its own and says where it is known from."""
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    assert len(names) >= 48
    assert all(case.source for case in CASES)
