"""The kept form: what a set of files was compiled to, so that the next process needs no more than a look at their times."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from mlcost_ext.core.policy import Policy
from mlcost_ext.ledger.private_file import write_atomically
from mlcost_ext.ledger.spool_writer import make_private_folder
from mlcost_ext.policy.compiled import CompiledError, from_plain, sealed, to_plain, unsealed
from mlcost_ext.policy.layer import Ending, LayerFault, Note

from .compiling import PolicyInForce
from .layer_file import FileState

FORMAT = 1
FOLDER = "policy"
MAX_BYTES = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was kept of a set of files."""

    rules: str
    """Digest of the rules it was compiled by."""
    states: tuple[FileState, ...]
    digests: tuple[str, ...]
    """SHA-256 of each file."""
    read_at_ns: int
    """When the files were read, by the clock of the wall."""
    in_force: PolicyInForce


class CompiledFile:
    """``MLCOST_HOME/policy/compiled-<which files>.json``: each set of files has one of its own."""

    def __init__(self, home: Path, paths: Sequence[Path]) -> None:
        self._paths = [str(path) for path in paths]
        name = sha256("\0".join(self._paths).encode("utf-8", "surrogatepass")).hexdigest()[:12]
        self.path = home / FOLDER / f"compiled-{name}.json"

    def read(self) -> Kept | None:
        """Give what was kept; None: nothing, or it is damaged or of another version."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
            if self.path.is_symlink() or self.path.stat().st_size > MAX_BYTES:
                return None
            content = unsealed(json.loads(self.path.read_bytes()))
            if content["format"] == FORMAT and content["paths"] == self._paths:
                return _kept(content)
        return None

    def write(self, kept: Kept) -> None:
        """Keep something, where the folder can be written."""
        now = kept.in_force
        content = {
            "format": FORMAT,
            "paths": self._paths,
            "rules": kept.rules,
            "states": to_plain(kept.states),
            "digests": list(kept.digests),
            "read_at_ns": kept.read_at_ns,
            "in_force": to_plain(now),
        }
        with contextlib.suppress(OSError):
            make_private_folder(self.path.parent)
            write_atomically(self.path, json.dumps(sealed(content), ensure_ascii=True).encode())


def _kept(content: dict[str, Any]) -> Kept:
    """Read what was kept.

    Raises:
        CompiledError: It is nothing of the kind.
    """
    told = content["in_force"]
    if len(content["states"]) != len(content["paths"]):
        raise CompiledError("another number of files")
    return Kept(
        rules=from_plain(content["rules"], str),
        states=from_plain(content["states"], tuple[FileState, ...]),
        digests=from_plain(content["digests"], tuple[str, ...]),
        read_at_ns=from_plain(content["read_at_ns"], int),
        in_force=PolicyInForce(
            policy=from_plain(told["policy"], Policy),
            faults=from_plain(told["faults"], tuple[LayerFault, ...]),
            notes=from_plain(told["notes"], tuple[Note, ...]),
            is_stale=from_plain(told["is_stale"], bool),
            layers=from_plain(told["layers"], tuple[str, ...]),
            digest=from_plain(told["digest"], str),
            endings=from_plain(told.get("endings", []), tuple[Ending, ...]),  # earlier versions kept none
        ),
    )
