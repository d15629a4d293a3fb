"""Work without a sign, told by what it is on the demo: a silent cell, a terminal, a kernel without a page, a waiting fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from lab_page import LabPage
from playwright.sync_api import Locator, expect
from surroundings import LabServer, launch_code

SECTION = '[data-mlcost-section="session"]'
SEEN_MS = 60_000
"""Until a signal is drawn: it is looked at every half a minute."""
SILENT = "import time\ntime.sleep(600)"
JOB = "waited-for-by-its-notebook"
WAITED = (
    f'{launch_code(JOB)}\nboto3.client("sagemaker").get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="{JOB}")'
)
BESIDE = "timeout 120 sh -c 'while :; do :; done' & exec sleep 600\r"

_TYPE = """([path, ...lines]) => new Promise((done, fail) => {
  const socket = new WebSocket(new URL(path, document.baseURI.replace(/lab.*/, '')).href.replace(/^http/, 'ws'));
  socket.onerror = () => fail(new Error(`${path} cannot be reached`));
  socket.onopen = () => {
    lines.forEach(line => socket.send(JSON.stringify(line)));
    setTimeout(() => done(socket.close()), 1000);
  };
})"""


def execute_request(code: str) -> dict[str, object]:
    header = {"msg_id": "1", "msg_type": "execute_request", "session": "an-agent", "username": "", "version": "5.3", "date": ""}
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
    return {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}


def active(page: LabPage, name: str, subject: str) -> Locator:
    """Give the line of a signal that keeps the machine on."""
    rows = page.panel.locator(f'{SECTION} [data-mlcost-signals="active"] [data-mlcost-signal="{name}"]')
    return rows.filter(has_text=subject)


@contextmanager
def all_ended(server: LabServer) -> Iterator[None]:
    """End kernels and terminals, whatever a test has begun."""
    try:
        yield
    finally:
        for place, key in (("terminals", "name"), ("kernels", "id")):
            for each in server.get(f"api/{place}"):
                server.ask("DELETE", f"api/{place}/{each[key]}")


@pytest.mark.timeout(240)
def test_silent_work_on_the_demo_is_told_by_what_it_is(demo: LabServer, demo_page: LabPage) -> None:
    """Each of the four with its reason, none of them idle, and no page open on two of them."""
    demo_page.open_panel()
    with all_ended(demo):
        demo_page.start(SILENT)
        silent = demo_page.notebook
        demo_page.start(WAITED)
        waiting = demo_page.notebook
        terminal = demo.ask("POST", "api/terminals", {})["name"]
        demo_page.page.evaluate(_TYPE, [f"terminals/websocket/{terminal}", ["stdin", BESIDE]])
        kernel = demo.ask("POST", "api/kernels", {"name": "python3"})["id"]
        demo_page.page.evaluate(_TYPE, [f"api/kernels/{kernel}/channels", execute_request(SILENT)])
        demo_page.panel.locator(SECTION).get_by_role("button", name="Why?").click()
        for name, subject, words in (
            ("kernel_busy", silent, "is running code"),
            ("waiting_for_job", waiting, f"waits for training {JOB}, which runs elsewhere"),
            ("terminal_process", f"Terminal {terminal}", r"runs \w+ in the background, which uses "),
            ("kernel_busy", "no notebook is open on it", "is running code, and no notebook is open on it"),
        ):
            expect(active(demo_page, name, subject)).to_contain_text(re.compile(words), timeout=SEEN_MS)
        assert demo.overview()["idle"]["state"] == "active"
