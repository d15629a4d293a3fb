"""Mount a folder for a while."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.fakes import ROOT

from .files import Options

MNT_DETACH = 2
DEVICE = Path("/dev/fuse")


@contextmanager
def mounted(source: Path, point: Path, options: Options) -> Iterator[Path]:
    """Show a folder as a network would; it is unmounted whatever happens. Skips the test where nothing may be mounted."""
    if not os.access(DEVICE, os.R_OK | os.W_OK):
        pytest.skip("no file system can be mounted here: /dev/fuse is missing or not ours")
    source.mkdir(exist_ok=True)
    point.mkdir()
    words = [str(source), str(point), json.dumps(asdict(options))]
    command = [sys.executable, "-m", "tests.netfs.serve", *words]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        said = server.stdout.readline()
        if said.startswith("cannot: "):
            pytest.skip(f"no file system can be mounted here: {said.strip()}")
        assert said == "mounted\n", server.communicate()[1]
        yield point
    finally:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.umount2(os.fsencode(point), 0):  # somebody has a file open
            libc.umount2(os.fsencode(point), MNT_DETACH)
            server.kill()  # the kernel then ends what still waits for an answer
        try:
            _, said = server.communicate(timeout=3)
        except subprocess.TimeoutExpired:
            server.kill()
            _, said = server.communicate()
    assert "Traceback" not in said, said
