"""Tell a page's own save of what a notebook has printed from a save of what somebody has written."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

MOST_NOTEBOOKS = 200
OF_A_RUN = ("outputs", "execution_count", "id")
"""Of a cell; its metadata has ``execution`` besides, its times."""
DEPTH, LONG = 6, 2000
OF_WIDGETS = "widgets"
"""Of a notebook's metadata: what its controls show."""


@dataclass(frozen=True, slots=True)
class Print:
    """What a notebook is known by again."""

    written: bytes
    """A digest of what a person has written: sources, cells and their metadata."""
    told: bytes
    """The same of its outputs, by their lengths where they are long."""


class NotebookPrints:
    """The latest notebooks that were saved."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Print] = OrderedDict()

    def is_only_outputs(self, path: str, content: object) -> bool:
        """Tell whether a save brings other outputs and nothing else, which a page does by itself as a thread goes on printing.

        False where it is no notebook, is seen for the first time, or nothing at all has changed: that is saved on request only.
        """
        now = print_of(content)
        before = self._known.pop(path, None)
        if now is None:
            return False
        self._known[path] = now
        if len(self._known) > MOST_NOTEBOOKS:
            self._known.popitem(last=False)
        return before is not None and before.written == now.written and before.told != now.told


def print_of(content: object) -> Print | None:
    """Read a notebook of Jupyter's format 4; None: it is none. Long outputs take no longer than short ones."""
    cells = content.get("cells") if isinstance(content, Mapping) else None
    if not isinstance(content, Mapping) or not isinstance(cells, list):
        return None
    written, told = blake2b(digest_size=16), blake2b(digest_size=16)
    for part in written_in(content, cells):
        written.update(part.encode("utf-8", "surrogatepass") + b"\0")
    for cell in cells:
        if isinstance(cell, Mapping):
            told.update(repr((cell.get("execution_count"), shortened(cell.get("outputs")))).encode("utf-8", "surrogatepass"))
    metadata = content.get("metadata")
    widgets = metadata.get(OF_WIDGETS) if isinstance(metadata, Mapping) else None
    told.update(repr(shortened(widgets)).encode("utf-8", "surrogatepass"))
    return Print(written.digest(), told.digest())


def written_in(content: Mapping[str, Any], cells: list[Any]) -> Iterator[str]:
    """Give what a person has written, bit by bit."""
    metadata = content.get("metadata")
    if isinstance(metadata, Mapping):
        yield repr({key: value for key, value in metadata.items() if key != OF_WIDGETS})
    for cell in cells:
        if not isinstance(cell, Mapping):
            continue
        for key, value in cell.items():
            if key == "metadata" and isinstance(value, Mapping):
                yield repr({name: item for name, item in value.items() if name != "execution"})
            elif key not in OF_A_RUN:
                yield value if isinstance(value, str) else repr(value)


def shortened(value: object, depth: int = DEPTH) -> object:
    """Give what an output is, but of a long text only its length and its end, and nothing of what lies deep."""
    if isinstance(value, str) and len(value) > LONG:
        return len(value), value[-LONG // 2 :]
    if isinstance(value, Mapping):
        return [(key, shortened(item, depth - 1)) for key, item in value.items()] if depth else None
    if isinstance(value, list):
        return [shortened(item, depth - 1) for item in value] if depth else None
    return value
