"""What somebody does in a moment: it counts from that moment on, for as long as the policy says and no longer."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.probes.terminal_input import GRANULARITY

from .case import Case, Moment
from .kernel import V1, Connection, sent_at
from .lab import now_utc
from .stage import Stage

WIDGET = "import ipywidgets; slider = ipywidgets.IntSlider(); print('model', slider.model_id)"
COMPUTES = ("kernel_cpu",)
"""A kernel may need as much CPU as counts to answer the first message of a kind."""
LOOK = timedelta(seconds=4)
"""The end of something that goes on is seen by the look after it, which a machine that is busy makes late."""


def page(protocol: str | None = None) -> Callable[[Stage], None]:
    """Open a notebook, and use it once so that later messages cost little."""

    def setup(stage: Stage) -> None:
        opened = stage.given["page"] = stage.kernel(protocol=protocol)
        opened.run(WIDGET)
        stage.given["model"] = opened.printed("model")["content"]["text"].split()[1]
        opened.reply_to(opened.send("complete_request", {"code": "pri", "cursor_pos": 3}))
        opened.reply_to(opened.send("inspect_request", {"code": "print", "cursor_pos": 3, "detail_level": 0}))

    return setup


def asked(stage: Stage) -> None:
    """Open a notebook whose cell waits at a prompt."""
    opened = stage.given["page"] = stage.kernel()
    stage.given["cell"] = opened.execute("name = input('name? ')")
    stage.given["prompt"] = opened.prompt()


def terminal(stage: Stage) -> None:
    stage.given["terminal"] = stage.terminal()


def viewer(stage: Stage) -> None:
    (stage.lab.notebooks / "read.log").write_text("a line\n" * 500, encoding="utf-8")
    opened = stage.given["terminal"] = stage.terminal()
    stage.keeps(opened.run("less read.log", "less"))


def page_of(stage: Stage) -> Connection:
    found: Connection = stage.given["page"]
    return found


def runs_a_cell(stage: Stage) -> None:
    page_of(stage).run("2 + 2")


def asks(kind: str, content: Mapping[str, Any]) -> Callable[[Stage], None]:
    """Send a message that is answered."""

    def act(stage: Stage) -> None:
        opened = page_of(stage)
        opened.reply_to(opened.send(kind, content))

    return act


def moves(data: Mapping[str, Any]) -> Callable[[Stage], None]:
    """Send a message of a widget."""

    def act(stage: Stage) -> None:
        page_of(stage).send("comm_msg", {"comm_id": stage.given["model"], "data": data})

    return act


def answers(stage: Stage) -> None:
    opened = page_of(stage)
    opened.answer(stage.given["prompt"], "somebody")
    opened.end_of(stage.given["cell"])


def long_cell(stage: Stage) -> datetime:
    """Run a cell for longer than a moment counts; the moment is its end."""
    return page_of(stage).run("import time; time.sleep(4)")


def work_then_prompt(stage: Stage) -> datetime:
    """Work for a while, then ask; the moment is the question."""
    opened = page_of(stage)
    opened.execute("import time; time.sleep(4); answer = input('and now? ')")
    return sent_at(opened.prompt())


def another_page(stage: Stage) -> None:
    """Complete a name from a page that somebody else has opened."""
    opened = Connection(lab=stage.lab, kernel_id=page_of(stage).kernel_id, protocol=V1).open()
    opened.reply_to(opened.send("complete_request", {"code": "pri", "cursor_pos": 3}))
    opened.close()


def saves(stage: Stage) -> None:
    stage.lab.ask("PUT", f"api/contents/{uuid.uuid4().hex}.txt", {"type": "file", "format": "text", "content": "text"})


def stamps(ahead: timedelta) -> Callable[[Stage], None]:
    """Stamp the shared file as remote editors do, by a clock that may be wrong."""

    def act(stage: Stage) -> None:
        stamp = (now_utc() + ahead).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        fresh = stage.lab.stamp_file.with_suffix(".new")
        fresh.write_text(stamp, encoding="utf-8")
        fresh.replace(stage.lab.stamp_file)

    return act


def types(keys: str) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        time.sleep(GRANULARITY.seconds - time.time() % GRANULARITY.seconds)  # its first input may lie in the span before
        stage.given["terminal"].type(keys)

    return act


def opens_a_notebook(stage: Stage) -> None:
    stage.kernel()


COMPLETES = asks("complete_request", {"code": "pri", "cursor_pos": 3})
INSPECTS = asks("inspect_request", {"code": "print", "cursor_pos": 3, "detail_level": 0})
SHOWN = ("user_message",)
LESS = ("less",)


def used(act: Callable[[Stage], datetime | None], besides: tuple[str, ...] = COMPUTES) -> Moment:
    return Moment(act=act, by=SHOWN, besides=besides, slack=LOOK)


CASES = (
    Case(name="a cell is run", source="demands A6", setup=page(), expect=used(runs_a_cell)),
    Case(name="a cell is run, by protocol v1", source="demands A6", setup=page(V1), expect=used(runs_a_cell)),
    Case(name="a name is completed", source="demands A6", setup=page(), expect=used(COMPLETES)),
    Case(name="help is looked at, by protocol v1", source="demands A6", setup=page(V1), expect=used(INSPECTS)),
    Case(
        name="a slider is moved",
        source="demands A6",
        setup=page(),
        expect=used(moves({"method": "update", "state": {"value": 3}, "buffer_paths": []})),
    ),
    Case(
        name="a widget's button is pressed, by protocol v1",
        source="demands A6",
        setup=page(V1),
        expect=used(moves({"method": "custom", "content": {"event": "click"}})),
    ),
    Case(name="a prompt is answered", source="demands A6", setup=asked, expect=used(answers, besides=(*COMPUTES, "kernel_busy"))),
    Case(name="another page of the same kernel is used", source="demands A6", setup=page(), expect=used(another_page)),
    Case(
        name="a long cell ends",
        source="demands A1, A7",
        setup=page(),
        expect=Moment(act=long_cell, by=("kernel_busy",), besides=COMPUTES, slack=LOOK),
    ),
    Case(
        name="a cell works, then asks",
        source="demands A1",
        setup=page(),
        expect=Moment(act=work_then_prompt, by=("kernel_busy",), besides=COMPUTES, slack=LOOK),
    ),
    Case(
        name="a notebook is opened",
        source="demands A16",
        expect=Moment(act=opens_a_notebook, by=("kernel_started",), besides=COMPUTES, slack=LOOK),
    ),
)
ELSEWHERE = (
    Case(name="a file is saved", source="demands A9, facts §8.3", expect=Moment(act=saves, by=("file_saved",))),
    Case(
        name="a remote editor stamps the shared file",
        source="demands A11",
        expect=Moment(act=stamps(timedelta(0)), by=("remote_editor",)),
    ),
    Case(
        name="a stamp of tomorrow counts as one of now",
        source="facts §8.6",
        expect=Moment(act=stamps(timedelta(days=1)), by=("remote_editor",), slack=LOOK),
    ),
    Case(
        name="somebody types in a terminal",
        source="demands A2",
        setup=terminal,
        expect=Moment(act=types("\r"), by=("terminal_input",)),
    ),
    Case(
        name="somebody turns a page in less",
        source="demands A2",
        setup=viewer,
        expect=Moment(act=types(" "), by=("terminal_input",)),
        needs=LESS,
    ),
)
"""Those that no kernel has to do with."""
