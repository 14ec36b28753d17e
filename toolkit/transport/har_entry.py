"""One request and its answer: a light view over the dict of a HAR entry, which stays the only truth."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from toolkit.transport.har_bodies import Files, put_body, read_body
from toolkit.transport.har_charsets import BodyContext, Unreadable
from toolkit.transport.har_parts import (
    HarError,
    Headers,
    Raw,
    WebSocketMessage,
    as_dict,
    bare_type,
    find_header,
    own_dict,
    read_frames,
    read_headers,
    to_number,
    to_size,
    with_length,
    write_headers,
)

__all__ = ["OPEN", "Client", "HarEntry", "HarError", "Headers", "WebSocketMessage"]

Client = Literal["browser", "session"]
OPEN = "_stillOpen"
"""The mark of a response that was still coming when its page let go of it, such as server-sent events."""


class HarEntry:
    """A view over one HAR entry; `raw` is the entry itself and `number` its place in the file, from 1.

    Reading a body decodes it each time; nothing is kept twice. What is set is written into `raw` at once.
    """

    __slots__ = ("files", "number", "raw", "source")

    def __init__(self, raw: Raw, *, number: int = 0, source: str = "", files: Files | None = None) -> None:
        self.raw = raw
        self.number = number
        self.source = source
        self.files = files

    def __repr__(self) -> str:
        return f"<HarEntry {self.where}>"

    @property
    def where(self) -> str:
        """The file, number, method and URL for a message; without the query, which may hold a token."""
        place = re.sub(r"//[^/]*@", "//", re.split(r"[?#]", self.url)[0]) or "no URL"
        file = f"{self.source}: " if self.source else ""
        return f"{file}entry {self.number} ({self.method} {place[:120]})"

    @property
    def method(self) -> str:
        """The method, in capitals."""
        return str(self._request.get("method") or "GET").upper()

    @property
    def url(self) -> str:
        """The whole URL."""
        return str(self._request.get("url") or "")

    @url.setter
    def url(self, value: str) -> None:
        own_dict(self.raw, "request")["url"] = value

    @property
    def request_headers(self) -> Headers:
        """Names and values in order, with repeats."""
        return read_headers(self._request.get("headers"))

    @request_headers.setter
    def request_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        own_dict(self.raw, "request")["headers"] = write_headers(headers)

    @property
    def response_headers(self) -> Headers:
        """Names and values in order, with repeats: one Set-Cookie each."""
        return read_headers(self._response.get("headers"))

    @response_headers.setter
    def response_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        own_dict(self.raw, "response")["headers"] = write_headers(headers)

    def header(self, name: str) -> str | None:
        """Give the first response header of this name."""
        return find_header(self.response_headers, name)

    def request_header(self, name: str) -> str | None:
        """Give the first request header of this name."""
        return find_header(self.request_headers, name)

    @property
    def status(self) -> int:
        """The status; 0 or -1 where no answer came."""
        return int(to_number(self._response.get("status")))

    @property
    def status_text(self) -> str:
        """The words after the status; HTTP/2 has none."""
        return str(self._response.get("statusText") or "")

    @property
    def error(self) -> str | None:
        """Why no answer came, None when one did."""
        if self.status > 0:
            return None
        told = (self._response.get("_failureText"), self._response.get("_error"), self.raw.get("_error"))
        return next((str(text) for text in told if text), "no answer")

    @property
    def still_open(self) -> bool:
        """Whether the answer had not ended when its page let go of it."""
        return bool(self._response.get(OPEN))

    @property
    def mime(self) -> str:
        """The type of the answer without its parameters, in small letters; empty when none is told."""
        return bare_type(self.header("content-type") or str(self._content.get("mimeType") or ""))

    @property
    def request_mime(self) -> str:
        """The type of the request's body without its parameters, in small letters; empty when none is told."""
        return bare_type(self.request_header("content-type") or str(self._post_data.get("mimeType") or ""))

    @property
    def started(self) -> datetime:
        """When the request began, with its zone; the beginning of 1970 when the file does not say."""
        try:
            moment = datetime.fromisoformat(str(self.raw.get("startedDateTime")))
        except ValueError:
            return datetime.fromtimestamp(0, UTC)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @property
    def client(self) -> Client:
        """Which half of the run sent it; a file of another tool is all browser."""
        return "session" if self.raw.get("_client") == "session" else "browser"

    @property
    def resource_type(self) -> str:
        """What the browser fetched it as (document, xhr, websocket …), in small letters; empty when not told."""
        return str(self.raw.get("_resourceType") or "").lower()

    @property
    def frames_file(self) -> str:
        """The file in which Playwright keeps the frames of a WebSocket; empty for everything else."""
        name = self._content.get("_file") if self.resource_type == "websocket" else None
        return name if isinstance(name, str) and name.endswith(".jsonl") else ""

    def frames(self) -> list[Raw]:
        """Give the frames of a WebSocket as they are stored. Raises HarError."""
        try:
            if self.frames_file and self.files:
                return read_frames(self.files.read(self.frames_file))
        except (Unreadable, ValueError):
            raise HarError(f"{self.where}: the WebSocket messages in {self.frames_file} cannot be read.") from None
        frames = self.raw.get("_webSocketMessages")
        return frames if isinstance(frames, list) else []

    @property
    def messages(self) -> list[WebSocketMessage]:
        """The frames of a WebSocket, in order. Raises HarError when one cannot be read."""
        try:
            return [WebSocketMessage.read(frame) for frame in self.frames()]
        except (AttributeError, ValueError):
            raise HarError(f"{self.where}: a WebSocket message cannot be read.") from None

    @messages.setter
    def messages(self, messages: Iterable[WebSocketMessage]) -> None:
        frames = [message.raw() for message in messages]
        if self.frames_file:
            del self._content["_file"]
        self.raw["_webSocketMessages"] = frames

    @property
    def recoded(self) -> bool:
        """Whether Playwright recorded it: its texts are UTF-8 whatever was sent, and so is their size."""
        return self.files is not None and self.files.recoded

    @property
    def has_body(self) -> bool:
        """Whether a body is stored, readable or not; an empty text is none."""
        return bool(self._content.get("_file") or self._content.get("text")) and not self.frames_file

    def body(self) -> bytes:
        """Give the bytes of the answer, decompressed; empty when it has none. Raises HarError."""
        if self.frames_file:
            return b""
        try:
            return read_body(self._content, self._response_context(), self.files) or b""
        except Unreadable as error:
            raise HarError(f"{self.where}: the response body {error}.") from None

    def set_body(self, data: bytes) -> None:
        """Replace the body of the answer, and its Content-Length unless that is the one of compressed bytes."""
        self.store_body(data)
        if self.header("content-encoding") is None:
            self.response_headers = with_length(self.response_headers, len(data))

    def store_body(self, data: bytes) -> None:
        """Hold these bytes as the body of the answer; its headers stay."""
        content = own_dict(own_dict(self.raw, "response"), "content")
        put_body(content, data, self.mime)
        content["size"] = len(data)
        if self.body() != data:  # the charset told is not the one of these bytes
            put_body(content, data)

    @property
    def has_request_text(self) -> bool:
        """Whether the bytes that were sent are stored, and not only the fields of a form."""
        return bool(self._post_data.get("_file") or self._post_data.get("text"))

    def request_body(self) -> bytes | None:
        """Give the bytes that were sent, None when none were stored. Raises HarError."""
        stored = self._post_data
        try:
            return read_body(stored, self._request_context(), self.files) if stored else None
        except Unreadable as error:
            raise HarError(f"{self.where}: the request body {error}.") from None

    def set_request_body(self, data: bytes) -> None:
        """Replace the bytes that were sent, and their Content-Length."""
        self.store_request_body(data)
        self.request_headers = with_length(self.request_headers, len(data))

    def store_request_body(self, data: bytes) -> None:
        """Hold these bytes as the ones that were sent; the headers stay."""
        post_data = own_dict(own_dict(self.raw, "request"), "postData")
        post_data.setdefault("mimeType", self.request_header("content-type") or "")
        put_body(post_data, data, self.request_mime)
        self._request["bodySize"] = len(data)
        if self.request_body() != data:
            put_body(post_data, data)

    @property
    def _request(self) -> Raw:
        return as_dict(self.raw.get("request"))

    @property
    def _response(self) -> Raw:
        return as_dict(self.raw.get("response"))

    @property
    def _content(self) -> Raw:
        return as_dict(self._response.get("content"))

    @property
    def _post_data(self) -> Raw:
        return as_dict(self._request.get("postData"))

    def _response_context(self) -> BodyContext:
        headers, content = self.response_headers, self._content
        coding = (find_header(headers, "content-encoding") or "").strip().lower()
        wire = [to_size(find_header(headers, "content-length")), to_size(self._response.get("bodySize"))]
        size, compression = to_size(content.get("size")), int(to_number(content.get("compression")))
        # mitmproxy's size is the one on the wire; with its `compression` it gives the decoded one.
        sizes = [*(() if coding else wire), *(() if self.recoded else (size, size + compression))]
        declared = (find_header(headers, "content-type") or "", str(content.get("mimeType") or ""))
        known = [size for size in sizes if size >= 0]
        return BodyContext(self.mime, declared, coding, known, wire, self.recoded)

    def _request_context(self) -> BodyContext:
        headers = self.request_headers
        declared = (find_header(headers, "content-type") or "", str(self._post_data.get("mimeType") or ""))
        sizes = [to_size(find_header(headers, "content-length")), to_size(self._request.get("bodySize"))]
        return BodyContext(self.request_mime, declared, "", [size for size in sizes if size >= 0])
