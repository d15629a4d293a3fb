"""Observe what pages and kernels tell each other: what a person has caused, which cell runs, who waits at an input prompt.

Messages are looked at on their way and never changed, held up or made; of each only its type is read, by its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from logging import Logger
from typing import Any

SETTING = "kernel_websocket_connection_class"
V1 = "v1.kernel.websocket.jupyter.org"
DELIMITER = b"<IDS|MSG>"
# A quote within a JSON text is written \", so that none of these is found in what a cell's code says.
TYPE = re.compile(rb'"msg_type"\s*:\s*"([a-z_]{1,40})"')
ID = re.compile(rb'"msg_id"\s*:\s*"([^"]{1,100})"')
STATE = re.compile(rb'"execution_state"\s*:\s*"([a-z]{1,20})"')
SILENT = re.compile(rb'"silent"\s*:\s*true')
SUBSHELL = re.compile(rb'"subshell_id"\s*:\s*"')
METHOD = re.compile(rb'"method"\s*:\s*"(?:update|custom)"')
"""Of a comm message: a control was moved. Others, such as ``request_states``, are sent by a page that is opened."""
USED = (b"execute_request", b"complete_request", b"inspect_request", b"comm_msg", b"input_reply")
SAME_RUN = timedelta(seconds=0.1)
"""Cells that follow each other this closely are one run."""
MOST_CELLS = 50
MOST_READ = 4000
"""Characters of what a gateway tells: its type stands at the front."""


@dataclass(slots=True)
class KernelTraffic:
    """What was seen of one kernel's messages."""

    used_at: datetime | None = None
    """When a person last caused one."""
    cells: dict[bytes, bool] = field(default_factory=dict)
    """The messages whose code runs, as far as was seen, and whether in the kernel's main shell."""
    run_since: datetime | None = None
    """Since when code runs without a pause; of the last run where none does."""
    run_ended_at: datetime | None = None
    input_at: datetime | None = None
    """Since when a cell waits for an answer."""

    def run(self, now: datetime) -> datetime | None:
        """Give since when code has run; None: it does not. Between two cells it does."""
        if self.cells:
            return self.run_since
        return self.run_since if self.run_ended_at is not None and now - self.run_ended_at <= SAME_RUN else None

    def begin(self, cell: bytes, now: datetime, *, is_main: bool = True) -> None:
        """Note that a cell has begun; in the main shell one runs at a time."""
        self.run_since = self.run(now) or now
        others = {} if len(self.cells) >= MOST_CELLS else self.cells
        self.cells = {**{known: of_main for known, of_main in others.items() if not (is_main and of_main)}, cell: is_main}

    def end(self, cells: Iterable[bytes], now: datetime) -> None:
        """Note that some cells have ended; with the last of them an input prompt ends too."""
        had_any = bool(self.cells)
        for cell in list(cells):
            self.cells.pop(cell, None)
        if not self.cells:
            self.run_ended_at, self.input_at = now if had_any else self.run_ended_at, None

    def end_main(self, now: datetime) -> None:
        """Note that the main shell runs nothing."""
        self.end([cell for cell, is_main in self.cells.items() if is_main], now)

    def end_all(self, now: datetime) -> None:
        """Note that nothing runs."""
        self.end(self.cells, now)

    def shift(self, by: timedelta) -> None:
        """Move all times by what the clock was set."""
        for name in ("used_at", "run_since", "run_ended_at", "input_at"):
            time: datetime | None = getattr(self, name)
            setattr(self, name, None if time is None else time + by)


class KernelMessages:
    """What was seen of kernels' messages, in the websocket connections of this server; for the event loop's thread."""

    def __init__(self, clock: Callable[[], datetime], log: Logger) -> None:
        self._clock, self._log = clock, log
        self._of: dict[str, KernelTraffic] = {}
        self._observed: Any = None
        self._original: Any = None
        self._is_told = False
        self.is_on = True
        self.on_use: Callable[[], None] = lambda: None
        """Called whenever a person has caused a message."""

    def of(self, kernel_id: str) -> KernelTraffic:
        """Give what was seen of a kernel; nothing of one that has sent nothing yet."""
        return self._of.setdefault(kernel_id, KernelTraffic())

    def keep(self, kernel_ids: Sequence[str]) -> None:
        """Forget all other kernels."""
        self._of = {kernel_id: seen for kernel_id, seen in self._of.items() if kernel_id in kernel_ids}

    def forget_cells(self) -> None:
        """Forget which cells run and wait; when somebody last did something stays."""
        self._of = {kernel_id: KernelTraffic(used_at=seen.used_at) for kernel_id, seen in self._of.items()}

    def shift(self, by: timedelta) -> None:
        """Move all times by what the clock was set."""
        for seen in self._of.values():
            seen.shift(by)

    # -- where messages come by -------------------------------------------------------------

    def observe(self, settings: MutableMapping[str, Any]) -> bool:
        """Have connections observed that are made from now on; tell whether that can be done with connections of this kind."""
        original = settings.get(SETTING)
        if not (hasattr(original, "handle_incoming_message") and hasattr(original, "handle_outgoing_message")):
            return False
        self._original, self._observed = original, observed(original, self)
        settings[SETTING] = self._observed
        return True

    def release(self, settings: MutableMapping[str, Any]) -> None:
        """Put back what was there, unless somebody has put something else in its place since."""
        if self._observed is not None and settings.get(SETTING) is self._observed:
            settings[SETTING] = self._original
        self.is_on = False

    def coming(self, connection: Any, message: Any) -> None:
        """Look at what a page sends; nothing is raised."""
        if self.is_on:
            try:
                self.note_page(connection.kernel_id, message, getattr(connection, "subprotocol", None) == V1)
            except Exception as error:  # noqa: BLE001  (whatever it is, the message goes on its way)
                self._say(error)

    def going(self, connection: Any, told: Sequence[Any]) -> None:
        """Look at what a kernel sends, as its channel and its parts, or from a gateway as one text; nothing is raised."""
        if self.is_on:
            try:
                if isinstance(told[0], str) and len(told) == 1:
                    self.note_text(connection.kernel_id, told[0])
                else:
                    self.note_kernel(connection.kernel_id, channel_of(told[0]), told[1])
            except Exception as error:  # noqa: BLE001  (whatever it is, the message goes on its way)
                self._say(error)

    def kept(self, kernel_id: str, channel: str, parts: Sequence[bytes]) -> None:
        """Look at what a kernel has sent while its page was closed; nothing is raised."""
        try:
            self.note_kernel(kernel_id, channel, parts)
        except Exception as error:  # noqa: BLE001  (whatever it is, the page is given it later)
            self._say(error)

    def _say(self, error: Exception) -> None:
        if not self._is_told:
            self._is_told = True
            self._log.info("mlcost-ext could not read the type of a kernel's message (%s)", type(error).__name__)

    # -- what they say ----------------------------------------------------------------------

    def note_page(self, kernel_id: str, message: bytes | str, is_v1: bool) -> None:
        """Note what a page has sent."""
        kind, content = parts_v1(message) if is_v1 and isinstance(message, bytes) else parts_of_text(message)
        if not is_used(kind, content):
            return
        seen = self.of(kernel_id)
        seen.used_at = self._clock()
        if kind == b"input_reply" or (kind == b"execute_request" and not seen.cells):  # of a gateway no cell is known
            seen.input_at = None
        self.on_use()

    def note_text(self, kernel_id: str, text: str) -> None:
        """Note what a gateway's kernel has sent: of it an input prompt and its end are all that can be told at a glance."""
        seen, kind = self.of(kernel_id), type_in(text[:MOST_READ].encode())
        if kind == b"input_request":
            seen.input_at = self._clock()
        elif kind == b"execute_reply":
            seen.input_at = None

    def note_kernel(self, kernel_id: str, channel: str | None, parts: Sequence[bytes]) -> None:
        """Note what a kernel has sent.

        A kernel answers on its shell channel only when no cell runs. What is asked on the control channel meanwhile makes
        Jupyter's kernel manager take it for idle in the middle of a cell, which is why each cell is followed from begin to end.
        """
        first = parts.index(DELIMITER) + 2
        kind = type_in(parts[first])
        if kind == b"status":
            self._note_status(kernel_id, parts[first + 1], parts[first + 3])
        elif kind == b"input_request":
            seen = self.of(kernel_id)
            seen.input_at = seen.input_at or self._clock()
        elif channel == "shell" and SUBSHELL.search(parts[first + 1]) is None:
            self.of(kernel_id).end_main(self._clock())

    def _note_status(self, kernel_id: str, parent: bytes, content: bytes) -> None:
        if type_in(parent) != b"execute_request":
            return
        cell, state = ID.search(parent), STATE.search(content)
        if cell is None or state is None:
            return
        seen = self.of(kernel_id)
        if state[1] == b"busy":
            seen.begin(cell[1], self._clock(), is_main=SUBSHELL.search(parent) is None)
        elif state[1] == b"idle" and cell[1] in seen.cells:
            seen.end([cell[1]], self._clock())


def observed(original: Any, messages: KernelMessages) -> Any:
    """Make a class of connections whose messages are looked at; its name stays, since options are set by it."""

    class Observed(original):
        def handle_incoming_message(self, *args: Any, **named: Any) -> Any:
            messages.coming(self, args[0] if args else next(iter(named.values()), None))
            return super().handle_incoming_message(*args, **named)

        def handle_outgoing_message(self, *args: Any, **named: Any) -> Any:
            messages.going(self, args or tuple(named.values()))
            return super().handle_outgoing_message(*args, **named)

    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(Observed, name, getattr(original, name))
    return Observed


def parts_v1(message: bytes) -> tuple[bytes | None, bytes]:
    """Give type and content of a message whose parts stand one after the other, with their places in front."""

    def place(number: int) -> int:
        return int.from_bytes(message[8 * number : 8 * number + 8], "little")

    kind = type_in(message[place(2) : place(3)])
    return kind, message[place(5) : place(6)] if kind in (b"execute_request", b"comm_msg") else b""


def parts_of_text(message: bytes | str) -> tuple[bytes | None, bytes]:
    """Give type and text of a message that is JSON as a whole, with or without buffers behind it."""
    if isinstance(message, str):
        text = message.encode("utf-8", "replace")
    else:
        count = int.from_bytes(message[:4], "big")
        end = int.from_bytes(message[8:12], "big") if count > 1 else len(message)
        text = message[int.from_bytes(message[4:8], "big") : end]
    return type_in(text), text


def type_in(text: bytes) -> bytes | None:
    found = TYPE.search(text)
    return found[1] if found else None


def is_used(kind: bytes | None, content: bytes) -> bool:
    """Tell whether a person causes a message of this type and content."""
    if kind not in USED:
        return False
    if kind == b"execute_request":
        return not says(content, SILENT, b'"silent"')
    return kind != b"comm_msg" or says(content, METHOD, b'"method"')


def says(content: bytes, pattern: re.Pattern[bytes], key: bytes) -> bool:
    """Tell whether a content's key has such a value; a long content is searched through for the key alone, which is quick."""
    place = content.find(key)
    return place >= 0 and pattern.match(content, place) is not None


def channel_of(stream: Any) -> str | None:
    """Give a stream's channel, which may be told by its name."""
    found = stream if isinstance(stream, str) else getattr(stream, "channel", None)
    return found if isinstance(found, str) else None


def buffered(kernels: Any, kernel_id: str) -> Sequence[tuple[str, Sequence[bytes]]] | None:
    """Give what Jupyter keeps of a kernel's messages for a page that is closed; None: it keeps nothing."""
    kept: Mapping[str, Mapping[str, Any]] = getattr(kernels, "_kernel_buffers", None) or {}
    return (kept[kernel_id].get("buffer") or []) if kernel_id in kept else None
