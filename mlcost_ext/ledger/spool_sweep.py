"""Delete spool files that have had their day: the ledger has all of them and their kernel is gone, or they are too old.

How far a file was taken stays in the ledger until the file has been out of sight for long, so none is ever taken twice.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from .lease import LEASE_SECONDS, last_sign
from .spool_batch import Position, cut
from .spool_header import Header, read_header
from .spool_reader import MAX_READ_BYTES, open_file, read_from
from .spool_writer import boot_id, host_name

REST_SECONDS = 7 * 86400.0
"""How long a file stays whose kernel is gone: somebody may put an older ledger back."""
WRITER = re.compile(r"([A-Za-z0-9._]{1,64})-([0-9a-f]{1,32})-([0-9]{1,10})-[0-9a-f]{16}\.jsonl")
"""The name of a file tells host, boot and process; one of another name is nobody's to delete."""


def sweep(
    home: Path, server_id: str, taken: Mapping[str, Position], *, kept_seconds: float, rest_seconds: float = REST_SECONDS
) -> list[str]:
    """Delete files that have had their day, and give their names; what cannot be looked at or deleted now stays.

    Args:
        home: The folder above ``spool/``.
        server_id: Whose files these are; no other living server has this id.
        taken: How far its ledger has each file.
        kept_seconds: A file that was not written for so long is too old, unless its kernel, or another server of its own, lives.
        rest_seconds: One whose kernel is gone stays for so long all the same.
    """
    gone = []
    for name, found in files_of(home):
        quiet = time.time() - found.st_mtime
        is_alive = lives(name)
        if quiet < min(rest_seconds, kept_seconds) or is_alive:
            continue
        with contextlib.suppress(OSError), open_file(f"{home}/spool/{name}") as file:
            header = read_header(file)
            if header is not None and header.owner == server_id:
                is_over = quiet >= kept_seconds or (is_alive is False and has_all(file, name, taken.get(name)))
            else:
                is_over = quiet >= kept_seconds and is_nobodys(home, header)
            if is_over:
                (home / "spool" / name).unlink()
                gone.append(name)
    return gone


def naming(home: Path, server_id: str, user: str) -> list[str]:
    """Give a server's files in which a user is named."""
    word = json.dumps(user, ensure_ascii=False).encode("utf-8", "replace")
    named = []
    for name, _ in files_of(home):
        with contextlib.suppress(OSError), open_file(f"{home}/spool/{name}") as file:
            header = read_header(file)
            file.seek(0)
            if header is not None and header.owner == server_id and any(word in line for line in file):
                named.append(name)
    return named


def files_of(home: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Give the files that kernels have made, and how they are found."""
    with contextlib.suppress(OSError):
        for name in sorted(os.listdir(home / "spool")):  # noqa: PTH208
            with contextlib.suppress(OSError):
                found = os.lstat(home / "spool" / name)
                if WRITER.fullmatch(name) and stat.S_ISREG(found.st_mode):
                    yield name, found


def lives(name: str) -> bool | None:
    """Tell whether the process that a file is of lives; None: it cannot be asked for from here."""
    match, ours = WRITER.fullmatch(name), boot_id()
    if match is None or os.name == "nt" or match[1] != host_name() or not ours.strip("0") or not match[2].strip("0"):
        return None
    if match[2] != ours:
        return False
    try:
        os.kill(int(match[3]), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def has_all(file: BinaryIO, name: str, at: Position | None) -> bool:
    """Tell whether all of a file was taken but a line that was never ended."""
    return at is not None and cut(name, read_from(file, at, MAX_READ_BYTES), at) is None


def is_nobodys(home: Path, header: Header | None) -> bool:
    """Tell whether no server lives that a file belongs to.

    Raises:
        OSError: It cannot be told.
    """
    owner = header.owner if header else None
    if owner is None or not owner.isalnum():
        return True
    return time.time() - last_sign(home / "servers" / owner) > LEASE_SECONDS
