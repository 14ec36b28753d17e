"""The session's half of a recording: an adapter that keeps every hop, and sends it through another one."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from requests.adapters import BaseAdapter

from toolkit.transport.har import HarEntry, make_entry
from toolkit.transport.steady import POOLED

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import PreparedRequest, Response

__all__ = ["RecordingAdapter"]


class RecordingAdapter(BaseAdapter):
    """Gives `keep` each request with its answer, redirects and failures too; several threads may use it.

    Bodies are read whole before the caller sees the answer, whose `content`, `iter_content` and the like give the same
    bytes; nothing is left in `raw`. What is sent from a file or a generator is read whole as well.
    """

    def __init__(self, inner: BaseAdapter, keep: Callable[[HarEntry], object]) -> None:
        super().__init__()
        self._inner = inner
        self._keep = keep
        self._thread = threading.current_thread()

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send one request. One that gets no answer is kept as such."""
        sent = _sent(request)
        started = datetime.now(UTC)
        try:
            response = self._inner.send(request, *args, **kwargs)
            _ = response.content
        except Exception as error:
            self._add(_entry(request, sent, started, status=-1, error=type(error).__name__))
            raise
        headers = list(response.raw.headers.items())
        answer = {"status_text": response.reason or "", "response_headers": headers, "body": response.content}
        self._add(_entry(request, sent, started, status=response.status_code, **answer))
        return response

    def _add(self, entry: HarEntry) -> None:
        entry.raw[POOLED] = threading.current_thread() is not self._thread
        self._keep(entry)

    def close(self) -> None:
        """Close the other adapter."""
        self._inner.close()


def _sent(request: PreparedRequest) -> bytes | None:
    """The body of a request that is about to be sent, and can still be sent afterwards."""
    body: Any = request.body
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    start = body.tell() if hasattr(body, "seek") else None
    data = body.read() if hasattr(body, "read") else b"".join(body)
    if start is None:
        request.body = data
    else:
        body.seek(start)
    return data.encode() if isinstance(data, str) else bytes(data)


def _entry(request: PreparedRequest, sent: bytes | None, started: datetime, **answer: Any) -> HarEntry:
    return make_entry(
        str(request.method),
        str(request.url),
        started=started,
        request_headers=[(name, _text(value)) for name, value in request.headers.items()],
        request_body=sent,
        **answer,
    )


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
