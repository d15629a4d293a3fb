"""How often AWS is asked: as often as the budget allows while somebody looks, seldom otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from .ask import Rank
from .budget import WINDOW_CALLS, WINDOW_SECONDS

Pace = Literal["viewed", "background", "asleep"]
Random = Callable[[], float]
"""Gives a number from 0 up to, not including, 1."""

JITTER_FRACTION = 0.015
LEAST_PROMPT_SECONDS = 15.0
PROMPT_SECONDS = 29.3
"""With jitter 29.7: what AWS shows of training jobs, tuning jobs and endpoints is handed on within 30 seconds."""
BACKGROUND_SECONDS = 60.0
OTHER_SECONDS = 245.0
"""With jitter 249: all other kinds, and what then has to be described, within five minutes."""
FIRST_SECONDS = 60.0
"""Prompt kinds are read no more often than this while another's first picture needs the calls."""

USER_CALLS = 4
"""Left to what a user waits for: a stop and what becomes of it. What he wants beyond that is sent all the same."""
RESERVE_CALLS = 8
"""Left by what can wait to all that cannot, besides."""
POLL_RESERVE_CALLS = 3
MAX_DETAIL_CALLS = 34
"""Of each ten minutes, at most for descriptions one by one of what has changed."""
USUAL_DETAIL_CALLS = 9.0
"""How many it is taken for as long as nobody knows."""
LEAST_DETAIL_CALLS = 4
"""Of each ten minutes, left to them where none were needed."""
DETAIL_MARGIN = 2
"""So many times as many as usual are left to them besides: they come all at once, after a listing."""
LEAST_PROMPT_CALLS = 20
"""Of each ten minutes; beyond that other kinds have to wait, as where many regions are followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is read again and again, of all regions together."""

    prompt: int = 0
    """Feeds of changes of the prompt kinds."""
    other: int = 0
    """Calls of one round of all others."""
    details: float = USUAL_DETAIL_CALLS
    """Descriptions one by one that ten minutes usually bring."""
    is_busy: bool = False
    """Whether there is more to read than changes: what there was before, what was lost, what ended long ago."""

    @property
    def expected_details(self) -> int:
        """Give the calls of the next ten minutes that are left to descriptions one by one."""
        return min(MAX_DETAIL_CALLS, LEAST_DETAIL_CALLS + math.ceil(DETAIL_MARGIN * self.details))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """The seconds between two readings, and what of the budget each rank leaves to others."""

    load: Load
    pace: Pace
    prompt_seconds: float
    other_seconds: float

    @property
    def polls_per_second(self) -> float:
        """Give the calls a second of reading what has changed, of all kinds, with the descriptions that follow."""
        polls = self.load.prompt / self.prompt_seconds + self.load.other / self.other_seconds
        return polls + self.load.expected_details / WINDOW_SECONDS

    def slowed(self) -> Tempo:
        """Give the same, no faster than it has to be."""
        return replace(self, prompt_seconds=max(self.prompt_seconds, PROMPT_SECONDS))

    def per_second(self, rank: Rank) -> float:
        """Give the calls a second that a call of this rank has to leave to more urgent ones."""
        others = self.load.other / self.other_seconds
        prompts = self.load.prompt / max(PROMPT_SECONDS, self.prompt_seconds)
        if rank is Rank.PROMPT:
            return 0.0
        if rank in (Rank.OTHER, Rank.NAMES):
            return prompts
        if rank is Rank.FIRST:
            return self.load.prompt / FIRST_SECONDS + others
        if rank >= Rank.BACKLOG:
            return prompts + others + self.load.expected_details / WINDOW_SECONDS
        return prompts + others

    def reserve(self, rank: Rank) -> float:
        """Give the calls that a call of this rank has to leave free at all times."""
        if rank in (Rank.PROMPT, Rank.OTHER):
            return POLL_RESERVE_CALLS
        return RESERVE_CALLS if rank >= Rank.BACKLOG else USER_CALLS


def tempo_of(pace: Pace, load: Load) -> Tempo:
    """Share the budget out.

    Args:
        pace: How eagerly AWS is to be asked.
        load: What is to be read.
    """
    room = WINDOW_CALLS - RESERVE_CALLS
    most_others = room - LEAST_PROMPT_CALLS - LEAST_DETAIL_CALLS
    other = max(OTHER_SECONDS, load.other * WINDOW_SECONDS / most_others)
    left = room - load.other * WINDOW_SECONDS / other
    least = load.prompt * WINDOW_SECONDS / max(1.0, left - LEAST_DETAIL_CALLS)
    wished = load.prompt * WINDOW_SECONDS / max(1.0, left - load.expected_details)
    prompt = max(least, LEAST_PROMPT_SECONDS, min(wished, PROMPT_SECONDS), PROMPT_SECONDS if load.is_busy else 0.0)
    if pace != "viewed":
        prompt = max(prompt, BACKGROUND_SECONDS)
    return Tempo(load=load, pace=pace, prompt_seconds=prompt, other_seconds=other)


def jittered(seconds: float, random: Random) -> float:
    """Move a span by up to 1.5 hundredths, so that readers do not march in step."""
    return seconds * (1 + JITTER_FRACTION * (2 * random() - 1))
