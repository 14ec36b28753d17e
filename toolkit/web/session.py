"""The session that takes over from the browser: a requests.Session that carries what the page carried, as exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import requests
from requests.models import PreparedRequest
from requests.sessions import merge_hooks, merge_setting
from requests.structures import CaseInsensitiveDict

from toolkit.web.cookies import CookieJar
from toolkit.web.origin import host_of, origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from http import cookiejar

    from toolkit.transport import Transport

# requests has no types for these two.
merged: Callable[..., Any] = merge_setting
merged_hooks: Callable[..., Any] = merge_hooks


class Session(requests.Session):
    """A requests.Session that keeps cookies and tokens where they belong.

    Whatever works with requests works with it. What it does more:

    - a relative URL is joined to `base_url`, as a link on that page would be;
    - every request ends after `timeout` seconds without an answer, unless it says otherwise;
    - cookies go where a browser would send them (see CookieJar);
    - `origin_headers[origin]`, with the origin as "https://host" or "https://host:port", are headers sent to exactly
      that origin. A redirect that leaves the origin leaves them behind; one that arrives takes them up. A request's
      own headers win;
    - the environment (proxies, certificates, .netrc) is not read.

    Several threads may use it at once; change `headers`, `auth` and the like before they start.
    `last_response` is the answer that came last, whichever thread asked.
    """

    def __init__(self, transport: Transport, *, base_url: str | None = None, timeout: float = 30.0) -> None:
        self.base_url = base_url
        self.timeout = timeout
        self.origin_headers: dict[str, dict[str, str]] = {}
        self.last_response: requests.Response | None = None
        super().__init__()
        self.trust_env = False
        adapter = transport.adapter()
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    @property
    def cookies(self) -> CookieJar:
        """The cookies; any other jar or dict put here is turned into a CookieJar."""
        return self._jar

    @cookies.setter
    def cookies(self, cookies: cookiejar.CookieJar | Mapping[str, str]) -> None:
        self._jar = _exact(cookies, home=host_of(self.base_url or ""))

    def adopt(
        self,
        *,
        cookies: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        origin_headers: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Take over from a browser: its `context.cookies()`, its face, and the headers that the page sent by origin."""
        self.cookies.adopt(cookies)
        self.headers.update(headers or {})
        for origin, learned in (origin_headers or {}).items():
            key = origin_of(origin)
            self.origin_headers[key] = self.origin_headers.get(key, {}) | dict(learned)

    def prepare_request(self, request: requests.Request) -> PreparedRequest:
        """Return the request with all that the session adds; as in requests, except where cookies and tokens go."""
        address = request.url.decode() if isinstance(request.url, bytes) else str(request.url)
        params = merged(request.params, self.params) if self.params else request.params
        prepared = PreparedRequest()
        prepared.prepare_method(request.method or "GET")
        prepared.prepare_url(urljoin(self.base_url or "", address), params)
        url = prepared.url or ""  # as it will be sent: only that tells for certain whose it is
        defaults = merged(self.origin_headers.get(origin_of(url)), self.headers, CaseInsensitiveDict)
        prepared.prepare_headers(merged(request.headers, defaults, CaseInsensitiveDict))
        prepared.prepare_cookies(self._cookies_with(request.cookies, url))
        prepared.prepare_body(request.data, request.files, request.json)
        prepared.prepare_auth(merged(request.auth, self.auth), url)
        prepared.prepare_hooks(merged_hooks(request.hooks, self.hooks))
        return prepared

    def _cookies_with(self, extra: Any, url: str) -> CookieJar:
        """The session's jar, or a copy with the request's own cookies, which are for the request's host."""
        if not extra:
            return self.cookies
        jar = self.cookies.copy()
        jar.home = host_of(url)
        jar.update(extra)
        return jar

    def send(self, request: PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a prepared request and follow its redirects."""
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self.timeout
        self._take_jar(request)
        response = super().send(request, **kwargs)
        self.last_response = response
        return response

    def _take_jar(self, request: PreparedRequest) -> None:
        """A request that was not prepared here has a jar of requests, whose rules would hold for its redirects."""
        brought = vars(request).get("_cookies")
        if not isinstance(brought, CookieJar):
            request.prepare_cookies(_exact(brought or {}, home=host_of(request.url or "")))

    def rebuild_auth(self, prepared_request: PreparedRequest, response: requests.Response) -> None:
        """Leave the tokens behind when a redirect leaves their origin; requests calls this for every redirect."""
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]  # requests has no type for it
        origin = origin_of(prepared_request.url or "")
        if origin == origin_of(response.request.url or ""):
            return
        for name in self._names_of_tokens():
            prepared_request.headers.pop(name, None)
        prepared_request.headers.update(self.origin_headers.get(origin, {}))

    def _names_of_tokens(self) -> set[str]:
        """Headers that belong to one origin. Host would send the next server's request to a name of this one."""
        return {"Host"}.union(*list(self.origin_headers.values()))

    def __repr__(self) -> str:
        site = self.base_url or "any site"
        return f"<Session for {site}: {self.cookies!r}, headers for {len(self.origin_headers)} origins>"


def _exact(cookies: cookiejar.CookieJar | Mapping[str, str], *, home: str) -> CookieJar:
    if isinstance(cookies, CookieJar):
        return cookies
    jar = CookieJar(home=home)
    jar.update(cookies)
    return jar
