"""The process that answers the kernel: ``python -m tests.netfs.serve SOURCE MOUNTPOINT OPTIONS``."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import sys
from pathlib import Path

from . import wire
from .files import Folder, Options
from .wire import Op

NOSUID_NODEV = 2 | 4
FORBIDDEN = (errno.EPERM, errno.EACCES, errno.ENODEV, errno.ENOENT, errno.ENXIO)
"""What a mount says where none is allowed, or there is no FUSE."""


def mount(device: int, point: Path) -> None:
    """Ask the kernel to send us what is done below a folder.

    Raises:
        OSError: We may not.
    """
    words = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"mlcost-netfs", os.fsencode(point), b"fuse", NOSUID_NODEV, words.encode()):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(point))


class Server:
    """Answers one question after the other."""

    def __init__(self, device: int, folder: Folder) -> None:
        self._device, self._folder = device, folder

    def run(self) -> None:
        """Answer until it is unmounted."""
        while True:
            try:
                question = os.read(self._device, wire.BUFFER)
            except OSError as error:
                if error.errno == errno.ENODEV:
                    return
                if error.errno in {errno.EINTR, errno.ENOENT, errno.EAGAIN}:
                    continue
                raise
            _, op, unique, node, *_ = wire.HEADER.unpack_from(question)
            if op in wire.UNANSWERED:
                continue
            try:
                self._answer(unique, 0, self._body(op, node, question[wire.HEADER.size :]))
            except OSError as error:
                self._answer(unique, -(error.errno or errno.EIO), b"")

    def _answer(self, unique: int, error: int, body: bytes) -> None:
        with contextlib.suppress(FileNotFoundError):  # whoever asked was killed meanwhile
            os.write(self._device, wire.REPLY.pack(wire.REPLY.size + len(body), error, unique) + body)

    def _body(self, op: int, node: int, asked: bytes) -> bytes:
        if op == Op.INIT:
            return self._begin(asked)
        if op in {Op.RELEASE, Op.RELEASEDIR}:
            return self._contents(op, node, asked) or b""
        self._fail()
        if op in wire.LOCKS:
            raise OSError(errno.ENOLCK, "")
        if op == Op.STATFS:
            return self._folder.room()
        if op in {Op.FSYNC, Op.FSYNCDIR, Op.FLUSH, Op.ACCESS, Op.DESTROY}:
            return b""
        for part in (self._names, self._contents):
            body = part(op, node, asked)
            if body is not None:
                return body
        raise OSError(errno.ENOSYS, "")

    def _fail(self) -> None:
        trouble = self._folder.options.trouble
        if trouble and os.path.exists(trouble):
            raise OSError(getattr(errno, Path(trouble).read_text() or "EIO"), "")

    def _begin(self, asked: bytes) -> bytes:
        _, _, ahead, offered = wire.INIT_IN.unpack_from(asked)
        wanted = wire.ATOMIC_O_TRUNC | wire.BIG_WRITES
        if not self._folder.options.locks:
            wanted |= wire.POSIX_LOCKS | wire.FLOCK_LOCKS
        return wire.INIT_OUT.pack(7, 31, ahead, wanted & offered, 16, 12, wire.MAX_WRITE, 1, 0, 0)

    def _names(self, op: int, node: int, asked: bytes) -> bytes | None:
        folder = self._folder
        if op == Op.LOOKUP:
            return folder.entry(folder.below(node, asked[:-1]))
        if op == Op.GETATTR:
            return folder.attributes(node)
        if op == Op.SETATTR:
            folder.change(node, wire.SETATTR.unpack_from(asked))
            return folder.attributes(node)
        if op == Op.MKDIR:
            return folder.make_folder(folder.below(node, asked[8:-1]), wire.TWO.unpack_from(asked)[0])
        if op in {Op.UNLINK, Op.RMDIR}:
            folder.remove(folder.below(node, asked[:-1]), is_folder=op == Op.RMDIR)
            return b""
        if op in {Op.RENAME, Op.RENAME2}:
            size = wire.NUMBER.size if op == Op.RENAME else wire.RENAME2.size
            old, new = asked[size:-1].split(b"\0")
            if op == Op.RENAME2 and wire.RENAME2.unpack_from(asked)[1]:
                raise OSError(errno.EINVAL, "")
            folder.rename(folder.below(node, old), folder.below(wire.NUMBER.unpack_from(asked)[0], new))
            return b""
        return self._links(op, node, asked)

    def _links(self, op: int, node: int, asked: bytes) -> bytes | None:
        folder = self._folder
        if op == Op.LINK:
            return folder.link(wire.NUMBER.unpack_from(asked)[0], folder.below(node, asked[8:-1]))
        if op == Op.SYMLINK:
            name, target = asked[:-1].split(b"\0")
            return folder.symlink(folder.below(node, name), target)
        if op == Op.READLINK:
            return os.fsencode(os.readlink(folder.at(node)))
        return None

    def _contents(self, op: int, node: int, asked: bytes) -> bytes | None:
        folder = self._folder
        if op == Op.CREATE:
            flags, mode, *_ = wire.CREATE.unpack_from(asked)
            return folder.create(folder.below(node, asked[wire.CREATE.size : -1]), flags, mode)
        if op == Op.OPEN:
            return folder.open(node, wire.TWO.unpack_from(asked)[0])
        if op in {Op.READ, Op.READDIR, Op.WRITE}:
            handle, offset, size, *_ = wire.TRANSFER.unpack_from(asked)
            if op == Op.WRITE:
                return folder.write(node, handle, offset, asked[wire.TRANSFER.size :])
            return (folder.read if op == Op.READ else folder.list_folder)(node, handle, offset, size)
        if op == Op.OPENDIR:
            return folder.open_folder(node)
        if op == Op.RELEASE:
            folder.release(node, wire.NUMBER.unpack_from(asked)[0])
            return b""
        if op == Op.RELEASEDIR:
            folder.release_folder(wire.NUMBER.unpack_from(asked)[0])
            return b""
        return None


def main() -> None:
    source, point, options = sys.argv[1:]
    os.umask(0)
    folder = Folder(Path(source), Options(**json.loads(options)))
    try:
        device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        mount(device, Path(point))
    except OSError as error:
        if error.errno not in FORBIDDEN:
            raise
        print(f"cannot: {error}", flush=True)
        return
    print("mounted", flush=True)
    Server(device, folder).run()


if __name__ == "__main__":
    main()
