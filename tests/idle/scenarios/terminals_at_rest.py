"""Terminals in which nothing is done: a shell alone, programs that wait, and those that only show something."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from .case import Case, Quiet
from .stage import Stage


def shell_alone(stage: Stage) -> None:
    terminal = stage.terminal()
    terminal.type("cd ..; ls\r")


def never_used(stage: Stage) -> None:
    stage.terminal(is_used=False)


def page_opened_again(stage: Stage) -> None:
    """Load the terminal's page again and again, each time in another size."""
    terminal = stage.terminal()

    def refresh() -> None:
        terminal.socket.close()
        terminal.connect()

    stage.every(1.0, refresh)


def runs(command: str, program: str) -> Callable[[Stage], None]:
    def setup(stage: Stage) -> None:
        (stage.lab.notebooks / "long.log").write_text("a line\n" * 5000, encoding="utf-8")
        stage.keeps(stage.terminal().run(command, program))

    return setup


def log_followed(stage: Stage) -> None:
    """Show a log that grows all the time, by a program of somebody else."""
    log = stage.lab.notebooks / "growing.log"
    log.touch()
    stage.keeps(stage.terminal().run(f"tail -f {log}", "tail"))

    def grow() -> None:
        with log.open("a", encoding="utf-8") as more:
            more.write("another line\n")

    stage.every(0.2, grow)


def loop(line: str) -> Callable[[Stage], None]:
    def setup(stage: Stage) -> None:
        stage.terminal().run(line, "sleep")

    return setup


def two_sleep(stage: Stage) -> None:
    terminal = stage.terminal()
    stage.keeps(terminal.run("sleep 601 &", "sleep"))
    terminal.type("sleep 602\r")


def stopped(stage: Stage) -> None:
    """Stop a busy program with Ctrl-Z, and leave it."""
    terminal = stage.terminal()
    process = stage.keeps(terminal.run(shlex.join(stage.burner("stopped")), "stopped"))
    terminal.type("\x1a")
    process.send_signal(signal.SIGTSTP)


def closed(stage: Stage) -> None:
    """Close a terminal whose program works, which ends with it."""
    terminal = stage.terminal()
    terminal.run(shlex.join(stage.burner("closed")), "closed")
    stage.labels.append("closed")
    terminal.close()


def sleep_left_behind(stage: Stage) -> None:
    terminal = stage.terminal()
    stage.keeps(terminal.run("nohup sleep 603 >nohup.txt 2>&1 &", "sleep"))
    terminal.close()


def detached(stage: Stage) -> None:
    """Let a pane of tmux sleep, and leave tmux."""
    stage.tmux("sleep 604", "sleep")


CASES = (
    Case(name="a shell alone", source="demands A2", setup=shell_alone, expect=Quiet()),
    Case(name="a terminal that was never used", source="demands A2", setup=never_used, expect=Quiet()),
    Case(name="a terminal whose page is opened again", source="demands A6", setup=page_opened_again, expect=Quiet()),
    Case(name="sleep 1000", source="demands A2", setup=runs("sleep 1000", "sleep"), expect=Quiet()),
    Case(name="cat that waits for its input", source="demands A2", setup=runs("cat", "cat"), expect=Quiet()),
    Case(
        name="a Python prompt",
        source="demands A2",
        setup=runs(f"{sys.executable} -S -E", Path(sys.executable).name),
        expect=Quiet(),
    ),
    Case(
        name="a loop that prints each second",
        source="demands A2: never bytes",
        setup=loop("while sleep 1; do echo still here; done"),
        expect=Quiet(),
    ),
    Case(
        name="a loop that prints ten times a second",
        source="demands A2: never bytes; it takes a third of the CPU from which on a shell works",
        setup=loop("while true; do echo; sleep .1; done"),
        expect=Quiet(),
    ),
    Case(name="tail -f of a log that grows", source="demands A2", setup=log_followed, expect=Quiet()),
    Case(name="top", source="demands A2", setup=runs("top", "top"), expect=Quiet(), needs=("top",)),
    Case(name="watch date", source="demands A2", setup=runs("watch date", "watch"), expect=Quiet(), needs=("watch",)),
    Case(name="less", source="demands A2", setup=runs("less long.log", "less"), expect=Quiet(), needs=("less",)),
    Case(name="vim", source="demands A2", setup=runs("vim -u NONE long.log", "vim"), expect=Quiet(), needs=("vim",)),
    Case(name="two programs that sleep", source="demands A2", setup=two_sleep, expect=Quiet()),
    Case(name="a busy program that was stopped", source="demands A2", setup=stopped, expect=Quiet()),
    Case(name="a terminal closed while its program works", source="demands A2", setup=closed, expect=Quiet()),
    Case(name="nohup sleep whose terminal was closed", source="demands A2", setup=sleep_left_behind, expect=Quiet()),
    Case(name="a tmux that sleeps, left alone", source="demands A2", setup=detached, expect=Quiet(), needs=("tmux",)),
)
