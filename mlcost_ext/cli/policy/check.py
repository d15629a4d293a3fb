"""``mlcost policy check FILE…``: all faults of policy files, each with its place and what to write instead."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.text import clean, print_json
from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.times import UTC
from mlcost_ext.policy.layer import LayerFault, Note
from mlcost_ext.policy.words import fault_document, note_document
from mlcost_ext.policy.yaml_nodes import MOST_FAULTS

MAX_LINE = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is said of a file, or of all of them together."""

    name: str | None
    """None: all of them together."""
    faults: tuple[LayerFault, ...]
    notes: tuple[Note, ...]
    is_unreadable: bool = False
    """Whether there is no such file, or none that can be read."""

    def to_dict(self) -> dict[str, Any]:
        """Give it as data."""
        faults = [fault_document(fault) for fault in self.faults]
        return {"file": self.name, "faults": faults, "notes": [note_document(note) for note in self.notes]}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="+", help="policy files; several are layers too, most authority first")


def run(options: Namespace) -> int:
    """Check each file by itself, then all of them upon each other.

    Returns:
        2 where a file cannot be read, else 1 where there is a fault.
    """
    found = checked(options.files, datetime.now(UTC).date())
    count = sum(len(each.faults) for each in found)
    if options.json:
        together = next((each.to_dict() for each in found if each.name is None), None)
        files = [each.to_dict() for each in found if each.name is not None]
        print_json({"is_valid": not count, "files": files, "together": together})
    else:
        print("\n".join(clean(line, MAX_LINE) for line in lines(found)))
    if any(each.is_unreadable for each in found):
        return UsageError.exit_status
    return 1 if count else 0


def checked(names: list[str], today: date) -> list[Checked]:
    """Read and check files; those of the same name are one.

    Args:
        names: Of the files.
        today: By UTC: what has ended before is noted.
    """
    from mlcost_ext.guard_wiring import load_rules
    from mlcost_ext.policy_files.compiling import in_force
    from mlcost_ext.policy_files.layer_file import read
    from mlcost_ext.policy_files.layer_paths import named_path

    rules = load_rules().rules
    contents = {name: read(named_path(name)) for name in dict.fromkeys(names)}
    found = []
    for name, content in contents.items():
        alone = in_force({name: content}, rules, None)
        is_unreadable = content.state.trouble is not None
        found.append(Checked(name=name, faults=alone.faults, notes=alone.notes_on(today), is_unreadable=is_unreadable))
    if len(contents) > 1:
        all_of_them = in_force(contents, rules, None)
        faults, notes = ({told for each in found for told in getattr(each, what)} for what in ("faults", "notes"))
        found.append(
            Checked(
                name=None,
                faults=tuple(fault for fault in all_of_them.faults if fault not in faults),
                notes=tuple(note for note in all_of_them.notes_on(today) if note not in notes),
            )
        )
    return found


def lines(found: list[Checked]) -> list[str]:
    """Write what was found: a line for each fault and each note, and one that sums it up."""
    files = [each.name for each in found if each.name is not None]
    told = [str(fault) for each in found for fault in each.faults]
    notes = sorted((note for each in found for note in each.notes), key=lambda note: (files.index(note.layer), note.line or 0))
    more = "; there may be more" if any(len(each.faults) >= MOST_FAULTS for each in found) else ""
    count = len(told)
    fine = f"{', '.join(files)}: no faults."
    total = fine if not count else f"{count} {'fault' if count == 1 else 'faults'}{more}."
    return [*told, *(f"Note: {note}" for note in notes), total]


WORD = Command(name="check", help="Find all faults of policy files.", add_arguments=add_arguments, run=run)
