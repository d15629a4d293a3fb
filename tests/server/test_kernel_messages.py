"""What is read of kernels' messages on their way, of all protocols; and that they go on their way whatever they are."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_server.gateway.connections import GatewayWebSocketConnection
from jupyter_server.services.kernels.connection.base import serialize_binary_message, serialize_msg_to_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from mlcost_ext.server.kernel_messages import DELIMITER, SETTING, V1, KernelMessages, KernelTraffic, buffered, observed
from tests.fakes import NOW

KERNEL = "0b5c6a52-7d0d-4c8e-9a35-6d2d5fb6a001"
CODE = 'print(\'"silent": true, "msg_type": "input_reply"\')'


Part = dict[str, Any]


@dataclass
class Clock:
    time: datetime = NOW

    def __call__(self) -> datetime:
        return self.time


@dataclass
class Connection:
    """A connection as Jupyter's are: it notes what goes through it."""

    kernel_id: str = KERNEL
    subprotocol: str | None = V1
    came: list[Any] = field(default_factory=list)
    went: list[Any] = field(default_factory=list)

    def handle_incoming_message(self, incoming_msg: Any) -> str:
        self.came.append(incoming_msg)
        return "came"

    def handle_outgoing_message(self, stream: Any, outgoing_msg: Any) -> str:
        self.went.append((stream, outgoing_msg))
        return "went"


def message(
    kind: str, content: dict[str, Any] | None = None, parent: dict[str, Any] | None = None, **header: Any
) -> dict[str, Any]:
    """Make a message as pages and kernels do."""
    named = {"msg_id": f"id-of-{kind}", "username": "ana", "session": "s", "msg_type": kind, "version": "5.3", **header}
    return {"header": named, "parent_header": parent or {}, "metadata": {}, "content": content or {}}


def on_wire(told: dict[str, Any], protocol: str, channel: str = "shell") -> bytes | str:
    """Write a page's message as it is sent."""
    if protocol == V1:
        return bytes(serialize_msg_to_ws_v1(told, channel, pack=lambda part: json.dumps(part).encode()))
    legacy = {
        "buffers": [],
        "channel": channel,
        **{name: told[name] for name in ("content", "header", "metadata", "parent_header")},
    }
    if protocol == "binary":
        return bytes(serialize_binary_message({**legacy, "buffers": [b'"msg_type": "input_reply"', b"\x00" * 9]}))
    return json.dumps(legacy)


def from_kernel(told: dict[str, Any]) -> list[bytes]:
    """Write a kernel's message as ZeroMQ brings it."""
    parts = [json.dumps(told[name]).encode() for name in ("header", "parent_header", "metadata", "content")]
    return [b"kernel.1234.status", DELIMITER, b"signature", *parts]


def status(state: str, cell: str = "cell-1", of: str = "execute_request") -> list[bytes]:
    return from_kernel(message("status", {"execution_state": state}, message(of, msg_id=cell)["header"]))


def make() -> tuple[KernelMessages, Clock, KernelTraffic]:
    clock = Clock()
    messages = KernelMessages(clock, logging.getLogger("test"))
    return messages, clock, messages.of(KERNEL)


def used(protocol: str, told: dict[str, Any], channel: str = "shell") -> bool:
    """Tell whether a page's message counts as a person's."""
    messages, _, seen = make()
    calls: list[None] = []
    messages.on_use = lambda: calls.append(None)
    messages.note_page(KERNEL, on_wire(told, protocol, channel), protocol == V1)
    assert (seen.used_at == NOW) is bool(calls)
    return seen.used_at == NOW


@pytest.mark.parametrize("protocol", [V1, "text", "binary"])
@pytest.mark.parametrize(
    ("kind", "content", "counts"),
    [
        ("execute_request", {"code": CODE, "silent": False}, True),
        ("execute_request", {"code": CODE}, True),
        ("execute_request", {"code": "1", "silent": True}, False),
        ("complete_request", {"code": "pri"}, True),
        ("inspect_request", {"code": "print"}, True),
        ("input_reply", {"value": CODE}, True),
        ("comm_msg", {"comm_id": "a", "data": {"method": "update", "state": {"value": 3}}}, True),
        ("comm_msg", {"comm_id": "a", "data": {"method": "custom", "content": {"event": "click"}}}, True),
        ("comm_msg", {"comm_id": "a", "data": {"method": "request_states"}}, False),
        ("comm_msg", {"comm_id": "a", "data": {"method": "echo_update"}}, False),
        ("comm_msg", {"comm_id": "a", "data": {}}, False),
        ("comm_open", {"comm_id": "a", "data": {"method": "update"}}, False),
        ("comm_info_request", {}, False),
        ("kernel_info_request", {}, False),
        ("usage_request", {}, False),
        ("interrupt_request", {}, False),
        ("debug_request", {"command": "dumpCell"}, False),
        ("history_request", {}, False),
        ("is_complete_request", {"code": "1"}, False),
    ],
)
def test_only_what_a_person_causes_counts(protocol: str, kind: str, content: dict[str, Any], counts: bool) -> None:
    assert used(protocol, message(kind, content)) is counts


def test_a_message_without_spaces_as_pages_write_them_is_read_all_the_same() -> None:
    told = message("execute_request", {"code": "1", "silent": True})
    for silent in (True, False):
        told["content"]["silent"] = silent
        messages, _, seen = make()
        text = json.dumps({**told, "channel": "shell"}, separators=(",", ":"))
        messages.note_page(KERNEL, text, False)
        assert (seen.used_at is None) is silent


@given(st.binary(max_size=200) | st.text(max_size=200), st.booleans())
def test_whatever_comes_is_no_trouble_and_goes_on(garbage: bytes | str, is_v1: bool) -> None:
    """No message is too broken to be handed on, in both ways."""
    messages, _, _ = make()
    connection = observed(Connection, messages)(subprotocol=V1 if is_v1 else None)
    assert connection.handle_incoming_message(garbage) == "came"
    assert connection.handle_outgoing_message("shell", garbage) == "went"
    assert connection.handle_outgoing_message(None, [garbage]) == "went"
    assert connection.came == [garbage]
    assert connection.went == [("shell", garbage), (None, [garbage])]


def test_a_cell_runs_from_its_busy_to_its_idle() -> None:
    messages, clock, seen = make()
    messages.note_kernel(KERNEL, "iopub", status("busy"))
    clock.time = NOW + timedelta(hours=9)
    assert seen.run(clock.time) == NOW
    messages.note_kernel(KERNEL, "iopub", status("idle"))
    assert seen.run(clock.time) == NOW  # for a tenth of a second more
    assert seen.run(clock.time + timedelta(seconds=0.2)) is None


def test_what_else_a_kernel_answers_meanwhile_does_not_end_a_cell() -> None:
    """An extension asks for its memory on the control channel, a widget in a thread of the kernel's own."""
    messages, clock, seen = make()
    messages.note_kernel(KERNEL, "iopub", status("busy"))
    for kind in ("usage_request", "comm_msg", "kernel_info_request"):
        for state in ("busy", "idle"):
            messages.note_kernel(KERNEL, "iopub", status(state, "other", of=kind))
    messages.note_kernel(KERNEL, "iopub", status("idle", "another cell"))
    messages.note_kernel(KERNEL, "control", from_kernel(message("usage_reply")))
    messages.note_kernel(KERNEL, "shell", from_kernel(message("comm_info_reply", parent={"msg_id": "a", "subshell_id": "sub-1"})))
    messages.note_kernel(KERNEL, "iopub", from_kernel(message("stream", {"text": '"msg_type": "status"'})))
    assert seen.run(clock.time) == NOW


@pytest.mark.parametrize("parent", [{"msg_id": "cell-1"}, {"msg_id": "x", "subshell_id": None}])
def test_any_answer_of_the_main_shell_says_that_no_cell_runs(parent: dict[str, Any]) -> None:
    """It is what tells a page that was loaded again, for which the cell's own end is lost."""
    messages, clock, seen = make()
    messages.note_kernel(KERNEL, "iopub", status("busy"))
    messages.note_kernel(KERNEL, "shell", from_kernel(message("kernel_info_reply", parent=parent)))
    assert not seen.cells
    assert seen.run(clock.time + timedelta(seconds=1)) is None


def test_a_cell_of_a_subshell_begins_and_ends_beside_that_of_the_main_shell() -> None:
    messages, clock, seen = make()
    parent = message("execute_request", msg_id="cell-2", subshell_id="sub-1")["header"]
    messages.note_kernel(KERNEL, "iopub", status("busy"))
    messages.note_kernel(KERNEL, "iopub", from_kernel(message("status", {"execution_state": "busy"}, parent)))
    messages.note_kernel(KERNEL, "iopub", from_kernel(message("status", {"execution_state": "idle"}, parent)))
    assert (list(seen.cells), seen.run(clock.time)) == ([b"cell-1"], NOW)
    messages.note_kernel(KERNEL, "iopub", from_kernel(message("status", {"execution_state": "busy"}, parent)))
    messages.note_kernel(KERNEL, "shell", from_kernel(message("execute_reply", parent={"msg_id": "cell-1"})))
    assert list(seen.cells) == [b"cell-2"]


def test_cells_one_after_the_other_are_one_run_and_a_poll_each_half_second_is_none() -> None:
    messages, clock, seen = make()
    for number in range(5):
        messages.note_kernel(KERNEL, "iopub", status("busy", f"cell-{number}"))
        clock.time += timedelta(seconds=1)
        messages.note_kernel(KERNEL, "iopub", status("idle", f"cell-{number}"))
        clock.time += timedelta(milliseconds=5)
    assert seen.run(clock.time) == NOW
    clock.time += timedelta(seconds=0.5)
    messages.note_kernel(KERNEL, "iopub", status("busy", "poll"))
    assert seen.run(clock.time) == clock.time


def test_an_input_prompt_waits_until_it_is_answered_or_its_cell_ends() -> None:
    messages, clock, seen = make()
    asked = from_kernel(message("input_request", {"prompt": "? "}))
    messages.note_kernel(KERNEL, "iopub", status("busy"))
    messages.note_kernel(KERNEL, "stdin", asked)
    clock.time = NOW + timedelta(minutes=5)
    messages.note_kernel(KERNEL, "stdin", asked)  # told once more to a page that was opened again
    assert seen.input_at == NOW
    messages.note_page(KERNEL, on_wire(message("input_reply", {"value": "x"}), V1, "stdin"), True)
    assert (seen.input_at, seen.used_at, list(seen.cells)) == (None, clock.time, [b"cell-1"])
    messages.note_kernel(KERNEL, "stdin", asked)
    assert seen.input_at == clock.time
    messages.note_kernel(KERNEL, "shell", from_kernel(message("execute_reply", parent={"msg_id": "cell-1"})))
    assert seen.input_at is None


def test_a_gateways_kernel_at_its_prompt_is_read_from_its_text() -> None:
    messages, _, seen = make()
    connection = observed(GatewayWebSocketConnection, messages)
    assert connection.__name__ == "GatewayWebSocketConnection"
    told = {**message("input_request", {"prompt": "? "}), "channel": "stdin"}
    messages.going(Connection(), (json.dumps(told),))
    assert seen.input_at == NOW
    messages.going(Connection(kernel_id="b"), (json.dumps({**message("stream", {"text": "x" * 100_000}), "channel": "iopub"}),))
    assert messages.of("b") == KernelTraffic()


def test_a_gateways_prompt_is_over_with_its_cell_and_does_not_outlive_the_next_one() -> None:
    """One that was interrupted is not answered."""
    messages, _, seen = make()
    asked = json.dumps({**message("input_request"), "channel": "stdin"})
    messages.note_text(KERNEL, asked)
    messages.note_text(KERNEL, json.dumps({**message("stream"), "channel": "iopub"}))
    assert seen.input_at == NOW
    messages.note_text(KERNEL, json.dumps({**message("execute_reply", {"status": "error"}), "channel": "shell"}))
    assert seen.input_at is None
    messages.note_text(KERNEL, asked)
    messages.note_page(KERNEL, on_wire(message("execute_request", {"code": "1"}), "text"), False)
    assert seen.input_at is None


def test_a_cell_that_is_queued_behind_a_prompt_does_not_end_it() -> None:
    messages, _, seen = make()
    messages.note_kernel(KERNEL, "iopub", status("busy"))
    messages.note_kernel(KERNEL, "stdin", from_kernel(message("input_request")))
    messages.note_page(KERNEL, on_wire(message("execute_request", {"code": "1"}), V1), True)
    assert seen.input_at == NOW


def test_the_class_in_the_settings_is_exchanged_and_put_back() -> None:
    messages, _, _ = make()
    settings: dict[str, Any] = {SETTING: ZMQChannelsWebsocketConnection}
    assert messages.observe(settings)
    made = settings[SETTING]
    assert issubclass(made, ZMQChannelsWebsocketConnection)
    assert made.section_names()[-1] == "ZMQChannelsWebsocketConnection"
    assert made._open_sockets is ZMQChannelsWebsocketConnection._open_sockets
    messages.release(settings)
    assert settings == {SETTING: ZMQChannelsWebsocketConnection}


def test_what_somebody_else_has_put_there_since_stays() -> None:
    messages, _, _ = make()
    settings: dict[str, Any] = {SETTING: Connection}
    messages.observe(settings)
    settings[SETTING] = int
    messages.release(settings)
    assert settings == {SETTING: int}


@pytest.mark.parametrize("settings", [{}, {SETTING: None}, {SETTING: int}])
def test_connections_of_another_kind_are_left_as_they_are(settings: dict[str, Any]) -> None:
    messages, _, _ = make()
    before = dict(settings)
    assert not messages.observe(settings)
    messages.release(settings)
    assert settings == before


def test_switched_off_nothing_is_read() -> None:
    messages, _, seen = make()
    messages.is_on = False
    connection = observed(Connection, messages)()
    connection.handle_incoming_message(on_wire(message("execute_request"), V1))
    connection.handle_outgoing_message("iopub", status("busy"))
    assert seen == KernelTraffic()
    assert len(connection.came) == len(connection.went) == 1


def test_times_follow_the_clock_and_kernels_that_are_gone_are_forgotten() -> None:
    messages, _, seen = make()
    messages.note_page(KERNEL, on_wire(message("execute_request"), V1), True)
    messages.note_kernel(KERNEL, "iopub", status("busy"))
    messages.note_kernel(KERNEL, "stdin", from_kernel(message("input_request")))
    messages.shift(timedelta(hours=-8))
    then = NOW - timedelta(hours=8)
    assert (seen.used_at, seen.run_since, seen.input_at, seen.run_ended_at) == (then, then, then, None)
    messages.keep([])
    assert messages.of(KERNEL) == KernelTraffic()


def test_what_jupyter_keeps_for_a_closed_page_is_given_as_it_came() -> None:
    class Manager:
        _kernel_buffers = {"a": {"buffer": [("iopub", [b"x"])]}, "b": {}}  # noqa: RUF012

    assert buffered(Manager(), "a") == [("iopub", [b"x"])]
    assert (buffered(Manager(), "b"), buffered(Manager(), "c"), buffered(object(), "a")) == ([], None, None)
