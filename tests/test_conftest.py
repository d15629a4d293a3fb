"""The tests' own fences."""

from __future__ import annotations

import asyncio
import socket

import pytest

from .conftest import NetworkBlockedError


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 443)])
def test_tests_cannot_leave_this_machine(address: tuple[str, int]) -> None:
    """Neither by number nor by name."""
    with socket.socket() as tcp, pytest.raises(NetworkBlockedError):
        tcp.connect(address)
    with socket.socket() as tcp, pytest.raises(NetworkBlockedError):
        tcp.connect_ex(address)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp, pytest.raises(NetworkBlockedError):
        udp.sendto(b"x", ("2001:db8::1", 53))


def test_loopback_and_socket_pairs_work() -> None:
    """Servers on this machine can be reached, by threads and by event loops."""

    async def call(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("localhost", port)
        answer = await reader.read(2)
        writer.close()
        await writer.wait_closed()
        return answer

    async def serve() -> bytes:
        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"ok")
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            return await call(server.sockets[0].getsockname()[1])

    assert asyncio.run(serve()) == b"ok"
