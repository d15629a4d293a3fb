"""What the answer of Studio's own idle endpoint means, held against what we know of the machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from mlcost_ext.core.host import Host
from mlcost_ext.core.idle import Signal, Verdict
from mlcost_ext.core.idle_documents import NativeState
from mlcost_ext.core.times import time_from_text
from mlcost_ext.core.words import clean

EXTENSION = "jupyter_activity_monitor_extension"
"""AWS's, as Jupyter's configuration names it."""
ENDPOINT = "api/idle?no_track_activity=1"
"""Below a server's base path."""
PATIENCE_SECONDS = 3.0
LATE = timedelta(minutes=2)
"""Studio may be behind what we know by so much: two stamps, or a cell's end and the look after it."""
AHEAD = timedelta(seconds=60)
SLOW_SECONDS = 0.9
MAX_ANSWER = 65_536
TERMINALS_OFF = "Terminals are switched off, and AWS's extension fails without them: set c.ServerApp.terminals_enabled = True."
NOT_THERE = "Install jupyter-activity-monitor-extension 0.3.1 or later in this environment, and start the server again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking Studio's idle endpoint."""

    asked_at: datetime
    seconds: float
    """Until it answered, or was given up."""
    status: int | None
    """Of HTTP; None: nobody answered."""
    last_active_at: datetime | None = None
    """None: it told no time that can be read."""
    trouble: str = ""
    """Why nobody answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an answer is held against, as things stood when it was asked for."""

    path: str
    """Of the shared timestamp file."""
    stamped_at: datetime | None = None
    """None: not since this server started."""
    protected_since: datetime | None = None
    """Since when protected work has gone on; None: none does."""
    idle_since: datetime | None = None
    """None: the machine is not idle."""
    has_terminals: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What an answer means, and what to do."""

    state: NativeState
    message: str
    hint: str = ""
    """Empty: nothing is to be done."""


def last_active_of(body: bytes) -> datetime | None:
    """Read the time that the endpoint tells, such as ``{"lastActiveTimestamp": "2026-11-30T14:00:00.000000z"}``."""
    try:
        document = json.loads(body[:MAX_ANSWER])
    except (ValueError, RecursionError):
        return None
    told = document.get("lastActiveTimestamp") if isinstance(document, dict) else None
    return time_from_text(told.upper()) if isinstance(told, str) else None  # its Z is a small one


def judge(answer: Answer, known: Known) -> Judgement:
    """Say what an answer means; of several things that are wrong, the one that hides the others."""
    for check in (unanswered, refused, failing, future, slow, blind, contrary):
        found = check(answer, known)
        if found is not None:
            return found
    if known.stamped_at is None:
        return Judgement(state="follows", message="Studio's idle endpoint answers; nothing had to be stamped so far.")
    return Judgement(state="follows", message="Studio's idle endpoint answers, and follows what is stamped while work goes on.")


def absent(host: Host) -> Judgement:
    """Say that nothing is there which Studio could ask; of a Code Editor's app it asks the editor."""
    if host.studio_app is not None and host.studio_app.app_type == "CodeEditor":
        message = "Studio asks the Code Editor and not this server; what is stamped while work goes on reaches it all the same."
        return Judgement(state="absent", message=message)
    message = "AWS's activity monitor is not enabled in this server, so Studio's own idle shutdown cannot see whether it is used."
    return Judgement(state="absent", message=message, hint=NOT_THERE)


def unwritten(path: str, trouble: str) -> Judgement:
    """Say that the stamp cannot be written."""
    message = (
        f"The stamp cannot be written ({clean(trouble)}), so Studio does not learn of work that its own endpoint cannot see."
    )
    return Judgement(state="blind", message=message, hint=f"Remove {clean(path, 200)}, or give it to the user of this server.")


def unanswered(answer: Answer, _: Known) -> Judgement | None:
    if answer.status is not None or answer.seconds >= SLOW_SECONDS:
        return None
    message = f"Studio's idle endpoint could not be asked ({clean(answer.trouble) or 'no answer'})."
    hint = "Look whether this server listens on a TCP port of this machine; its log says more."
    return Judgement(state="unreachable", message=message, hint=hint)


def refused(answer: Answer, _: Known) -> Judgement | None:
    """Tell a server that wants to know who asks, and one whose extension is enabled but not there."""
    status = answer.status or 0
    if status == 404:
        message = "AWS's activity monitor is enabled in this server but did not load: Studio's idle endpoint is not there."
        return Judgement(state="absent", message=message, hint=NOT_THERE)
    if 300 <= status < 400 or status in (401, 403):
        message = f"Studio's idle endpoint refuses to answer this server itself (HTTP {status})."
        hint = "Look at which identity provider the server has: that of Studio's images lets Studio ask without a token."
        return Judgement(state="unreachable", message=message, hint=hint)
    return None


def failing(answer: Answer, known: Known) -> Judgement | None:
    if answer.status is None or (answer.status == 200 and answer.last_active_at is not None):
        return None
    how = f"answers with an error (HTTP {answer.status})" if answer.status != 200 else "tells no time"
    message = f"Studio's idle endpoint {how}, so Studio's own idle shutdown cannot see whether this server is used."
    hint = "Update jupyter-activity-monitor-extension, and start the server again; the server's log says more."
    return Judgement(state="failing", message=message, hint=hint if known.has_terminals else TERMINALS_OFF)


def future(answer: Answer, known: Known) -> Judgement | None:
    told = answer.last_active_at
    if told is None or told <= answer.asked_at + AHEAD:
        return None
    message = f"Studio's idle endpoint tells a time to come, {clock(told)}, and keeps to it: until then it stops nothing."
    hint = f"Remove {clean(known.path, 200)}, see that the clock is right, and start the server again."
    return Judgement(state="future", message=message, hint=hint)


def slow(answer: Answer, _: Known) -> Judgement | None:
    if answer.seconds < SLOW_SECONDS:
        return None
    took = f"took {answer.seconds:.1f} s to answer" if answer.status else f"did not answer within {answer.seconds:.1f} s"
    message = f"Studio's idle endpoint {took}, and this server may answer nobody meanwhile."
    hint = "Stop the Docker containers that are not needed: it asks each that tells of its activity from within this server."
    return Judgement(state="slow", message=message, hint=hint)


def blind(answer: Answer, known: Known) -> Judgement | None:
    """Tell an endpoint that is behind our stamp, or that takes a machine for idle on which protected work goes on."""
    told, stamped = answer.last_active_at, known.stamped_at
    working = known.protected_since is not None and known.protected_since < answer.asked_at - LATE
    since = max(filter(None, (stamped, answer.asked_at if working else None)), default=None)
    if told is None or since is None or told >= since - LATE:
        return None
    message = f"Studio's idle endpoint still tells {clock(told)}, though work went on at {clock(since)}."
    hint = f"Update jupyter-activity-monitor-extension to 0.3.1 or later; it has to read {clean(known.path, 200)}."
    return Judgement(state="blind", message=message, hint=hint)


def contrary(answer: Answer, known: Known) -> Judgement | None:
    """Tell an endpoint that sees activity just now where by our evidence nobody has used the machine for a while."""
    told, idle_since = answer.last_active_at, known.idle_since
    if told is None or idle_since is None or told < answer.asked_at - LATE or told <= idle_since + LATE:
        return None
    message = f"Studio's idle endpoint sees activity though nothing has been used since {clock(idle_since)}: it stops nothing."
    hint = "Close pages that keep asking kernels what they use, and end programs that keep printing in a terminal."
    return Judgement(state="blind", message=message, hint=hint)


def clock(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def protected_holders(verdict: Verdict) -> tuple[Signal, ...]:
    """Give what goes on that a stop would destroy: only that is stamped."""
    return tuple(signal for signal in verdict.holders if signal.is_protected and signal.goes_on)


def known_of(verdict: Verdict, *, path: str, stamped_at: datetime | None, has_terminals: bool) -> Known:
    """Put what is known of a machine beside what is asked."""
    since = [signal.active_since for signal in protected_holders(verdict) if signal.active_since is not None]
    return Known(
        path=path,
        stamped_at=stamped_at,
        protected_since=min(since, default=None),
        idle_since=verdict.since if verdict.state == "idle" else None,
        has_terminals=has_terminals,
    )
