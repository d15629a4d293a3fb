"""Kernels that do nothing for anybody, whatever their pages and other programs ask and tell them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from urllib.error import HTTPError

from mlcost_ext.idle.signals.words import CORE_FRACTION

from .case import Case, Quiet
from .kernel import V1, Connection
from .lab import wait_until
from .stage import BURNING, Stage

BUSY = "import time; print('begun'); time.sleep(600)"
WIDGET = "import ipywidgets; slider = ipywidgets.IntSlider(); print('model', slider.model_id)"
ASKED_ALIKE = ("api/status", "api/kernels", "api/sessions", "api/terminals", "api/contents", "api/kernelspecs")
ASKED_OF_US = ("overview", "jobs", "idle", "openapi.json", "charges?from=2026-01-01&to=2026-02-01&group_by=day")
assert CORE_FRACTION == 0.05, "what these cases use of CPU was chosen for this bound"


def never_used(stage: Stage) -> None:
    stage.kernel()


def without_notebook(stage: Stage) -> None:
    stage.kernel_alone().run("1 + 1")


def ended_with_an_error(stage: Stage) -> None:
    stage.kernel(protocol=V1).run("1 / 0")


def prompt(code: str, *, is_closed: bool = False) -> Callable[[Stage], None]:
    def setup(stage: Stage) -> None:
        page = stage.kernel()
        page.execute(code)
        page.prompt()
        if is_closed:
            page.close()

    return setup


def two_pages(stage: Stage) -> None:
    first = stage.kernel()
    Connection(lab=stage.lab, kernel_id=first.kernel_id, protocol=V1).open()


def page_opened_again(stage: Stage) -> None:
    """Ask what JupyterLab's page asks as it is loaded, over a new connection each time."""
    kernel_id = stage.kernel().kernel_id

    def refresh() -> None:
        page = Connection(lab=stage.lab, kernel_id=kernel_id, protocol=V1).open()
        page.reply_to(page.send("kernel_info_request", {}))
        page.reply_to(page.send("comm_info_request", {"target_name": "jupyter.widget"}))
        page.reply_to(page.send("history_request", {"output": False, "raw": True, "hist_access_type": "tail", "n": 1}))
        page.reply_to(page.send("debug_request", {"seq": 1, "type": "request", "command": "debugInfo"}, "control"))
        page.close()

    stage.every(1.5, refresh)


def usage_asked(stage: Stage) -> None:
    page = stage.kernel()
    stage.every(1.0, lambda: page.reply_to(page.send("usage_request", {}, "control")))


def silent_polls(stage: Stage) -> None:
    """Run code silently, as extensions do that list variables or measure memory."""
    page = stage.kernel()
    stage.every(0.5, lambda: page.end_of(page.execute("1 + 1", silent=True)))


def server_polled(stage: Stage) -> None:
    """Ask the server for what it shows, without a word that this is not to count."""
    stage.kernel()

    def poll() -> None:
        for path in ASKED_ALIKE:
            with suppress(HTTPError):  # Jupyter's own list of kernels is a 500 while one is being started
                stage.lab.get(path)
        for path in ASKED_OF_US:
            stage.lab.get(f"mlcost-ext/{path}")

    stage.every(0.5, poll)


def file_read_again(stage: Stage) -> None:
    """Ask for a file, as JupyterLab does before it saves one, and to see whether it has changed."""
    (stage.lab.notebooks / "read.txt").write_text("text", encoding="utf-8")
    stage.every(0.5, lambda: stage.lab.get("api/contents/read.txt?content=1&hash=1"))


def widgets_asked(stage: Stage) -> None:
    """Ask for the state of widgets, as a page does that shows them again."""
    page = stage.kernel()
    page.run(WIDGET)
    model = page.printed("model")["content"]["text"].split()[1]
    stage.every(1.0, lambda: page.send("comm_msg", {"comm_id": model, "data": {"method": "request_state"}}))
    stage.every(1.0, lambda: page.send("comm_msg", {"comm_id": model, "data": {"method": "request_states"}}))


def kernel_talks(stage: Stage) -> None:
    """Let a thread print and move a widget after its cell has ended: what a kernel says is nobody's use of it."""
    page = stage.kernel()
    talk = "def talk():\n    while True:\n        print('still here'); slider.value = (slider.value + 1) % 100; time.sleep(1)"
    page.run(f"{WIDGET}\nimport threading, time\n{talk}\nthreading.Thread(target=talk, daemon=True).start()")
    page.printed("still here")


def saved_by_itself(stage: Stage) -> None:
    """Save a notebook as its page does by itself, which is open while a thread goes on printing."""
    stage.kernel()
    rounds = itertools.count()
    text: list[str] = []

    def save() -> None:
        text.append(f"step {next(rounds)}\n")
        cell = {"cell_type": "code", "id": "a", "source": "thread.start()", "metadata": {}, "execution_count": 1}
        outputs = [{"output_type": "stream", "name": "stdout", "text": "".join(text)}]
        content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{**cell, "outputs": outputs}]}
        stage.lab.ask("PUT", "api/contents/printing.ipynb", {"type": "notebook", "content": content})

    save()
    stage.every(1.0, save)


def sleeping_child(stage: Stage) -> None:
    page = stage.kernel()
    page.run("import subprocess; child = subprocess.Popen(['sleep', '600'])")
    stage.keeps(stage.child_of(page, "sleep"))


def pool_at_rest(stage: Stage) -> None:
    page = stage.kernel()
    page.run("from multiprocessing import Pool; pool = Pool(2); print(pool.map(abs, [1, -2]))")
    process = stage.kernel_process(page)
    stage.lasting.extend(wait_until(process.children, "the pool is there"))


def task_at_rest(stage: Stage) -> None:
    stage.kernel().run("import asyncio; task = asyncio.get_event_loop().create_task(asyncio.sleep(600))")


def child_outlives(stage: Stage) -> None:
    """Leave a program behind that sleeps, and shut its kernel down."""
    page = stage.kernel()
    page.run("import subprocess; child = subprocess.Popen(['sleep', '600'], start_new_session=True)")
    stage.keeps(stage.child_of(page, "sleep"))
    stage.labels.append("sleep")
    stage.shut_down(page)


def busy(stage: Stage) -> tuple[Connection, str]:
    """Run a cell that has no end, and wait until its code has begun."""
    page = stage.kernel()
    cell = page.execute(BUSY)
    page.printed("begun")
    return page, cell


def killed(stage: Stage) -> None:
    page, _ = busy(stage)
    stage.kernel_process(page).kill()


def restarted(stage: Stage) -> None:
    page, _ = busy(stage)
    stage.kernel_request(page, "restart")


def interrupted(stage: Stage) -> None:
    page, cell = busy(stage)
    stage.kernel_request(page, "interrupt")
    page.end_of(cell)


def interrupted_prompt(stage: Stage) -> None:
    page = stage.kernel()
    cell = page.execute("input()")
    page.prompt()
    stage.kernel_request(page, "interrupt")
    page.end_of(cell)


def shut_down(stage: Stage) -> None:
    page, _ = busy(stage)
    stage.shut_down(page)


def thread_stopped(stage: Stage) -> None:
    """Let a thread compute for a while and end, as one that fetches data before the next cell."""
    page = stage.kernel()
    page.run(f"{BURNING}\nimport threading\nleft = list(range(10))\nis_wanted = lambda: left and left.pop()")
    page.run("thread = threading.Thread(target=burn, args=[is_wanted])")
    page.run("thread.start(); thread.join()")


def dies_at_start(stage: Stage) -> None:
    """Let Jupyter start a kernel again and again that ends at once, until it gives up."""
    page = stage.kernel_alone(argv=["false"], is_connected=False)
    stage.until = lambda: stage.is_gone(page)


def never_comes_up(stage: Stage) -> None:
    stage.kernel_alone(argv=["sleep", "600"], is_connected=False)


CASES = (
    Case(name="a kernel that dies at its start", source="demands A15", setup=dies_at_start, expect=Quiet()),
    Case(name="a kernel that nobody has used yet", source="demands A14", setup=never_used, expect=Quiet()),
    Case(name="a kernel without a notebook, its cell ended", source="facts §8.3", setup=without_notebook, expect=Quiet()),
    Case(name="a cell that ended with an error", source="demands A1", setup=ended_with_an_error, expect=Quiet()),
    Case(name="a prompt that nobody answers", source="demands A1", setup=prompt("name = input('name? ')"), expect=Quiet()),
    Case(
        name="a prompt for a password",
        source="demands A1",
        setup=prompt("import getpass; word = getpass.getpass()"),
        expect=Quiet(),
    ),
    Case(
        name="a prompt whose page was closed",
        source="demands A1, A3",
        setup=prompt("name = input('name? ')", is_closed=True),
        expect=Quiet(),
    ),
    Case(name="two pages that are only open", source="demands A3", setup=two_pages, expect=Quiet()),
    Case(name="a page that is opened again and again", source="demands A6", setup=page_opened_again, expect=Quiet()),
    Case(name="usage_request each second", source="demands A5, facts §8.2", setup=usage_asked, expect=Quiet()),
    Case(name="code run silently twice a second", source="demands A4", setup=silent_polls, expect=Quiet()),
    Case(name="the server polled twice a second", source="demands A4", setup=server_polled, expect=Quiet()),
    Case(name="a file read again and again", source="demands A4, facts §8.3", setup=file_read_again, expect=Quiet()),
    Case(name="widgets asked for their state", source="demands A6", setup=widgets_asked, expect=Quiet()),
    Case(name="a kernel that talks after its cell", source="demands A5", setup=kernel_talks, expect=Quiet()),
    Case(name="a page that saves what a thread prints", source="demands A3", setup=saved_by_itself, expect=Quiet()),
    Case(name="a kernel's child that sleeps", source="demands A2", setup=sleeping_child, expect=Quiet()),
    Case(name="a pool of processes at rest", source="demands A2", setup=pool_at_rest, expect=Quiet()),
    Case(name="an asynchronous task that sleeps", source="demands A1", setup=task_at_rest, expect=Quiet()),
    Case(name="a sleeping child whose kernel was shut down", source="demands A2", setup=child_outlives, expect=Quiet()),
    Case(name="a kernel killed while busy", source="demands A15", setup=killed, expect=Quiet()),
    Case(name="a kernel restarted while busy", source="demands A15", setup=restarted, expect=Quiet()),
    Case(name="a kernel interrupted while busy", source="demands A15", setup=interrupted, expect=Quiet()),
    Case(name="a prompt that was interrupted", source="demands A15", setup=interrupted_prompt, expect=Quiet()),
    Case(name="a kernel shut down while busy", source="demands A15", setup=shut_down, expect=Quiet()),
    Case(name="a thread that has ended", source="demands A1", setup=thread_stopped, expect=Quiet()),
    Case(name="a kernel that never comes up", source="demands A15", setup=never_comes_up, expect=Quiet()),
)
