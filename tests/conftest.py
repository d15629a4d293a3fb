"""What every test may rely on: a clock that stands still, a small price list, and no network but loopback."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from .fakes import NOW, FakePrices, small_price_list

# The same examples each time and no limit on their time, so that a busy machine fails nothing;
# `pytest --hypothesis-profile=explore` looks for new ones.
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

LONGEST = (
    "binder/test_fresh_environment.py",
    "idle/scenarios/test_scenarios.py",
    "crash/test_plug.py",
    "server/test_idling.py",
    "soak/test_soak.py",
    "server/test_native_idle_aws.py",
    "soak/test_history.py",
    "sandbox/test_story.py",
    "guardrails/test_every_rule.py",
    "server/test_standing.py",
    "probes/test_terminal_input.py",
    "crash/test_kernels.py",
)
"""Files that take half a minute and more, begun first: else the last of them would run alone."""
TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {TESTS / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


class NetworkBlockedError(RuntimeError):
    """A test wanted to leave this machine; no OSError, so that nothing takes it for a network that is down."""


def is_loopback(address: Any) -> bool:
    """Tell whether a socket address stays on this machine; those of files and pipes do."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0]).partition("%")[0]
    if host in ("", "localhost"):
        return True
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    return found.is_loopback or found.is_unspecified


def guarded(name: str) -> Any:
    """Give a socket method that refuses to reach beyond this machine."""
    original = getattr(socket.socket, name)

    def method(self: socket.socket, *args: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(args[-1]):
            raise NetworkBlockedError(f"a test wanted to {name} to {args[-1]!r}")
        return original(self, *args)

    return method


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded(name))
        yield


@pytest.fixture
def now() -> datetime:
    """Give the time at which all tests happen."""
    return NOW


@pytest.fixture
def prices() -> FakePrices:
    """Give a small price list."""
    return small_price_list()
