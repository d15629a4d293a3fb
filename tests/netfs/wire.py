"""The Linux kernel's FUSE protocol, 7.31, as far as it is needed here: numbers and the layout of messages."""

from __future__ import annotations

import os
import struct
from enum import IntEnum


class Op(IntEnum):
    """What the kernel asks for."""

    LOOKUP = 1
    FORGET = 2
    GETATTR = 3
    SETATTR = 4
    READLINK = 5
    SYMLINK = 6
    MKDIR = 9
    UNLINK = 10
    RMDIR = 11
    RENAME = 12
    LINK = 13
    OPEN = 14
    READ = 15
    WRITE = 16
    STATFS = 17
    RELEASE = 18
    FSYNC = 20
    FLUSH = 25
    INIT = 26
    OPENDIR = 27
    READDIR = 28
    RELEASEDIR = 29
    FSYNCDIR = 30
    GETLK = 31
    SETLK = 32
    SETLKW = 33
    ACCESS = 34
    CREATE = 35
    INTERRUPT = 36
    DESTROY = 38
    BATCH_FORGET = 42
    RENAME2 = 45


UNANSWERED = (Op.FORGET, Op.BATCH_FORGET, Op.INTERRUPT)
LOCKS = (Op.GETLK, Op.SETLK, Op.SETLKW)

HEADER = struct.Struct("<IIQQIIIHH")  # length, operation, number of the question, node, uid, gid, pid, ...
REPLY = struct.Struct("<IiQ")
INIT_IN = struct.Struct("<IIII")
INIT_OUT = struct.Struct("<IIIIHHIIHH32x")
ATTR = struct.Struct("<6Q10I")
ENTRY = struct.Struct("<4Q2I")
ATTR_VALID = struct.Struct("<QII")
OPENED = struct.Struct("<QII")
TRANSFER = struct.Struct("<QQIIQII")  # handle, offset, size, ...
WRITTEN = struct.Struct("<II")
SETATTR = struct.Struct("<II6Q8I")
TWO = struct.Struct("<II")
CREATE = struct.Struct("<IIII")
NUMBER = struct.Struct("<Q")
RENAME2 = struct.Struct("<QII")
DIRENT = struct.Struct("<QQII")
STATFS = struct.Struct("<5Q10I")

POSIX_LOCKS, ATOMIC_O_TRUNC, BIG_WRITES, FLOCK_LOCKS = 1 << 1, 1 << 3, 1 << 5, 1 << 10
DIRECT_IO = 1
MAX_WRITE = 128 * 1024
BUFFER = MAX_WRITE + 64 * 1024

MODE, UID, GID, SIZE, ATIME, MTIME, ATIME_NOW, MTIME_NOW = 1, 2, 4, 8, 16, 32, 128, 256


def seconds(value: float) -> tuple[int, int]:
    """Split a time as the protocol has it."""
    return int(value), int(value % 1 * 1_000_000_000)


def attributes(found: os.stat_result, size: int) -> bytes:
    """Write what is told of a file."""
    times = [divmod(ns, 1_000_000_000) for ns in (found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns)]
    whole, rest = zip(*times, strict=True)
    who = (found.st_mode, found.st_nlink, found.st_uid, found.st_gid, 0, 4096, 0)
    return ATTR.pack(found.st_ino, size, (size + 511) // 512, *whole, *rest, *who)


def entries(names: list[tuple[str, os.stat_result | None]], offset: int, room: int) -> bytes:
    """Write as many names of a folder, from `offset` on, as there is room for."""
    body = b""
    for place, (name, found) in enumerate(names[offset:], start=offset + 1):
        raw = os.fsencode(name)
        kind = (found.st_mode >> 12) & 15 if found else 0
        one = DIRENT.pack(found.st_ino if found else 1, place, len(raw), kind) + raw
        one += bytes(-len(one) % 8)
        if len(body) + len(one) > room:
            break
        body += one
    return body
