"""The requests of a session, sent from inside the page: for sites that bind their session to the browser itself."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import MaxRetryError, ProtocolError
from urllib3.util.retry import Retry

from toolkit.web.origin import origin_of

if TYPE_CHECKING:
    from playwright.sync_api import Frame, JSHandle, Page
    from playwright.sync_api import Response as PageResponse
    from requests import PreparedRequest, Response

__all__ = ["InPageAdapter"]

PIECE = 1 << 20
"""Bytes that come out of the page at a time."""

# What a page may not set is the browser's own business, and it sends the right thing by itself.
OF_THE_BROWSER = frozenset(
    {
        "accept-charset", "accept-encoding", "connection", "content-length", "cookie", "cookie2", "date", "dnt",
        "expect", "host", "keep-alive", "origin", "referer", "te", "trailer", "transfer-encoding", "upgrade",
        "user-agent", "via",
    }
)  # fmt: skip
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TIMED_OUT = ("TimeoutError", "AbortError", "timed out")

FETCH = """\
async ({url, method, headers, body, timeout, piece}) => {
  const bytes = body === null ? undefined : Uint8Array.from(atob(body), (char) => char.charCodeAt(0));
  const stop = new AbortController();
  const inTime = async (promise) => {
    const clock = timeout === null ? 0 : setTimeout(() => stop.abort(new DOMException("timed out")), timeout);
    try { return await promise; } finally { clearTimeout(clock); }
  };
  const how = {method, headers, body: bytes, credentials: "include", redirect: "manual", signal: stop.signal};
  const answer = await inTime(fetch(url, how));
  const reader = answer.body ? answer.body.getReader() : null;
  const waiting = [];
  const read = async () => {
    let size = waiting.reduce((sum, part) => sum + part.length, 0);
    while (reader && size < piece) {
      const {done, value} = await inTime(reader.read());
      if (done) break;
      waiting.push(value);
      size += value.length;
    }
    return waiting.splice(0).map((part) => {
      let text = "";
      for (let at = 0; at < part.length; at += 32768) text += String.fromCharCode(...part.subarray(at, at + 32768));
      return btoa(text);
    });
  };
  return {head: {status: answer.status, reason: answer.statusText, headers: [...answer.headers]}, read};
}
"""


class InPageAdapter(BaseAdapter):
    """Sends what a requests session asks through `fetch` in a page, with its cookies, its TLS and its face.

    A frame of the request's own origin is asked where there is one, else the page, as its own script would. Each step
    of a redirect is a request of its own: a browser would take an app's tokens along to another origin. Only the thread
    that opened the page may use it. `retry` says what is tried again; by default nothing is.
    """

    def __init__(self, page: Page, retry: Retry | None = None) -> None:
        super().__init__()
        self._page = page
        self._retry = retry or Retry(0)
        self._builder = HTTPAdapter()

    def send(
        self, request: PreparedRequest, stream: bool = False, timeout: Any = None, *_args: Any, **_options: Any
    ) -> Response:
        """Send one request. Raises requests.Timeout, and requests.ConnectionError with what the browser says."""
        seconds = timeout[-1] if isinstance(timeout, tuple) else timeout
        retry, method = self._retry, str(request.method)
        while True:
            try:
                response = self._once(request, seconds)
            except requests.ConnectionError as error:
                retry = _after_failure(retry, request, error)
                retry.sleep()
                continue
            response.raw.retries = retry
            if not retry.is_retry(method, response.status_code, "Retry-After" in response.headers) or not retry.total:
                break
            retry = retry.increment(method, request.url, response.raw)
            retry.sleep(response.raw)
        if not stream:
            _ = response.content
        return response

    def _once(self, request: PreparedRequest, seconds: float | None) -> Response:
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        try:
            answer, head = self._fetch(_asked(request, seconds))
        except Error as error:
            raise _failure(error)(error.message.splitlines()[0], request=request) from error
        return self._builder.build_response(request, _urllib3(head, answer, str(request.method)))

    def _fetch(self, asked: dict[str, Any]) -> tuple[JSHandle, dict[str, Any]]:
        """What came, and its status and headers; those of a redirect no script may see, but who drives the browser."""
        redirects: list[PageResponse] = []

        def is_ours(response: PageResponse) -> bool:
            return response.status in REDIRECTS and response.url == asked["url"].partition("#")[0]

        def note(response: PageResponse) -> None:
            if is_ours(response):
                redirects.append(response)

        self._page.on("response", note)
        try:
            answer = self._frame_for(asked["url"]).evaluate_handle(FETCH, asked)
            head = answer.evaluate("(one) => one.head")
            if not head["status"]:  # it was one
                last = redirects[-1] if redirects else self._page.wait_for_event("response", is_ours)
                head = {"status": last.status, "reason": last.status_text, "headers": [*last.headers.items()]}
        finally:
            self._page.remove_listener("response", note)
        return answer, head

    def close(self) -> None:
        """Leave the page open: it is the run's."""
        self._builder.close()

    def _frame_for(self, url: str) -> Frame:
        frames = [frame for frame in self._page.frames if origin_of(frame.url) == origin_of(url)]
        return frames[0] if frames else self._page.main_frame


def _asked(request: PreparedRequest, seconds: float | None) -> dict[str, Any]:
    body = _body(request)
    return {
        "url": request.url,
        "method": request.method,
        "headers": {name: value for name, value in request.headers.items() if _may_be_set(name)},
        "body": None if body is None else b64encode(body).decode(),
        "timeout": None if seconds is None else seconds * 1000,
        "piece": PIECE,
    }


def _may_be_set(name: str) -> bool:
    low = name.lower()
    return low not in OF_THE_BROWSER and not low.startswith(("sec-", "proxy-"))


def _body(request: PreparedRequest) -> bytes | None:
    body: Any = request.body
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    data = body.read() if hasattr(body, "read") else b"".join(body)
    return data.encode() if isinstance(data, str) else bytes(data)


def _failure(error: Exception) -> type[requests.RequestException]:
    return requests.Timeout if any(word in str(error) for word in TIMED_OUT) else requests.ConnectionError


def _after_failure(retry: Retry, request: PreparedRequest, error: requests.ConnectionError) -> Retry:
    """What is left to try after a connection that broke; raises the error when that is nothing."""
    try:
        return retry.increment(request.method, request.url, error=ProtocolError(str(error)))
    except (MaxRetryError, ProtocolError):
        raise error from error.__cause__


class _Body(io.RawIOBase):
    """The bytes of an answer as they come out of the page."""

    def __init__(self, answer: JSHandle) -> None:
        self._answer = answer
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._left:
            self._left = self._next()
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count

    def _next(self) -> bytes:
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        try:
            return b"".join(map(b64decode, self._answer.evaluate("(one) => one.read()")))
        except Error as error:
            kind = TimeoutError if _failure(error) is requests.Timeout else OSError
            raise kind(f"the page lost the answer: {error.message.splitlines()[0]}") from error


def _urllib3(head: dict[str, Any], answer: JSHandle, method: str) -> HTTPResponse:
    headers = HTTPHeaderDict()
    packed = any(name == "content-encoding" for name, _ in head["headers"])
    for name, value in head["headers"]:
        if not (packed and name in {"content-encoding", "content-length"}):  # the browser unpacks
            headers.add(name, value)
    return HTTPResponse(
        body=io.BufferedReader(_Body(answer), PIECE),
        headers=headers,
        status=head["status"],
        reason=head["reason"],
        preload_content=False,
        request_method=method,
    )
