"""The session that takes over from the browser: a requests.Session that carries what the page carried, as exactly."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

import requests
from requests.models import PreparedRequest
from requests.sessions import merge_hooks, merge_setting
from requests.structures import CaseInsensitiveDict

from toolkit.web.cookies import CookieJar
from toolkit.web.explained import Explained, explained
from toolkit.web.failures import sentence_for
from toolkit.web.html import Page
from toolkit.web.in_page import InPageAdapter
from toolkit.web.learned import is_of_the_app
from toolkit.web.logged_out import CANNOT_TELL, bare_address, is_logged_out
from toolkit.web.origin import host_of, is_loopback, origin_of
from toolkit.web.renewal import Ends, Renewal
from toolkit.web.tags import values_of
from toolkit.web.trail import Trail
from toolkit.web.walls import blocked, wall_in
from toolkit.web.watch import same_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from http import cookiejar

    from toolkit.transport import Transport
    from toolkit.web.learned import Learned

FORBIDDEN = 403

# requests has no types for these two.
merged: Callable[..., Any] = merge_setting
merged_hooks: Callable[..., Any] = merge_hooks

STALE = frozenset({400, 403, 419, 422})
"""What sites answer to a value of a page that they take no more."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Browsers say with each other method whose page it is that asks."""
OF_ONE_ORIGIN = frozenset({"host", "origin"})


class Session(requests.Session):
    """A requests.Session that keeps cookies and tokens where they belong.

    Whatever works with requests works with it. What it does more:

    - a relative URL is joined to `base_url`, as a link on that page would be;
    - every request ends after `timeout` seconds without an answer, unless it says otherwise;
    - cookies go where a browser would send them (see CookieJar);
    - `origin_headers[origin]`, with the origin as "https://host" or "https://host:port", are headers sent to exactly
      that origin, and so is what was `learned` of the page's own calls, where a header that is a cookie's value follows
      that cookie, and one that stands in a tag of a page is fetched anew from there, once, when the site refuses it. A
      request's own headers win, then `origin_headers`;
    - a redirect to another origin takes along what any browser sends and what was learned of that origin, and nothing
      else: no token, whoever put it there;
    - the environment (proxies, certificates, .netrc) is not read.

    - when an answer says that the session is over (see `is_logged_out`, and `logged_out`, which a connector may declare
      in addition), `renew` is called once, whichever thread noticed, and that one request is sent again; so it is
      before a token or a cookie ends that says when it does. `renew` returns whether it has logged in, rather than
      found what another run has won;
    - of a 403, which may be meant for this one thing, `lives` tells whether it is the session that is over;
    - an answer that comes from a wall before the site (see `wall_in`) raises Blocked: it says nothing of the session;
    - a host that is asked on and on is asked slower (see `Pace`): `per_second` times, if that is given;
    - `guard` is called with every address before it is asked, those of redirects too, and may raise.

    `is_fresh` holds from the moment at which a login was handed over until the first good answer: who was let in just
    now is not logged out, so a 403 is then no reason to log in again.

    Several threads may use it at once; change `headers`, `auth` and the like before they start.
    `last_response` is the answer that came last, whichever thread asked; `trail` notes the last that were asked.
    """

    def __init__(self, transport: Transport, *, base_url: str | None = None, timeout: float = 30.0) -> None:
        self.base_url = base_url
        self.timeout = timeout
        self.origin_headers: dict[str, dict[str, str]] = {}
        self.learned: tuple[Learned, ...] = ()
        self.last_response: requests.Response | None = None
        self.login_pages: frozenset[str] = frozenset()
        self.logged_out: Callable[[requests.Response], bool] | None = None
        self.is_fresh = False
        self.per_second: float | None = None
        self.renew: Callable[[], bool] | None = None
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.lives: Callable[[], bool] = lambda: False
        self.on_change: Callable[[], object] | None = None
        self.guard: Callable[[str], object] | None = None
        self.trail = Trail()
        self._transport = transport
        self._hosts: frozenset[str] = frozenset()
        self._renewal = Renewal()
        self._fetching = threading.Lock()
        self._replaced: set[str] = set()
        self._ends = Ends()
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
        learned: Iterable[Learned] = (),
    ) -> None:
        """Take over from a browser: its `context.cookies()`, its face, and what was learned of the page's calls."""
        adopted = list(cookies)
        self.cookies.adopt(adopted)
        self._hosts |= {str(cookie["domain"]).lstrip(".") for cookie in adopted}
        self.headers.update(headers or {})
        self.learned = (*self.learned, *learned)
        for origin, more in (origin_headers or {}).items():
            key = origin_of(origin)
            self.origin_headers[key] = self.origin_headers.get(key, {}) | dict(more)

    def explain(self) -> Explained:
        """What this session sends, where each part is from and when it ends; and what the page sent that it cannot.

        Printed, it is a text; no value is shown whole.
        """
        return explained(self)

    def headers_for(self, url: str) -> dict[str, str]:
        """The headers that go to the origin of a URL and to no other."""
        origin = origin_of(url)
        mine = [one for one in self.learned if one.origin == origin and not one.left_out]
        # A page may read a cookie of another host; of several with one name, the one that goes along counts.
        known = [*self.cookies, *reversed(self.cookies.sent_to(url))] if mine else []
        cookies = {str(cookie.name): str(cookie.value) for cookie in known}
        return {one.name: one.sent(cookies) for one in mine} | self.origin_headers.get(origin, {})

    def forget(self) -> None:
        """Let go of every cookie, and of what was learned of the page; `origin_headers` are the connector's own."""
        self.cookies.clear()
        self.learned = ()

    def twin(self) -> Session:
        """Return a session that sends what this one sends, and changes nothing of it; it renews nothing."""
        twin = Session(self._transport, base_url=self.base_url, timeout=self.timeout)
        twin.cookies = self.cookies.copy()
        twin.headers = CaseInsensitiveDict(self.headers)
        twin.origin_headers = {origin: dict(headers) for origin, headers in self.origin_headers.items()}
        twin.learned, twin._hosts = self.learned, self._hosts
        twin.login_pages, twin.logged_out, twin.guard = self.login_pages, self.logged_out, self.guard
        twin.per_second = self.per_second
        return twin

    def is_over(self, response: requests.Response) -> bool:
        """Whether a response says that the session is over.

        A `logged_out` that cannot make sense of a response (which is no JSON, or lacks a key) does not say so; nor does
        a host to which the session has nothing to tell, such as a store of files whose links are signed.
        """
        declared = False
        if self.logged_out is not None:
            with suppress(*CANNOT_TELL):
                declared = bool(self.logged_out(response))
        return declared or (self._is_known_at(response.url) and is_logged_out(response, self.login_pages))

    def _is_known_at(self, url: str) -> bool:
        """Whether a URL is of the site, or of a host that the login left a cookie or a token for."""
        host, origin = host_of(url), origin_of(url)
        return (
            same_site(url, self.base_url or url)
            or any(origin == one.origin for one in self.learned)
            or any(host == one or host.endswith(f".{one}") for one in self._hosts)
        )

    def get(self, url: str | bytes, **kwargs: Any) -> Page:
        """Ask for an address; the answer has its page as `html`."""
        return cast("Page", super().get(url, **kwargs))

    def post(self, url: str | bytes, *args: Any, **kwargs: Any) -> Page:
        """Send to an address; the answer has its page as `html`."""
        return cast("Page", super().post(url, *args, **kwargs))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request, as in requests; once more after a renewal when the answer says that the session is over.

        Raises what `renew` raised, again and again: a login that failed is not tried a second time.
        """
        if self.renew is None:
            return self._ask(method, url, *args, **kwargs)
        if self._ends.are_near(self._ends_of(url), self.now()):
            self._renewal.ask(self.renew, self._renewal.count)
        before = self._renewal.count
        response = self._ask(method, url, *args, **kwargs)
        if self.is_fresh and response.status_code == FORBIDDEN:
            return response
        place = ""
        while self.is_over(response):
            place = bare_address(response.request.url or "")
            with ExitStack() as closing:
                closing.callback(response.close)
                lives = self.lives if response.status_code == FORBIDDEN else lambda: False
                if not self._renewal.ask(self.renew, before, place, lives=lives):
                    closing.pop_all()
                    return response
            before = self._renewal.count
            response = self._ask(method, url, *args, **kwargs)
        if place:
            self._renewal.helped(place)
        return response

    def _ends_of(self, url: str | bytes) -> list[datetime]:
        """When what says who asks will end: the bearer of the URL's origin, and cookies that no script may read."""
        address = self._absolute(url)
        mine = [one for one in self.learned if one.origin == origin_of(address) and not one.left_out]
        cookies = [cookie for cookie in self.cookies.sent_to(address) if cookie.get_nonstandard_attr("httpOnly")]
        ends = [datetime.fromtimestamp(cookie.expires, UTC) for cookie in cookies if cookie.expires]
        return ends + [one.expires for one in mine if one.name == "authorization" and one.expires]

    def _absolute(self, url: str | bytes) -> str:
        return urljoin(self.base_url or "", url.decode() if isinstance(url, bytes) else str(url))

    def _ask(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request; once more when it was refused, and a page has a value anew that it carried."""
        response = super().request(method, url, *args, **kwargs)
        if response.status_code in STALE and self._has_anew(response.request):
            response.close()
            response = super().request(method, url, *args, **kwargs)
        return response

    def _has_anew(self, sent: PreparedRequest) -> bool:
        """Whether a request carried what stood in the tags of a page, and something else stands there by now."""
        origin = origin_of(sent.url or "")
        with self._fetching:  # of several threads that were refused, one
            carried = [one for one in self.learned if one.page and one.origin == origin]
            for page in {one.page for one in carried if one.value == sent.headers.get(one.name)}:
                self._fetch_values(page)
        return any(sent.headers.get(one.name) in self._replaced for one in carried)

    def _fetch_values(self, page: str) -> None:
        with suppress(requests.RequestException), super().request("GET", page, headers={"Accept": "text/html"}) as got:
            if got.ok:  # that of a guest does no harm
                values, before = values_of(got.text), self.learned
                self.learned = tuple(one.anew(values) if one.page == page else one for one in before)
                self._replaced |= {one.value for one in before} - {one.value for one in self.learned}
                self._changed()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def prepare_request(self, request: requests.Request) -> PreparedRequest:
        """Return the request with all that the session adds; as in requests, except where cookies and tokens go."""
        params = merged(request.params, self.params) if self.params else request.params
        prepared = PreparedRequest()
        prepared.prepare_method(request.method or "GET")
        prepared.prepare_url(self._absolute(request.url or ""), params)
        url = prepared.url or ""  # as it will be sent: only that tells for certain whose it is
        defaults = merged(self.headers_for(url), self.headers, CaseInsensitiveDict)
        prepared.prepare_headers(merged(request.headers, defaults, CaseInsensitiveDict))
        if prepared.method not in SAFE and self._has_pages(origin_of(url)):
            prepared.headers.setdefault("Origin", origin_of(url))
        prepared.prepare_cookies(self._cookies_with(request.cookies, url))
        prepared.prepare_body(request.data, request.files, request.json)
        prepared.prepare_auth(merged(request.auth, self.auth), url)
        prepared.prepare_hooks(merged_hooks(request.hooks, self.hooks))
        return prepared

    def _has_pages(self, origin: str) -> bool:
        """Whether a form or a script of this very origin may be what asks; of an API elsewhere nobody can tell who."""
        return origin in {origin_of(page) for page in (self.base_url or "", *self.login_pages)}

    def _cookies_with(self, extra: Any, url: str) -> CookieJar:
        """The session's jar, or a copy with the request's own cookies, which are for the request's host."""
        if not extra:
            return self.cookies
        jar = self.cookies.copy()
        jar.home = host_of(url)
        jar.update(extra)
        return jar

    def send(self, request: PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a prepared request and follow its redirects. Raises Blocked, and what `guard` raises."""
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self.timeout
        self._take_jar(request)
        self._ask_guard(request.url)
        self._wait_turn(host_of(request.url or ""))
        before = self.cookies.changes
        response = self._send_noted(request, **kwargs)
        response.__class__ = Page  # adapters make plain ones
        self._ask_guard(response.url)  # a page follows redirects by itself
        self.last_response = response
        self._refuse_wall(response)
        self.is_fresh = self.is_fresh and not response.ok
        if self.cookies.changes != before and response.ok:
            self._changed()  # a site in trouble may take cookies away that are good again tomorrow
        return response

    def _send_noted(self, request: PreparedRequest, **kwargs: Any) -> requests.Response:
        started = time.monotonic()
        try:
            response = super().send(request, **kwargs)
        except requests.RequestException as error:
            self.trail.of_session(request, None, time.monotonic() - started, sentence_for(error))
            raise
        first = (response.history or [response])[0]  # where a redirect led was noted when it was asked
        self.trail.of_session(first.request, first, time.monotonic() - started)
        return response

    def _wait_turn(self, host: str) -> None:
        if not is_loopback(host):  # no politeness among programs of one machine
            self._transport.wait_turn(host, self.per_second)

    def _ask_guard(self, url: str | None) -> None:
        if self.guard is not None:
            self.guard(url or "")

    def _refuse_wall(self, response: requests.Response) -> None:
        wall = wall_in(response.status_code, response.headers, lambda: response.content)
        if wall:
            response.close()
            in_browser = isinstance(self.get_adapter(response.url), InPageAdapter)
            raise blocked(host_of(response.url), wall, in_browser=in_browser)

    def _take_jar(self, request: PreparedRequest) -> None:
        """A request that was not prepared here has a jar of requests, whose rules would hold for its redirects."""
        brought = vars(request).get("_cookies")
        if not isinstance(brought, CookieJar):
            request.prepare_cookies(_exact(brought or {}, home=host_of(request.url or "")))

    def rebuild_auth(self, prepared_request: PreparedRequest, response: requests.Response) -> None:
        """Leave the tokens behind when a redirect leaves their origin; requests calls this for every redirect."""
        origin = origin_of(prepared_request.url or "")
        if origin == origin_of(response.request.url or ""):
            return
        headers = prepared_request.headers
        for name in [name for name, value in headers.items() if _is_of_one_origin(name.lower(), value)]:
            del headers[name]
        headers.update(self.headers_for(prepared_request.url or ""))

    def __repr__(self) -> str:
        site = self.base_url or "any site"
        return f"<Session for {site}: {self.cookies!r}, {len(self.learned)} headers learned>"


def _is_of_one_origin(name: str, value: str | bytes) -> bool:
    """Host would send the next server's request to a name of this one; all that an app adds may be a token."""
    return name in OF_ONE_ORIGIN or is_of_the_app(name, str(value))


def _exact(cookies: cookiejar.CookieJar | Mapping[str, str], *, home: str) -> CookieJar:
    if isinstance(cookies, CookieJar):
        return cookies
    jar = CookieJar(home=home)
    jar.update(cookies)
    return jar
