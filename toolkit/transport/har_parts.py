"""The small parts of a HAR entry: headers, numbers as tools write them, WebSocket frames; and what goes wrong."""

import base64
import json
import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from toolkit.errors import ToolkitError

__all__ = [
    "HarError",
    "Headers",
    "Raw",
    "WebSocketMessage",
    "as_dict",
    "bare_type",
    "find_header",
    "own_dict",
    "read_frames",
    "read_headers",
    "to_number",
    "to_size",
    "with_length",
    "write_headers",
]

Raw = dict[str, Any]
Headers = list[tuple[str, str]]

TEXT, BINARY, CLOSE = 1, 2, 8
MILLISECONDS = 1e11
"""A time above this cannot be seconds: Playwright counts milliseconds, Chrome seconds."""


class HarError(ToolkitError):
    """The file is not a HAR that can be read."""

    code = "INVALID_HAR"
    exit_code = 2


@dataclass(frozen=True, slots=True)
class WebSocketMessage:
    """One frame: `sent` by the page or received, `time` in seconds since 1970, text or bytes.

    `opcode` is that of RFC 6455: 1 for text, 2 for bytes, 8 for the last frame of a side that closes, whose bytes are
    its code and its reason.
    """

    sent: bool
    time: float
    data: str | bytes
    opcode: int = 0

    def __post_init__(self) -> None:
        if not self.opcode:
            object.__setattr__(self, "opcode", BINARY if isinstance(self.data, bytes) else TEXT)

    @classmethod
    def end(cls, code: int, reason: str) -> "WebSocketMessage":
        """The frame with which a server closes; a code of 1006 stands for a connection that just broke."""
        return cls(sent=False, time=0, data=struct.pack("!H", code) + reason.encode(), opcode=CLOSE)

    @classmethod
    def read(cls, raw: Raw) -> "WebSocketMessage":
        """Read a frame as Chrome, Playwright and mitmproxy write it: binary ones (opcode 2) in base64."""
        time, data, opcode = to_number(raw.get("time")), str(raw.get("data") or ""), int(to_number(raw.get("opcode")))
        return cls(
            sent=raw.get("type") == "send",
            time=time / 1000 if time > MILLISECONDS else time,
            data=base64.b64decode(data, validate=True) if opcode in {BINARY, CLOSE} else data,
            opcode=CLOSE if opcode == CLOSE else 0,
        )

    def raw(self) -> Raw:
        """Give the frame as Chrome writes it."""
        data = base64.b64encode(self.data).decode("ascii") if isinstance(self.data, bytes) else self.data
        return {
            "type": "send" if self.sent else "receive",
            "time": self.time,
            "opcode": self.opcode,
            "data": data,
        }


def read_headers(headers: object) -> Headers:
    """Read a list of headers; older browsers join repeats with line breaks, a few tools write an object."""
    if isinstance(headers, dict):
        headers = [{"name": name, "value": value} for name, value in headers.items()]
    pairs: Headers = []
    for header in headers if isinstance(headers, list) else ():
        if isinstance(header, dict) and header.get("name"):
            values = str(header["value"] if header.get("value") is not None else "").split("\n")
            pairs += [(str(header["name"]), value) for value in values]
    return pairs


def read_frames(lines: bytes) -> list[Raw]:
    """Read the frames that Playwright keeps in a file of one JSON object a line; raises ValueError."""
    return [json.loads(line) for line in lines.splitlines() if line.strip()]


def write_headers(headers: Iterable[tuple[str, str]]) -> list[Raw]:
    """Give headers as a HAR holds them."""
    return [{"name": name, "value": value} for name, value in headers]


def find_header(headers: Headers, name: str) -> str | None:
    """Give the first value of a header, whatever its case."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


def with_length(headers: Headers, length: int) -> Headers:
    """Give headers whose Content-Length, if they have one, is this many bytes."""
    return [(name, str(length) if name.lower() == "content-length" else value) for name, value in headers]


def bare_type(content_type: str) -> str:
    """Give a Content-Type without its parameters, in small letters."""
    return content_type.partition(";")[0].strip().lower()


def as_dict(value: object) -> Raw:
    """Give the object itself, or an empty one for whatever else stands there."""
    return value if isinstance(value, dict) else {}


def to_number(value: object) -> float:
    """Give a number, 0 for whatever is none."""
    try:
        number = float(str(value))
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def to_size(value: object) -> int:
    """Give a size in bytes, -1 for unknown."""
    number = to_number(value)
    return int(number) if number > 0 or str(value) == "0" else -1


def own_dict(parent: Raw, key: str) -> Raw:
    """Give the object under a key to write into; put one there when there is none."""
    if not isinstance(parent.get(key), dict):
        parent[key] = {}
    own: Raw = parent[key]
    return own
