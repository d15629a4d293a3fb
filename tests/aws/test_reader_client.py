"""The server's side of the reader, against children that behave and children that do not."""

import asyncio
import json
import os

import pytest

from mlcost_ext.aws.reader_client import ReaderError, ReaderProcess
from tests.aws.children import ECHO, WATCH, run, until
from tests.aws.reader.fakes import Clock

DEAF_THE_FIRST_TIME = """
mark = sys.argv[0] + ".deaf"
if not os.path.exists(mark):
    open(mark, "w").close()
    while True: time.sleep(1)
"""


def test_a_request_gets_its_answer(reader_of):
    """Several at once, each its own."""

    async def use(_):
        answers = await asyncio.gather(*(reader.request(f"op-{number}", 20) for number in range(5)))
        return [answer["op"] for answer in answers]

    reader = reader_of(ECHO)
    assert run(reader, use) == [f"op-{number}" for number in range(5)]
    assert reader.pid is None
    assert not reader.is_running


def test_a_refusal_is_an_error_with_code_message_and_hint(reader_of):
    """As the reader said it."""

    async def use(_):
        with pytest.raises(ReaderError) as caught:
            await reader.request("refuse", 20)
        return caught.value.to_dict()

    reader = reader_of(ECHO)
    assert run(reader, use) == {"code": "throttled", "message": "Too often.", "hint": "Wait."}


def test_a_request_that_hangs_ends_in_time_and_leaves_others_alone(reader_of):
    """The late one is forgotten."""

    async def use(_):
        with pytest.raises(ReaderError) as caught:
            await reader.request("hang", 0.05)
        await reader.request("op", 20)
        return caught.value.code

    reader = reader_of(ECHO)
    assert run(reader, use) == "network_unreachable"


def test_a_watch_is_sent_only_where_it_differs(reader_of):
    """The order of names makes no difference."""

    async def use(pushes):
        await reader.request("op", 20)
        reader.watch(**WATCH)
        reader.watch(**{**WATCH, "names": list(reversed(WATCH["names"]))})
        reader.watch(**{**WATCH, "pace": "asleep"})
        await reader.request("op", 20)
        return [push["heard"]["pace"] for push in pushes]

    reader = reader_of(ECHO)
    assert run(reader, use) == ["viewed", "asleep"]


def test_a_child_that_dies_is_started_again_and_told_the_watch(reader_of):
    """Who was waiting hears it at once."""

    async def use(pushes):
        reader.watch(**WATCH)
        first = await reader.request("op", 20)
        with pytest.raises(ReaderError) as caught:
            await reader.request("die", 20)
        second = await reader.request("op", 20)
        await until(lambda: len(pushes) == 2)
        assert first["pid"] != second["pid"]
        return caught.value.code

    reader = reader_of(ECHO)
    assert run(reader, use) == "aws_error"


def test_garbage_is_skipped_and_said_in_the_log(reader_of, caplog):
    """A stray print, half a document, a line of megabytes, one nested too deep, bytes that are no text."""

    async def use(pushes):
        await until(lambda: pushes)
        return pushes

    reader = reader_of(
        """
        print("hello", flush=True)
        print("[1]", flush=True)
        print("x" * 3_000_000, flush=True)
        print('{"push": ' + "[" * 100_000, flush=True)
        sys.stdout.buffer.write(b"\\xff\\xfe\\n"); sys.stdout.buffer.flush()
        say({"id": "no number", "ok": 1})
        say({"id": 99, "ok": {}})
        print("y" * 2000, file=sys.stderr, flush=True)
        say({"push": "status"})
        list(heard())
        """
    )
    assert run(reader, use) == [{"push": "status"}]
    assert all(len(record.getMessage()) < 600 for record in caplog.records)
    assert "no document" in caplog.text


def test_pushes_are_handed_on_one_an_iteration(reader_of):
    """A flood never keeps the event loop to itself."""

    async def use(pushes):
        most = 0
        while len(pushes) < 200:
            before = len(pushes)
            await asyncio.sleep(0)
            most = max(most, len(pushes) - before)
        return most

    reader = reader_of(
        """
        sys.stdout.write(''.join(json.dumps({"push": "items", "n": n}) + "\\n" for n in range(200)))
        sys.stdout.flush()
        list(heard())
        """
    )
    assert run(reader, use) == 1


def test_a_callback_that_fails_ends_nothing(reader_of, caplog):
    """It is in the log."""

    async def use(pushes):
        reader.on_push(lambda document: 1 / 0)
        reader.watch(**WATCH)
        await until(lambda: pushes)
        return await reader.request("op", 20)

    reader = reader_of(ECHO)
    assert run(reader, use)["op"] == "op"
    assert "could not be taken in" in caplog.text


def test_a_child_that_does_not_listen_is_ended_all_the_same(reader_of):
    """Stop waits two seconds and no longer; nothing is left behind."""

    async def use(_):
        await until(lambda: reader.pid)
        return reader.pid

    reader = reader_of("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)")
    pid = run(reader, use)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_child_that_cannot_be_started_is_an_error_in_time(tmp_path, caplog):
    """And is tried again."""

    async def use(_):
        with pytest.raises(ReaderError):
            await reader.request("op", 0.1)

    reader = ReaderProcess(env={}, arguments=(str(tmp_path / "nothing"),), first_back_off_seconds=0.01)
    run(reader, use)
    assert "could not be started" in caplog.text


def test_a_reader_that_was_not_started_takes_no_requests():
    """Nor after it was stopped; both are said at once."""

    async def use():
        reader = ReaderProcess(env={})
        await reader.stop()
        with pytest.raises(ReaderError):
            await reader.request("op", 20)

    asyncio.run(use())


def test_the_environment_is_the_callers_with_one_malloc_arena(reader_of):
    """Several heaps would cost memory."""

    async def use(pushes):
        await until(lambda: pushes)
        return pushes[0]["env"]

    reader = reader_of('say({"push": "env", "env": os.environ.get("MALLOC_ARENA_MAX")}); list(heard())')
    assert run(reader, use) == "1"
    assert json.dumps(reader.pid) == "null"


def test_a_start_while_it_is_being_stopped_makes_one_child_that_listens(reader_of, tmp_path):
    """The old child is deaf to quit and takes two seconds to end; none of it reaches the new one."""

    async def use(pushes):
        await until((tmp_path / "child.py.deaf").exists)
        old, stopping = reader.pid, asyncio.create_task(reader.stop())
        await asyncio.sleep(0.05)
        assert not reader.is_running
        await asyncio.gather(reader.start(), reader.start(), stopping)
        reader.watch(**WATCH)
        answers = await asyncio.gather(*(reader.request("op", 20) for _ in range(3)))
        await until(lambda: pushes)
        with pytest.raises(ProcessLookupError):
            os.kill(old, 0)
        return old, {answer["pid"] for answer in answers}

    reader = reader_of(DEAF_THE_FIRST_TIME + ECHO)
    old, new = run(reader, use)
    assert len(new) == 1
    assert old not in new
    assert reader.pid is None


def test_a_stop_goes_on_where_who_called_it_is_cancelled(reader_of):
    """The server's own end cancels whatever was under way, and then stops the reader once more."""

    async def use(_):
        await until(lambda: reader.pid)
        pid, stopping = reader.pid, asyncio.create_task(reader.stop())
        await asyncio.sleep(0.05)
        stopping.cancel()
        await reader.stop()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        return reader.is_running

    reader = reader_of("while True: time.sleep(1)")
    assert run(reader, use) is False


@pytest.mark.parametrize("error", [NotImplementedError(), OSError("no more processes"), RuntimeError("anything")])
def test_whatever_keeps_a_child_from_starting_is_trouble_and_is_tried_again(reader_of, monkeypatch, caplog, error):
    """Windows' selector loop has no processes; the trouble ends with the first document."""
    spawn = asyncio.create_subprocess_exec

    async def refuse(*arguments, **options):
        raise error

    async def use(_):
        await until(lambda: reader.trouble)
        trouble = reader.trouble
        with pytest.raises(ReaderError) as caught:
            await reader.request("op", 0.05)
        monkeypatch.setattr(asyncio, "create_subprocess_exec", spawn)
        await reader.request("op", 20)
        assert reader.trouble is None
        return trouble.code, caught.value.code

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refuse)
    reader = reader_of(ECHO)
    assert run(reader, use) == ("reader_trouble", "reader_trouble")
    assert type(error).__name__ in caplog.text


def test_a_child_that_ends_again_and_again_is_trouble_until_the_reader_is_stopped(reader_of):
    """Once may be chance."""

    async def use(_):
        await until(lambda: reader.trouble)
        return reader.trouble.code

    reader = reader_of("sys.exit(1)")
    assert run(reader, use) == "reader_trouble"
    assert reader.trouble is None


def test_a_child_that_says_nothing_to_a_watch_is_trouble(reader_of):
    """Asleep it has nothing to say."""
    clock = Clock()

    async def use(_):
        await until(lambda: reader.pid)
        reader.watch(**{**WATCH, "pace": "asleep"})
        clock.forward(1000)
        assert reader.trouble is None
        reader.watch(**WATCH)
        assert reader.trouble is None
        clock.forward(60)
        return reader.trouble.code

    reader = reader_of("list(heard())", clock=clock)
    assert run(reader, use) == "reader_trouble"
