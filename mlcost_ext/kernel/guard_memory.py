"""What a kernel's guard remembers from launch to launch; several threads may launch at once."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from decimal import Decimal
    from typing import Any

    from mlcost_ext.usecases.decision_card import Choice
    from mlcost_ext.usecases.judged import Judged, Mend

REPEAT_SECONDS = 600.0
"""What was shown once is told in one line for so long."""
TICKET_SECONDS = 3600.0
MOST_CONFIGS = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ticket:
    """A rule that is not held against the next launch of a kind, once."""

    rule: str
    kind: str
    reason: str
    most: Decimal | None
    """The most that the launch it is for could cost; None: not known."""
    until: float

    def is_for(self, high: Decimal | None) -> bool:
        """Tell whether it is of a launch that could cost so much: no more than the one that was refused."""
        return self.most is None or high is None or high <= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The last launch that was stopped."""

    judged: Judged
    choices: tuple[Choice, ...]


@dataclass(slots=True, kw_only=True)
class Memory:
    """What a kernel's guard remembers."""

    tags: dict[str, str] = field(default_factory=dict)
    """What `%cost_tags` has said."""
    tickets: list[Ticket] = field(default_factory=list)
    refused: Refused | None = None
    fix: tuple[str, Mend] | None = None
    """A kind, and the change that `%cost_fix` is to make of its next launch."""
    _shown: dict[str, float] = field(default_factory=dict)
    _configs: dict[tuple[str, str], tuple[Mapping[str, Any], set[str]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, tickets: Iterable[Ticket]) -> None:
        """Keep overrides: new ones, or those that were taken and not used."""
        with self._lock:
            self.tickets = [*self.tickets, *tickets]

    def overridden(self, kind: str) -> set[str]:
        """Give the rules that are not held against the next launch of a kind."""
        return {each.rule for each in self.tickets if each.kind == kind and each.until > time.monotonic()}

    def take(self, kind: str, rules: Collection[str], high: Decimal | None) -> list[Ticket]:
        """Take one override of each of these rules for a launch that could cost so much; no other launch passes by it."""
        with self._lock:
            moment, found = time.monotonic(), dict[str, Ticket]()
            for each in self.tickets:
                if each.kind == kind and each.rule in rules and each.until > moment and each.is_for(high):
                    found.setdefault(each.rule, each)
            taken = list(found.values())
            self.tickets = [each for each in self.tickets if each.until > moment and each not in taken]
            return taken

    def take_fix(self, kind: str) -> Mend | None:
        """Take the change that is to be made of the next launch of a kind; None: there is none."""
        with self._lock:
            if self.fix is None or self.fix[0] != kind:
                return None
            mend, self.fix = self.fix[1], None
            return mend

    def is_news(self, told: Iterable[str]) -> bool:
        """Tell whether any of it was not shown a short while ago; then it counts as shown."""
        with self._lock:
            moment = time.monotonic()
            self._shown = {each: at for each, at in self._shown.items() if moment - at < REPEAT_SECONDS}
            news = [each for each in told if each not in self._shown]
            self._shown.update(dict.fromkeys(news, moment))
            return bool(news)

    def keep_config(self, region_id: str, request: Mapping[str, Any], rules: set[str]) -> None:
        """Keep an endpoint's configuration until the endpoint is made, and the rules that it was judged by."""
        with self._lock:
            while len(self._configs) >= MOST_CONFIGS:
                del self._configs[next(iter(self._configs))]
            self._configs[region_id, str(request.get("EndpointConfigName") or "")] = (request, rules)

    def config(self, region_id: str, name: str) -> tuple[Mapping[str, Any] | None, set[str]]:
        """Give a configuration that was made here, and the rules that it was judged by; None: there is none."""
        return self._configs.get((region_id, name), (None, set()))
