"""The verdict in one sentence: what keeps the machine on, or what did last; exact, without money and without times of day.

Those stand beside it, in the time of whoever reads them.
"""

from __future__ import annotations

from datetime import datetime

from mlcost_ext.core.idle import Signal, Verdict
from mlcost_ext.core.policy import BUILTIN
from mlcost_ext.core.words import clean

from .signals.words import span_words

MOST_NAME = 80
MOST_SENTENCE = 300
PROMPT, STUCK = "waits for somebody", "has been busy"
"""How the details of a kernel begin that is busy and does not count."""
LAST = {
    "waiting_for_job": "{label} stopped waiting for a job",
    "kernel_busy": "{label} stopped running code",
    "scheduled_job": "the scheduled job {label} ended",
    "gpu": "{label} stopped computing",
    "kernel_cpu": "the processes of {label} stopped computing",
    "terminal_process": "a program in {label} stopped working",
    "background_process": "{label}, which was left running, stopped working",
    "other_process": "{label}, which no kernel and no terminal has, stopped working",
    "user_message": "{label} was used",
    "terminal_input": "{label} was typed in",
    "remote_editor": "a remote editor was used",
    "kernel_started": "{label} was started",
}
"""What happened when a signal was active last; of others their own detail says it."""


def reason(verdict: Verdict) -> str:
    """Say why the machine is active or idle; empty: it is not judged."""
    if verdict.holders:
        return holding(verdict.holders[0], verdict.as_of)
    if verdict.state == "off" or verdict.since is None:
        return ""
    if verdict.last is None:
        return "Nothing is known to have been used yet."
    return sentence(f"nothing has been used since {last_words(verdict.last)}")


def holding(signal: Signal, now: datetime) -> str:
    """Say what keeps the machine on: what goes on, or what was used a moment ago."""
    if signal.goes_on:
        since = signal.active_since or signal.as_of
        return sentence(f"{subject(signal)} {clean(signal.detail, 160)}, for {span_words(now - since)} now".strip())
    ago = span_words(now - (signal.last_active_at or now))
    return sentence(f"{last_words(signal)} {ago} ago")


def last_words(signal: Signal) -> str:
    """Say what happened when a signal was active last."""
    label = subject(signal)
    if signal.name == "kernel_busy" and signal.detail.startswith(PROMPT):
        return f"{label} came to an input prompt that nobody has answered"
    if signal.name == "kernel_busy" and signal.detail.startswith(STUCK):
        return f"{label} was taken for stuck"
    return LAST[signal.name].format(label=label) if signal.name in LAST else clean(signal.detail, 160)


def subject(signal: Signal) -> str:
    return clean(signal.label, MOST_NAME)


def sentence(text: str) -> str:
    """Begin with a capital, but for a name, and end with a full stop."""
    first = text[:1].upper() + text[1:] if text.startswith(STARTS) else text
    return f"{clean(first, MOST_SENTENCE - 1)}."


STARTS = ("nothing ", "a ", "the ", "this ")


def off_reason(origin: str, *, is_disabled: bool) -> str:
    """Say why nothing is judged.

    Args:
        origin: Of the value that says so.
        is_disabled: Whether all of this software is switched off, and not only this part.
    """
    who = "This software by itself" if origin == BUILTIN else f"The policy of {clean(origin, 200)}"
    return f"{who} switches {'mlcost-ext' if is_disabled else 'the idle verdict'} off, so nothing is measured."
