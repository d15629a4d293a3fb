"""As much of CBOR (RFC 8949) as AWS's rpc-v2-cbor protocol uses."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

_TIME_TAG = 1
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}
_BREAK = object()


def encode(value: Any) -> bytes:
    """Write a value; times as seconds since 1970."""
    if isinstance(value, Mapping):
        return _head(5, len(value)) + b"".join(encode(str(key)) + encode(item) for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return _head(4, len(value)) + b"".join(encode(item) for item in value)
    return _encode_scalar(value)


def decode(data: bytes) -> Any:
    """Read a value; times as seconds since 1970.

    Raises:
        ValueError: Where it is not CBOR, or something follows it.
    """
    reader = _Reader(data)
    try:
        value = reader.item()
    except (IndexError, struct.error, TypeError, OverflowError, RecursionError):
        raise ValueError("not CBOR") from None
    if value is _BREAK or reader.at != len(data):
        raise ValueError("not CBOR")
    return value


def _encode_scalar(value: Any) -> bytes:
    if value is None or isinstance(value, bool):
        return bytes([0xF6 if value is None else 0xF5 if value else 0xF4])
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, datetime):
        return _head(6, _TIME_TAG) + b"\xfb" + struct.pack(">d", value.timestamp())
    raw = value if isinstance(value, bytes) else str(value).encode()
    return _head(2 if isinstance(value, bytes) else 3, len(raw)) + raw


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for code, form, limit in ((24, ">B", 8), (25, ">H", 16), (26, ">I", 32), (27, ">Q", 64)):
        if number < 1 << limit:
            return bytes([major << 5 | code]) + struct.pack(form, number)
    raise ValueError(f"{number} is too large")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def item(self) -> Any:
        first = self._data[self.at]
        self.at += 1
        major, info = first >> 5, first & 31
        if major == 7:
            return self._simple(info)
        number = None if info == 31 else self._number(info)
        if major in {2, 3}:
            raw = self._bytes(number)
            return raw.decode() if major == 3 else raw
        if major in {4, 5}:
            return self._list(number) if major == 4 else self._map(number)
        if number is None:
            raise ValueError("not CBOR")
        if major == 6:
            return self.item()  # a time stays seconds since 1970, as in AWS's JSON
        return number if major == 0 else -1 - number

    def _number(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise ValueError("not CBOR")
        return int.from_bytes(self._take(1 << info - 24), "big")

    def _take(self, length: int) -> bytes:
        raw = self._data[self.at : self.at + length]
        if len(raw) != length:
            raise ValueError("cut short")
        self.at += length
        return raw

    def _simple(self, info: int) -> Any:
        if info == 31:
            return _BREAK
        if info in _FLOATS:
            form, length = _FLOATS[info]
            return struct.unpack(form, self._take(length))[0]
        if info not in _SIMPLE:
            raise ValueError("not CBOR")
        return _SIMPLE[info]

    def _bytes(self, length: int | None) -> bytes:
        if length is not None:
            return self._take(length)
        parts = self._list(None)
        return b"".join(part.encode() if isinstance(part, str) else part for part in parts)

    def _list(self, length: int | None) -> list[Any]:
        if length is not None:
            return [self.item() for _ in range(length)]
        items = []
        while (item := self.item()) is not _BREAK:
            items.append(item)
        return items

    def _map(self, length: int | None) -> dict[str, Any]:
        if length is not None:
            return {self.item(): self.item() for _ in range(length)}
        entries = {}
        while (key := self.item()) is not _BREAK:
            entries[key] = self.item()
        return entries
