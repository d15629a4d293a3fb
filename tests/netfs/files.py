"""The folder behind the mount: nodes, open files, and each operation on them."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path

from . import wire
from .view import LateView


@dataclass
class Options:
    """How the network is."""

    locks: bool = True
    """False: every lock is answered with ENOLCK."""
    cached: float = 0.0
    """For how many seconds the kernel may believe what it was told of names and sizes."""
    late: float = 0.0
    """By how many seconds what others write is seen later."""
    holes: bool = False
    """Whether sizes are seen at once, and zeros where the text is to come."""
    trouble: str = ""
    """A file outside; while it is there every operation fails with the error that it names."""


@dataclass
class Node:
    """A file that the kernel knows."""

    path: str
    ino: int
    handles: list[int] = field(default_factory=list)


class Folder:
    """Everything by node, as the kernel asks."""

    def __init__(self, source: Path, options: Options) -> None:
        self.source, self.options = source, options
        self.view = LateView(source, options.late)
        self._nodes = {1: Node("", 0)}
        self._by_path = {"": 1}
        self._last = 1
        self._listed: dict[int, list[tuple[str, os.stat_result | None]]] = {}

    # -- names ------------------------------------------------------------------------------

    def at(self, node: int) -> str:
        """Give where a node lies."""
        return os.path.join(self.source, self._nodes[node].path)

    def below(self, node: int, name: bytes) -> str:
        """Give the path of a name in a folder, from the source on."""
        return os.path.join(self._nodes[node].path, os.fsdecode(name))

    def full(self, path: str) -> str:
        return os.path.join(self.source, path)

    def entry(self, path: str) -> bytes:
        """Tell of a name, and give it a node."""
        found = os.lstat(self.full(path))
        if not self.view.is_seen(path):
            raise FileNotFoundError(errno.ENOENT, "")
        number = self._by_path.get(path)
        if number is None or self._nodes[number].ino != found.st_ino:
            self._last = number = self._last + 1
            self._nodes[number], self._by_path[path] = Node(path, found.st_ino), number
        whole, rest = wire.seconds(self.options.cached)
        return wire.ENTRY.pack(number, 0, whole, whole, rest, rest) + wire.attributes(found, self._size(path, found.st_size))

    def _size(self, path: str, now: int) -> int:
        return now if self.options.holes else self.view.size(path, now)

    def attributes(self, number: int) -> bytes:
        """Tell of a node, also of one without a name any more that is open."""
        node = self._nodes[number]
        found = os.fstat(node.handles[-1]) if node.handles else os.lstat(self.at(number))
        if not node.handles and node.ino not in {0, found.st_ino}:
            raise OSError(errno.ESTALE, "")
        body = wire.attributes(found, self._size(node.path, found.st_size))
        return wire.ATTR_VALID.pack(*wire.seconds(self.options.cached), 0) + body

    def change(self, number: int, asked: tuple[int, ...]) -> None:
        """Change mode, size or times."""
        valid, _, _, size, _, atime, mtime, _, atime_rest, mtime_rest, _, mode, _, _, _, _ = asked
        node = self._nodes[number]
        target: int | str = node.handles[-1] if node.handles else self.at(number)
        if valid & wire.MODE:
            os.chmod(target, mode & 0o7777)
        if valid & wire.SIZE:
            self.view.own(node.path)
            os.truncate(self.at(number) if os.path.exists(self.at(number)) else target, size)
        if valid & (wire.ATIME_NOW | wire.MTIME_NOW):
            os.utime(self.at(number))
        elif valid & (wire.ATIME | wire.MTIME):
            os.utime(self.at(number), ns=(atime * 10**9 + atime_rest, mtime * 10**9 + mtime_rest))

    def make_folder(self, path: str, mode: int) -> bytes:
        os.mkdir(self.full(path), mode)
        self.view.own(path)
        return self.entry(path)

    def remove(self, path: str, *, is_folder: bool) -> None:
        (os.rmdir if is_folder else os.unlink)(self.full(path))
        self._by_path.pop(path, None)

    def rename(self, old: str, new: str) -> None:
        """Rename, also what lies below."""
        os.rename(self.full(old), self.full(new))
        self.view.renamed(old, new)
        self._by_path.pop(new, None)
        for path, number in list(self._by_path.items()):
            if path == old or path.startswith(old + "/"):
                del self._by_path[path]
                moved = new + path[len(old) :]
                self._nodes[number].path, self._by_path[moved] = moved, number

    def link(self, number: int, path: str) -> bytes:
        os.link(self.at(number), self.full(path))
        self.view.own(path)
        return self.entry(path)

    def symlink(self, path: str, target: bytes) -> bytes:
        os.symlink(os.fsdecode(target), self.full(path))
        self.view.own(path)
        return self.entry(path)

    # -- contents ---------------------------------------------------------------------------

    def create(self, path: str, flags: int, mode: int) -> bytes:
        """Make a file and open it."""
        handle = os.open(self.full(path), clean(flags) | os.O_CREAT | flags & os.O_EXCL, mode)
        self.view.own(path)
        entry = self.entry(path)
        number = self._by_path[path]
        self._nodes[number].handles.append(handle)
        return entry + self._opened(handle)

    def open(self, number: int, flags: int) -> bytes:
        handle = os.open(self.at(number), clean(flags))
        if flags & os.O_TRUNC:
            self.view.own(self._nodes[number].path)
        self._nodes[number].handles.append(handle)
        return self._opened(handle)

    def _opened(self, handle: int) -> bytes:
        return wire.OPENED.pack(handle, wire.DIRECT_IO if self.options.late else 0, 0)

    def release(self, number: int, handle: int) -> None:
        self._nodes[number].handles.remove(handle)
        os.close(handle)

    def read(self, number: int, handle: int, offset: int, size: int) -> bytes:
        """Read what is seen."""
        path = self._nodes[number].path
        data = os.pread(handle, size, offset)
        seen = max(0, self.view.size(path, os.fstat(handle).st_size) - offset)
        if self.options.holes:
            return data[:seen] + bytes(max(0, len(data) - seen))
        return data[:seen]

    def write(self, number: int, handle: int, offset: int, data: bytes) -> bytes:
        self.view.own(self._nodes[number].path)
        return wire.WRITTEN.pack(os.pwrite(handle, data, offset), 0)

    # -- folders ----------------------------------------------------------------------------

    def open_folder(self, number: int) -> bytes:
        handle = self._last = self._last + 1
        self._listed[handle] = []
        return wire.OPENED.pack(handle, 0, 0)

    def list_folder(self, number: int, handle: int, offset: int, size: int) -> bytes:
        """Give names; they are looked up anew when somebody begins at the first."""
        if not offset:
            folder = self._nodes[number].path
            with os.scandir(self.at(number)) as found:
                seen = sorted(each.name for each in found if self.view.is_seen(os.path.join(folder, each.name)))
            self._listed[handle] = [(".", None), ("..", None), *((name, None) for name in seen)]
        return wire.entries(self._listed[handle], offset, size)

    def release_folder(self, handle: int) -> None:
        del self._listed[handle]

    def room(self) -> bytes:
        """Tell how full the disk is."""
        found = os.statvfs(self.source)
        numbers = (found.f_blocks, found.f_bfree, found.f_bavail, found.f_files, found.f_ffree)
        return wire.STATFS.pack(*numbers, found.f_bsize, 255, found.f_frsize, *(0,) * 7)


def clean(flags: int) -> int:
    """Leave to the kernel what it does itself."""
    return flags & ~(os.O_APPEND | os.O_EXCL | os.O_NOFOLLOW | os.O_CREAT | 0o100000)
