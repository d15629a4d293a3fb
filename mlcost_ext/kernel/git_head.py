"""Which commit a folder's repository is at, read from git's own files: no program is started, and little is read."""

from __future__ import annotations

import os
import re
import stat

from mlcost_ext.policy_files.plain_files import folders_above, read

MAX_BYTES = 4096
MAX_PACKED_BYTES = 4 * 1024 * 1024
MAX_LINKS = 5
COMMIT = re.compile(rb"[0-9a-f]{40}")
REF = re.compile(rb"ref: *(refs/[^\0-\x20\x7f~^:?*\[\\]+)")


def commit_of(folder: str) -> str | None:
    """Give the 40 digits of the commit that is checked out where a folder lies; `None`: in no repository, or not known."""
    for above in folders_above(folder):
        git = git_folder(above)
        if git is not None:
            return head_of(git) if git else None
    return None


def git_folder(folder: str) -> str | None:
    """Give git's folder of the repository whose top this is; a worktree and a submodule name it in a file, empty: wrongly."""
    path = f"{folder}/.git"
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except OSError:
        return None
    if stat.S_ISDIR(mode):
        return path
    word, _, told = read(path, MAX_BYTES).partition(b":")
    return joined(folder, told) if word == b"gitdir" and told.strip() else ""


def head_of(git: str) -> str | None:
    """Follow HEAD to a commit."""
    common = joined(git, told) if (told := read(f"{git}/commondir", MAX_BYTES)).strip() else git
    text = read(f"{git}/HEAD", MAX_BYTES).strip()
    for _ in range(MAX_LINKS):
        if COMMIT.fullmatch(text):
            return text.decode()
        ref = REF.fullmatch(text)
        if ref is None or b".." in ref[1]:
            return None
        name = os.fsdecode(ref[1])
        text = (read(f"{git}/{name}", MAX_BYTES) or read(f"{common}/{name}", MAX_BYTES) or packed(common, ref[1])).strip()
    return None


def packed(common: str, ref: bytes) -> bytes:
    """Look a ref up among the packed ones; empty: it is not there."""
    text = read(f"{common}/packed-refs", MAX_PACKED_BYTES).replace(b"\r\n", b"\n")
    at = text.find(b" " + ref + b"\n")
    return text[max(0, at - 40) : at] if at >= 0 else b""


def joined(folder: str, told: bytes) -> str:
    """Give a path that a file of git's tells, as seen from a folder."""
    return os.path.normpath(os.path.join(folder, os.fsdecode(told.strip())))  # noqa: PTH118
