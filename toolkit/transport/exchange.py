"""One request of a browser and its answer, as they crossed the network."""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from toolkit.transport.har import make_entry
from toolkit.transport.har_entry import OPEN
from toolkit.transport.har_parts import HarError, Headers, find_header, to_number, write_headers
from toolkit.transport.replay_answer import OF_THE_WIRE
from toolkit.transport.witness import ChosenFile, filled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from toolkit.transport.har_entry import HarEntry

__all__ = ["Exchange", "bare"]

OK = 200


@dataclass(eq=False)
class Exchange:
    """One request and its answer, as they crossed the network.

    `url` is without its fragment, which does not cross it. `sent` are the pieces of the body, None for a file on a
    disk, `files` those that it may be; `open` says that the answer is still coming.
    """

    method: str
    url: str
    status: int
    sent: Sequence[bytes | None] = ()
    files: Sequence[ChosenFile] = ()
    open: bool = False
    got: bytearray = field(default_factory=bytearray)
    asked: Headers = field(default_factory=list)
    answered: Headers = field(default_factory=list)
    words: str = ""
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    def of(cls, paused: dict[str, Any]) -> Exchange:
        """What an answer that is held tells, before its body."""
        request = paused["request"]
        return cls(
            method=request["method"],
            url=bare(request["url"]),
            status=paused.get("responseStatusCode", 0),
            sent=[b64decode(part["bytes"]) if part else None for part in request.get("postDataEntries", ())],
            asked=list(request["headers"].items()),
            answered=[(header["name"], header["value"]) for header in paused.get("responseHeaders", ())],
            words=paused.get("responseStatusText", ""),
        )

    def body(self, length: float) -> bytes:
        """What was sent, in so many bytes, 0 when unknown; empty when it cannot be told."""
        return filled(self.sent, self.files, length)

    def is_of(self, entry: HarEntry) -> bool:
        """Whether an entry tells of this exchange."""
        length = to_number(entry.request_header("content-length"))
        size = len(self.body(length))
        lost = entry.status <= 0 and entry.resource_type == "ping"  # its page had gone before the answer came
        return (
            (self.method, self.url) == (entry.method, bare(entry.url))
            and (entry.status == self.status or lost)
            and (size == 0 or length in (0, size))
        )

    def complete(self, entry: HarEntry) -> None:
        """Put into the entry what crossed the network."""
        if entry.status != self.status:
            entry.raw["response"].update(status=self.status, statusText=self.words)
            entry.response_headers = self.answered
        sent = self.body(to_number(entry.request_header("content-length")))
        if sent and not holds(entry.request_body, sent):
            entry.store_request_body(sent)
        if self.got and not holds(entry.body, self.got):
            entry.store_body(bytes(self.got))
        if self.open:
            entry.raw["response"][OPEN] = True
        entry.raw.pop("_serviceWorkerRef", None)
        entry.raw["response"].pop("_failureText", None)  # a download leaves the page, which calls that a failure

    def is_script(self) -> bool:
        """Whether a script came."""
        return self.status == OK and "javascript" in (find_header(self.answered, "content-type") or "")

    def after(self, text: bytes) -> dict[str, Any]:
        """The answer with a text before its body, as parameters of `Fetch.fulfillRequest`."""
        kept = [pair for pair in self.answered if pair[0].lower() not in OF_THE_WIRE]
        return {
            "responseCode": self.status,
            "responseHeaders": write_headers(kept),
            "body": b64encode(text + self.got).decode(),
        }

    def entry(self) -> HarEntry:
        """The exchange as the entry of a HAR."""
        made = make_entry(
            self.method,
            self.url,
            started=self.started,
            status=self.status,
            status_text=self.words,
            request_headers=self.asked,
            response_headers=self.answered,
            client="browser",
        )
        self.complete(made)
        return made


def holds(read: Callable[[], bytes | None], data: bytes | bytearray) -> bool:
    """Whether an entry has these very bytes, which may be in a file of their own."""
    with suppress(HarError):
        return read() == data
    return False


def bare(url: str) -> str:
    """The URL without its fragment, which is not sent."""
    return url.partition("#")[0]
