"""The spool's writer: private files, whole lines, one file per process."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.ledger import spool_writer
from mlcost_ext.ledger.spool_writer import MAX_LINE_BYTES, SpoolWriter, encode_line, mlcost_home


def lines_of(path: str | Path | None) -> list[dict[str, Any]]:
    assert path is not None
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def make(home: Path) -> SpoolWriter:
    return SpoolWriter(home, lambda: {"server_id": "s"})


def mode(path: str | Path | None) -> int:
    assert path is not None
    return stat.S_IMODE(Path(path).stat().st_mode)


def test_first_line_tells_who_writes(tmp_path: Path) -> None:
    """The header holds the process's own id, as the file's name does."""
    writer = make(tmp_path)
    writer.open()
    (header,) = lines_of(writer.path)
    at = header.pop("at")
    expected = {"v": 1, "type": "kernel", "pid": os.getpid(), "server_id": "s"}
    assert {key: header[key] for key in expected} == expected
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", at)
    name = re.escape(f"{header['host']}-{header['boot_id']}-{os.getpid()}-") + r"[0-9a-f]{16}\.jsonl"
    assert re.fullmatch(name, Path(str(writer.path)).name)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_folder_and_file_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """A wide or an absurdly narrow umask changes nothing."""
    before = os.umask(umask)
    try:
        writer = make(tmp_path / "home")
        writer.write("x")
    finally:
        os.umask(before)
    assert [mode(tmp_path / "home"), mode(writer.folder), mode(writer.path)] == [0o700, 0o700, 0o600]


def test_wide_spool_folder_is_tightened(tmp_path: Path) -> None:
    """A folder somebody made too wide is narrowed; the user's own home folder is not touched."""
    (tmp_path / "spool").mkdir(mode=0o755)
    before = mode(tmp_path)
    make(tmp_path).open()
    assert (mode(tmp_path / "spool"), mode(tmp_path)) == (0o700, before)


def test_threads_share_one_file_without_mixing_lines(tmp_path: Path) -> None:
    """Sixteen threads give whole lines, in one file with one header."""
    writer = make(tmp_path)
    threads = [threading.Thread(target=lambda n=n: [writer.write("x", n=n, i=i) for i in range(50)]) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (file,) = (tmp_path / "spool").iterdir()
    lines = lines_of(file)
    assert lines[0]["type"] == "kernel"
    assert sorted((line["n"], line["i"]) for line in lines[1:]) == [(n, i) for n in range(16) for i in range(50)]


def test_forked_child_writes_its_own_file(tmp_path: Path) -> None:
    """Even when the fork happens while another thread holds the parent's lock."""
    writer = make(tmp_path)
    writer.write("parent")
    with writer._lock():
        child = os.fork()
        if child == 0:
            writer.write("child")
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    writer.write("parent again")
    files = sorted((tmp_path / "spool").iterdir(), key=lambda path: f"-{child}-" in path.name)
    parent, born = map(lines_of, files)
    assert [line["type"] for line in parent] == ["kernel", "parent", "parent again"]
    assert [line["type"] for line in born] == ["kernel", "child"]
    assert born[0]["pid"] == child


def test_short_write_spoils_only_its_own_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a full disk has cut a line, the next one begins on a line of its own."""
    writer = make(tmp_path)
    writer.open()
    real = os.write
    monkeypatch.setattr(spool_writer.os, "write", lambda fd, data: real(fd, data[:7]))
    with pytest.raises(OSError, match="space") as caught:
        writer.write("cut")
    assert caught.value.errno == errno.ENOSPC
    monkeypatch.undo()
    writer.write("whole")
    _, torn, whole = Path(str(writer.path)).read_text().splitlines()
    assert (torn, json.loads(whole)["type"]) == ('{"v":1,', "whole")


def test_failed_header_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that could not get its first line is taken away, and the next line begins a new one."""
    writer = make(tmp_path)
    monkeypatch.setattr(spool_writer.os, "write", lambda fd, data: 0)
    with pytest.raises(OSError, match="space"):
        writer.write("x")
    assert list((tmp_path / "spool").iterdir()) == []
    monkeypatch.undo()
    writer.write("x")
    assert [line["type"] for line in lines_of(writer.path)] == ["kernel", "x"]


def test_cleared_folder_is_begun_anew(tmp_path: Path) -> None:
    """When somebody deletes the file, later lines go to a new one."""
    writer = make(tmp_path)
    writer.write("before")
    Path(str(writer.path)).unlink()
    writer.write("after")
    assert [line["type"] for line in lines_of(writer.path)] == ["kernel", "after"]


def test_home_that_is_a_file_is_an_os_error(tmp_path: Path) -> None:
    """An impossible home is told as OSError, which callers expect."""
    (tmp_path / "home").write_text("")
    with pytest.raises(OSError, match="home"):
        make(tmp_path / "home").open()


def test_line_has_a_limit_and_survives_odd_text() -> None:
    """Longer than 32 KB is refused; line separators and lone surrogates stay inside one valid line."""
    with pytest.raises(ValueError, match="longer"):
        encode_line("x", {"a": "a" * MAX_LINE_BYTES})
    line = encode_line("x", {"a": "\n\u2028\ud800é"})
    assert line.count(b"\n") == 1
    assert json.loads(line)["a"] == "\n\u2028?é"


def test_home_is_absolute_and_defaults_to_jupyter_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """MLCOST_HOME wins; empty or unset means a folder in Jupyter's data folder."""
    monkeypatch.setenv("MLCOST_HOME", "relative")
    assert mlcost_home() == Path.cwd() / "relative"
    monkeypatch.setenv("MLCOST_HOME", "")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert mlcost_home() == tmp_path / "mlcost"


def test_boot_id_is_zeros_where_the_system_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """No /proc: a fixed text of the same length."""
    monkeypatch.setattr(spool_writer, "BOOT_ID", Path("/no/such/file"))
    assert spool_writer.boot_id() == "0" * 32


def test_a_number_that_leads_to_another_file_now_is_left_alone(tmp_path: Path) -> None:
    """User code closed every descriptor and opened its own file, which got our number: nothing is written or closed."""
    writer = make(tmp_path / "home")
    writer.write("before")
    first, number = writer.path, writer._file.descriptor  # type: ignore[union-attr]
    os.close(number)
    theirs = os.open(tmp_path / "theirs", os.O_RDWR | os.O_CREAT)
    os.dup2(theirs, number)
    writer.write("after")
    assert (tmp_path / "theirs").read_bytes() == b""
    assert os.fstat(number).st_ino == (tmp_path / "theirs").stat().st_ino
    assert [line["type"] for line in lines_of(writer.path)] == ["kernel", "after"]
    assert [line["type"] for line in lines_of(first)] == ["kernel", "before"]
    for descriptor in {theirs, number}:
        os.close(descriptor)


def test_a_descriptor_that_was_closed_is_begun_anew(tmp_path: Path) -> None:
    """As by os.closerange; closing the writer then closes nothing of others."""
    writer = make(tmp_path)
    writer.write("before")
    os.close(writer._file.descriptor)  # type: ignore[union-attr]
    writer.write("after")
    assert [line["type"] for line in lines_of(writer.path)] == ["kernel", "after"]
    os.close(writer._file.descriptor)  # type: ignore[union-attr]
    writer.close()
    assert writer.path is None
