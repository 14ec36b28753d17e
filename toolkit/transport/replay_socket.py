"""A recorded WebSocket, played by the side of the server (RFC 6455, without extensions)."""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING, NamedTuple

from toolkit.transport.matching import Tape
from toolkit.transport.miss import Miss
from toolkit.transport.request import Req

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from io import BufferedIOBase

    from toolkit.transport.har import WebSocketMessage

__all__ = ["accept", "play"]

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FINAL, MASKED = 0x80, 0x80
SHORT, MEDIUM = 125, 126  # longer lengths follow in 2 bytes, or in 8
NOT_RECORDED = 1008  # "violates its policy"
BROKEN = struct.pack("!H", 1006)  # no frame says that: the connection was just gone


class Frame(NamedTuple):
    """One frame, unmasked."""

    opcode: int
    data: bytes
    final: bool = True


def accept(key: str, protocol: str) -> list[tuple[str, str]]:
    """The headers that agree to a WebSocket asked for with this key; a browser that asks for a protocol wants one."""
    digest = hashlib.sha1(f"{key}{MAGIC}".encode(), usedforsecurity=False).digest()
    headers = [("Upgrade", "websocket"), ("Connection", "Upgrade")]
    headers.append(("Sec-WebSocket-Accept", base64.b64encode(digest).decode()))
    return [*headers, ("Sec-WebSocket-Protocol", protocol)] if protocol else headers


def play(
    url: str,
    messages: Sequence[WebSocketMessage],
    read: BufferedIOBase,
    write: BufferedIOBase,
    ignore: Collection[str] = (),
) -> None:
    """Send what was received before the page spoke, then after each message of the page what followed it, once.

    Returns when the page closes, or when the connection is to break as it did. Messages are matched as requests are;
    raises Miss for one that was not recorded, after closing.
    """
    first, turns = _turns(messages)
    tape = Tape([_asked(url, sent.data) for sent, _ in turns], ignore=ignore)
    going_on = _send(read, write, first)
    while going_on and (message := _receive(read, write)) is not None:
        try:
            replies = turns[tape.find(_asked(url, message))][1]
        except Miss:
            _write(write, Frame(CLOSE, struct.pack("!H", NOT_RECORDED)))
            raise
        going_on = _send(read, write, replies)
        replies.clear()  # a heartbeat that comes more often than it did must not bring old news again


Turn = tuple["WebSocketMessage", list["WebSocketMessage"]]


def _turns(messages: Sequence[WebSocketMessage]) -> tuple[list[WebSocketMessage], list[Turn]]:
    """What the server sent at first, and each message of the page with what the server sent after it."""
    first: list[WebSocketMessage] = []
    turns: list[Turn] = []
    for message in messages:
        if message.sent:
            turns.append((message, []))
        else:
            (turns[-1][1] if turns else first).append(message)
    return first, turns


def _asked(url: str, data: str | bytes) -> Req:
    return Req("SEND", url, (), data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)


def _send(read: BufferedIOBase, write: BufferedIOBase, messages: Sequence[WebSocketMessage]) -> bool:
    """Send messages; whether the connection then goes on."""
    for message in messages:
        data = message.data.encode("utf-8", "replace") if isinstance(message.data, str) else message.data
        if message.opcode == CLOSE:
            _part(read, write, data)
            return False
        _write(write, Frame(message.opcode, data))
    write.flush()
    return True


def _part(read: BufferedIOBase, write: BufferedIOBase, data: bytes) -> None:
    """Close as the site did, and hear the page out."""
    if data[:2] == BROKEN:
        return
    _write(write, Frame(CLOSE, data))
    while (frame := _read(read)) is not None and frame.opcode != CLOSE:
        continue


def _receive(read: BufferedIOBase, write: BufferedIOBase) -> bytes | None:
    """The next message of the page, None when it closes."""
    message = b""
    while (frame := _read(read)) is not None:
        if frame.opcode == CLOSE:
            _write(write, frame)
            return None
        if frame.opcode == PING:
            _write(write, Frame(PONG, frame.data))
        elif frame.opcode in {CONTINUED, TEXT, BINARY}:
            message += frame.data
            if frame.final:
                return message
    return None


def _read(read: BufferedIOBase) -> Frame | None:
    """One frame of the page, None when the connection is gone; pages mask all that they send."""
    head = read.read(2)
    if len(head) < 2:  # noqa: PLR2004 - a frame begins with two bytes
        return None
    size = head[1] & ~MASKED
    if size > SHORT:
        form = "!H" if size == MEDIUM else "!Q"
        (size,) = struct.unpack(form, read.read(struct.calcsize(form)))
    mask, data = read.read(4), read.read(size)
    row = (mask * (size // 4 + 1))[:size]
    plain = (int.from_bytes(data, "big") ^ int.from_bytes(row, "big")).to_bytes(size, "big")
    return Frame(head[0] & 0x0F, plain, bool(head[0] & FINAL))


def _write(write: BufferedIOBase, frame: Frame) -> None:
    size = len(frame.data)
    if size <= SHORT:
        head = struct.pack("!BB", FINAL | frame.opcode, size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", FINAL | frame.opcode, MEDIUM, size)
    else:
        head = struct.pack("!BBQ", FINAL | frame.opcode, MEDIUM + 1, size)
    write.write(head + frame.data)
    write.flush()
