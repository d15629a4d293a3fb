"""From a file's bytes to YAML's nodes, in one pass; what is not taken is refused on the way.

PyYAML's parser in C is used where it is there. The one in Python takes several times as long, and says in words of its own
what is no YAML; all else is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .yaml_nodes import MOST_FAULTS, Fault, at, shown

MAX_DEPTH = 8
MAX_PROBLEM = 100
MARK = "\ufeff"
"""Of byte order, which some editors put at the beginning."""
GAP = re.compile("(?:[ \t\r\n\x85\u2028\u2029]|#[^\r\n\x85\u2028\u2029]*)*")
"""What may stand between two signs within brackets or braces."""
LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


def parse(data: bytes, *, whole: str, entry: str) -> tuple[Any, list[Fault]]:
    """Give the root of a document, a node of PyYAML's without a tag; None: it is empty, or there are faults.

    Args:
        data: What is in the file.
        whole: One sentence: how such a file is written.
        entry: One sentence: how deep it goes.
    """
    import yaml

    try:
        text = data.decode("utf-8").removeprefix(MARK)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace").removeprefix(MARK)
        return None, [_at_offset(before, "This is not UTF-8.", "Save the file as UTF-8.")]
    if (hit := yaml.reader.Reader.NON_PRINTABLE.search(text)) is not None:
        return None, [_at_offset(text[: hit.start()], "A control character does not belong here.", "Remove it.")]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _composed(yaml.parse(text, Loader=loader), text, entry)
    except yaml.YAMLError as error:
        return None, [_no_yaml(error, text, whole)]


def _no_yaml(error: Any, text: str, whole: str) -> Fault:
    """Say what PyYAML says, in plain words where it is a usual mistake."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or "it cannot be read"
    message, hint = f"This is no YAML: {shown(problem, MAX_PROBLEM)}.", whole
    if mark is None:
        return Fault(line=None, column=None, message=message, hint=hint)
    if [line[mark.column : mark.column + 1] for line in text.split("\n")[mark.line : mark.line + 1]] == ["\t"]:
        message, hint = "A tab stands where spaces belong.", "Indent by spaces."
    elif "another document" in problem:
        message, hint = "There are several documents in this file.", "Write one, without a second ---."
    return Fault(line=mark.line + 1, column=mark.column + 1, message=message, hint=hint)


def _at_offset(before: str, message: str, hint: str) -> Fault:
    line = before.count("\n") + 1
    return Fault(line=line, column=len(before) - (before.rfind("\n") + 1) + 1, message=message, hint=hint)


def _composed(events: Iterable[Any], text: str, entry: str) -> tuple[Any, list[Fault]]:
    """Put nodes together; PyYAML's own composer would want another pass, and guesses a type for each value.

    Raises:
        yaml.YAMLError: It is no YAML, or more than one document.
    """
    made = _Composer(text, entry)
    for event in events:
        made.take(event)
        if made.is_enough:
            break
    return made.result()


class _Composer:
    """Make nodes of events; where these are nested too deep nothing behind it is read."""

    def __init__(self, text: str, entry: str) -> None:
        import yaml

        self._yaml: Any = yaml
        self._text, self._entry = text, entry
        self._documents: list[Any] = []
        self._starts: list[Any] = []
        """Of each collection that is not closed."""
        self._inside: list[list[Any]] = [[]]
        """What was found so far: the roots, then what is in each of these collections."""
        self._faults: list[Fault] = []
        self.is_enough = False

    def take(self, event: Any) -> None:
        """Go on by one event."""
        if isinstance(event, self._yaml.NodeEvent):
            self._node(event)
        elif isinstance(event, self._yaml.CollectionEndEvent):
            self._close(event)
        elif isinstance(event, self._yaml.DocumentStartEvent):
            self._documents.append(event)

    def result(self) -> tuple[Any, list[Fault]]:
        """Give root and faults.

        Raises:
            yaml.YAMLError: There is more than one document.
        """
        if self._faults:
            return None, self._faults
        if len(self._documents) > 1:
            first, second = (event.start_mark for event in self._documents[:2])
            raise self._yaml.composer.ComposerError("expected one", first, "but found another document", second)
        return next(iter(self._inside[0]), None), []

    def _node(self, event: Any) -> None:
        if isinstance(event, self._yaml.ScalarEvent):
            start = event.start_mark if event.value or event.style else self._place_of_nothing(event.start_mark)
            self._inside[-1].append(self._yaml.ScalarNode(None, event.value, start, event.end_mark, style=event.style))
        elif isinstance(event, self._yaml.CollectionStartEvent):
            self._starts.append(event)
            self._inside.append([])
        if len(self._starts) > MAX_DEPTH:
            self._refuse(event, "This is nested too deep.", self._entry)
            self.is_enough = True
            return
        if event.anchor is not None:
            self._refuse(event, "Anchors (&) and aliases (*) are not taken.", "Write the value out.")
        if getattr(event, "tag", None) is not None:
            self._refuse(event, "Tags (!) are not taken.", "Write the value alone.")

    def _close(self, event: Any) -> None:
        start, found = self._starts.pop(), self._inside.pop()
        kind, content = self._yaml.SequenceNode, found
        if isinstance(start, self._yaml.MappingStartEvent):
            kind, content = self._yaml.MappingNode, [*zip(found[::2], found[1::2], strict=False)]  # an alias leaves a gap
        self._inside[-1].append(kind(None, content, start.start_mark, event.end_mark, flow_style=start.flow_style))

    def _refuse(self, event: Any, message: str, hint: str) -> None:
        self._faults.append(at(event, message, hint))
        self.is_enough = len(self._faults) >= MOST_FAULTS

    def _place_of_nothing(self, mark: Any) -> Any:
        """Give the place of a value that is left empty: within brackets or braces that of the sign behind it.

        The parser in C names that one, the one in Python the end of the sign before it.
        """
        gap = GAP.match(self._text, mark.index) if self._starts and self._starts[-1].flow_style else None
        if gap is None or not gap[0]:
            return mark
        ends = [end.end() for end in LINE_END.finditer(gap[0])]
        column = len(gap[0]) - ends[-1] if ends else mark.column + len(gap[0])
        return self._yaml.Mark(mark.name, gap.end(), mark.line + len(ends), column, None, None)
