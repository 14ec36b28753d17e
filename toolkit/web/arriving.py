"""The bytes of a document on their way: counted, hashed, and asked for again from where they ended too early."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

import requests

from toolkit.errors import FileDownloadFailed
from toolkit.web.kinds import START

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    AskAgain = Callable[[Mapping[str, str]], requests.Response]

__all__ = ["TAIL", "Arriving", "Sink", "stream"]

CHUNK = 64 * 1024  # bytes
TAIL = 2048  # bytes at the end in which a PDF says that it is whole
OK, PARTIAL = 200, 206
FROM = re.compile(r"bytes (\d+)-")


class Sink(Protocol):
    """Where the bytes of a document go: a file opened in binary mode, or anything else with `write`.

    What also has `seek` and `truncate`, as files have, can take a document from its beginning again.
    """

    def write(self, chunk: bytes, /) -> object:
        """Take the next bytes."""


class Arriving:
    """What has come so far: its size, its hash, and both ends."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.size = 0
        self.sha256 = hashlib.sha256()
        self.head = b""
        self.tail = b""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self.sink.write(chunk)
        self.size += len(chunk)
        self.sha256.update(chunk)
        if len(self.head) < START:
            self.head = (self.head + chunk)[:START]
        self.tail = (self.tail + chunk[-TAIL:])[-TAIL:]

    @property
    def may_begin_again(self) -> bool:
        """Whether the sink can forget what it has."""
        return hasattr(self.sink, "seek") and hasattr(self.sink, "truncate")

    def begin_again(self) -> None:
        """Forget everything."""
        self.sink.seek(0)  # type: ignore[attr-defined]  # `may_begin_again` tells
        self.sink.truncate()  # type: ignore[attr-defined]
        self.size, self.sha256, self.head, self.tail = 0, hashlib.sha256(), b"", b""


def stream(response: requests.Response, body: Arriving, ask_again: AskAgain | None, retry: int) -> None:
    """Take the body of a response; where it ends too early, ask for the rest, at most `retry` times.

    The rest is asked for by Range, where the site marks what it sends with an ETag or a day, so that no two versions
    are ever put together; else, and where the site answers with all of it, from the beginning. Raises
    FileDownloadFailed that says where the first answer ended.
    """
    try:
        _take(response, body, start=0)
    except FileDownloadFailed:
        if ask_again is None or not any(_go_on(response, body, ask_again) for _ in range(retry)):
            raise


def _go_on(first: requests.Response, body: Arriving, ask_again: AskAgain) -> bool:
    """Ask for what the first answer did not bring; whether it is all there now."""
    headers = _rest(first, body.size)
    if not headers and not body.may_begin_again:
        return False
    with ask_again(headers) as more, suppress(FileDownloadFailed):
        if _continues(more, body):
            _take(more, body, start=body.size)
            return True
    return False


def _continues(more: requests.Response, body: Arriving) -> bool:
    """Whether an answer goes on where the body is; a whole one goes on from the beginning."""
    if more.status_code == PARTIAL:
        begins = FROM.match(more.headers.get("Content-Range", ""))
        return begins is not None and int(begins[1]) == body.size
    if more.status_code != OK or not body.may_begin_again:
        return False
    body.begin_again()
    return True


def _rest(response: requests.Response, size: int) -> dict[str, str]:
    """The headers that ask for what is missing; none where that could be of another version."""
    tag = response.headers.get("ETag", "")
    mark = response.headers.get("Last-Modified", "") if tag.startswith("W/") or not tag else tag
    packed = response.headers.get("Content-Encoding", "identity") != "identity"
    return {"Range": f"bytes={size}-", "If-Range": mark} if mark and size and not packed else {}


def _take(response: requests.Response, body: Arriving, *, start: int) -> None:
    length = _announced(response.headers)
    announced = None if length is None else start + length
    try:
        for chunk in response.iter_content(CHUNK):
            body.write(chunk)
    except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError) as error:
        received = max(body.size, start + response.raw.tell())  # the last bytes never come out of the reader
        raise FileDownloadFailed(_ends_early(received, announced)) from error
    if announced not in {None, body.size}:
        raise FileDownloadFailed(_ends_early(body.size, announced))


def _announced(headers: Mapping[str, str]) -> int | None:
    """The length of what is sent, when Content-Length is that: packed or in chunks, it is not."""
    length = headers.get("Content-Length", "")
    whole = headers.get("Content-Encoding", "identity") == "identity" and "Transfer-Encoding" not in headers
    return int(length) if whole and length.isdecimal() else None


def _ends_early(size: int, announced: int | None) -> str:
    return f"ends after {size:,} bytes" if announced is None else f"ends after {size:,} of {announced:,} bytes"
