"""The session's half of a replay: an adapter of requests that answers from the take."""

from __future__ import annotations

import io
from http.client import HTTPMessage
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from toolkit.transport.request import Req

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import PreparedRequest, Response

    from toolkit.transport.replay_answer import Answer

__all__ = ["ReplayAdapter"]


class ReplayAdapter(BaseAdapter):
    """Answers a requests session with what `find` gives; redirects are left to the session. Opens no connection."""

    def __init__(self, find: Callable[[Req], Answer]) -> None:
        super().__init__()
        self._find = find
        self._builder = HTTPAdapter()

    def send(self, request: PreparedRequest, *_args: Any, **_kwargs: Any) -> Response:
        """Answer one request. Raises Miss when it was not recorded, and again what it raised when it was."""
        headers = [(name, _text(value)) for name, value in request.headers.items()]
        answer = self._find(Req(str(request.method), str(request.url), headers, _body(request)))
        if answer.error is not None:
            raise _failure(answer.error)(answer.error, request=request)
        return self._builder.build_response(request, _urllib3(answer, str(request.method)))

    def close(self) -> None:
        """Nothing is open."""
        self._builder.close()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _body(request: PreparedRequest) -> bytes | None:
    """The body as it would be sent; an upload from a file or a generator is read, and given back where it can be."""
    body: Any = request.body
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    data = body.read() if hasattr(body, "read") else b"".join(body)
    request.body = data
    return data.encode() if isinstance(data, str) else data


def _failure(name: str) -> type[requests.RequestException]:
    """The exception that was recorded by its name, else that of a broken connection."""
    kind = getattr(requests.exceptions, name, None)
    if isinstance(kind, type) and issubclass(kind, requests.RequestException):
        return kind
    return requests.ConnectionError


class _Original:
    """What requests reads cookies from."""

    def __init__(self, answer: Answer) -> None:
        self.msg = HTTPMessage()
        for name, value in answer.headers:
            self.msg[name] = value

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open."""


def _urllib3(answer: Answer, method: str) -> HTTPResponse:
    headers = HTTPHeaderDict()
    for name, value in answer.headers:
        headers.add(name, value)
    return HTTPResponse(
        body=io.BytesIO(answer.body),
        headers=headers,
        status=answer.status,
        reason=answer.reason,
        preload_content=False,
        original_response=_Original(answer),  # type: ignore[arg-type]  # requests reads its msg and nothing else
        request_method=method,
    )
