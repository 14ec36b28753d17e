"""What a page shows while it logs in: the tokens that it sends, its face, and whether the site answers at all."""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from toolkit.web.failures import NETWORK_ERRORS, certificate_trouble
from toolkit.web.learned import Call, Learned, Places, learn
from toolkit.web.logged_out import bare_address
from toolkit.web.origin import host_of, is_address, origin_of
from toolkit.web.walls import blocked, wall_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from playwright.sync_api import BrowserContext, Page, Request, Response

    from toolkit.errors import ToolkitError

FACE = ("user-agent", "accept-language", "sec-ch-ua")
CALLS = {"fetch", "xhr"}
BINDING = {"secure-session-registration", "sec-session-registration"}  # Device Bound Session Credentials
TELLING = CALLS | {"document"}  # the kinds of request without which there is no login; an image is none of them
REDIRECT, REFUSED, BROKEN, UNAVAILABLE = 300, 400, 500, 503
OF_DRIVER = "Playwright client-certificate error"  # it stands between page and site, and answers so itself
MOST = 20  # calls of each origin that are looked at, the last ones
PATIENCE = 5.0  # seconds for a page to come to rest
CALM = 3  # looks in a row at which a page asks for nothing
AT_ONCE = 0.5  # seconds for bodies that are on their way
BETWEEN = 50  # milliseconds between two looks
IDLE = "() => new Promise((done) => requestIdleCallback(done, {timeout: 500}))"


@dataclass(frozen=True)
class Failure:
    """A request that the site left without a good answer: to which address, without its query, and what came."""

    url: str
    reason: str


class Watch:
    """Watches the requests of browser contexts and remembers what the session will need.

    It only looks at what the browser tells anyway, so a page does not wait for it. `binds_to_device` is whether the
    site asked the browser to bind its session to a key of the device.
    """

    def __init__(self) -> None:
        self._first: dict[str, Request] = {}
        self._calls: dict[str, deque[Request]] = {}
        self._under_way: set[Request] = set()
        self._whole: set[Request] = set()
        self._answers: deque[Response] = deque(maxlen=MOST)
        self._failures: dict[str, Failure] = {}
        self._refused: dict[str, Response] = {}
        self._document: Request | None = None
        self._way_in: list[str] = []
        self._has_arrived = False
        self.binds_to_device = False

    def attach(self, context: BrowserContext) -> None:
        """Begin to watch all pages of a context."""
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("requestfinished", self._on_finished)
        context.on("requestfailed", self._on_failed)

    def rest(self, page: Page) -> None:
        """Wait until the page's calls are answered and it makes no more, at most five seconds.

        A page greets who has logged in before it has asked its API for anything.
        """
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        end, calm = time.monotonic() + PATIENCE, 0
        with suppress(Error):  # the page has gone
            while calm < CALM and time.monotonic() < end:
                page.wait_for_timeout(BETWEEN)
                with suppress(Error):  # it is on its way to another page
                    page.evaluate(IDLE)
                calm = 0 if self._under_way else calm + 1

    def learned(self, places: Places) -> list[Learned]:
        """Return what the page's own calls carried, by origin: what `Session.adopt` takes.

        `places` are where a value may have come from; what stands in none of them is looked for in the answers that
        the page got. Call it while the context is open.
        """
        last = [request for requests in self._calls.values() for request in requests]  # more may come meanwhile
        calls = [_call(request) for request in dict.fromkeys([*self._first.values(), *last])]
        found = learn(calls, places)
        if any(one.source == "page" and not one.left_out for one in found):
            found = learn(calls, replace(places, others=[*places.others, *self._texts()]))
        return found

    def _texts(self) -> Iterator[tuple[str, str]]:
        """The JSON that the page got, the newest first, as far as the browser still has it."""
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        for response in self._whole_ones(reversed(list(self._answers))):
            with suppress(Error, UnicodeDecodeError):
                yield f"answer of {urlsplit(response.url).path}", response.text()

    def _whole_ones(self, responses: Iterable[Response]) -> Iterator[Response]:
        """Those whose body is here, or comes at once: one that the page never reads never ends."""
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        end = time.monotonic() + AT_ONCE
        for response in responses:
            with suppress(Error):  # its page has gone, or it has none
                while response.request not in self._whole and time.monotonic() < end:
                    response.frame.page.wait_for_timeout(BETWEEN)
            if response.request in self._whole:
                yield response

    def face(self) -> dict[str, str]:
        """Return the headers by which sites know the browser, as the last page was really asked for; {} for none.

        Call it while the context is open.
        """
        if self._document is None:
            return {}
        return {name: value for name, value in self._document.all_headers().items() if name.startswith(FACE)}

    def login_pages(self, end: str = "") -> frozenset[str]:
        """Return the addresses, without queries, at which the browser began and where that led: the way to the login.

        Sites lead there who is not logged in; not to the `end`, where the browser is now, unless it began there.
        """
        return frozenset(self._way_in[:1]) | (frozenset(self._way_in) - {bare_address(end)})

    def failure(self) -> Failure | None:
        """Return the last request that the site left without a good answer, None when each got one in the end.

        Only what the page's own site was asked for counts, not its advertisers.
        """
        return next(reversed(self._failures.values()), None)

    def _on_request(self, request: Request) -> None:
        if request.resource_type in CALLS:
            self._under_way.add(request)

    def refusal(self) -> ToolkitError | None:
        """Return the error when the page is kept out by a wall, or for want of a good client certificate; else None.

        Call it while the context is open.
        """
        whole = self._whole_ones(reversed(list(self._refused.values())))
        meant = next(filter(None, map(_meant_by, whole)), None)
        failure = self.failure()
        return meant or (certificate_trouble(failure.reason) if failure else None)

    def _on_response(self, response: Response) -> None:
        request = response.request
        self._under_way.discard(request)
        self.binds_to_device |= not BINDING.isdisjoint(response.headers)
        if request.is_navigation_request():
            self._document = request  # only now is it known what was really sent
            if not self._has_arrived:
                self._way_in.append(bare_address(request.url))
                self._has_arrived = not REDIRECT <= response.status < REFUSED
        if request.resource_type in CALLS:
            self._first.setdefault(origin_of(request.url), request)
            self._calls.setdefault(origin_of(request.url), deque(maxlen=MOST)).append(request)
            if "json" in response.headers.get("content-type", ""):
                self._answers.append(response)
        if request.resource_type in TELLING:
            self._failures.pop(_place(request), None)
            self._refused.pop(_place(request), None)
            if response.status >= REFUSED and _matters(request):
                self._refused[_place(request)] = response
            if response.status >= BROKEN:
                self._note(request, f"HTTP {response.status}")

    def _on_finished(self, request: Request) -> None:
        self._whole.add(request)

    def _on_failed(self, request: Request) -> None:
        self._under_way.discard(request)
        reason = request.failure or ""
        if request.resource_type in TELLING and reason.startswith(NETWORK_ERRORS):
            self._note(request, reason.removeprefix("net::"))

    def _note(self, request: Request, reason: str) -> None:
        if _is_of_the_page(request):
            place = _place(request)
            self._failures.pop(place, None)
            self._failures[place] = Failure(place, reason)

    def __repr__(self) -> str:
        return f"<Watch: calls of {len(self._calls)} origins, {len(self._failures)} failures>"


def _matters(request: Request) -> bool:
    """Not what a page asks beside: a wall's own scripts are refused now and then, and the login goes on."""
    return request.is_navigation_request() or (request.method != "GET" and _is_of_the_page(request))


def _meant_by(response: Response) -> ToolkitError | None:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):  # the browser has its body no more
        if wall := wall_in(response.status, response.headers, response.body):
            return blocked(host_of(response.url), wall, in_browser=True)
        text = response.text() if response.status == UNAVAILABLE else ""
        return certificate_trouble(text) if text.startswith(OF_DRIVER) else None
    return None


def _call(request: Request) -> Call:
    """A call as it was really sent, its cookies apart; of several with one name the first, which is the nearest."""
    headers = request.all_headers()
    pairs = [part.strip().partition("=") for part in headers.get("cookie", "").split(";")]
    return Call(origin_of(request.url), headers, {name: value for name, _, value in reversed(pairs) if name})


def browser_face(watch: Watch) -> dict[str, str]:
    """Return the browser's user agent, languages and client hints as it really sent them, for `session.headers`."""
    return watch.face()


def _place(request: Request) -> str:
    """The address without its query, which may hold secrets."""
    return f"{origin_of(request.url)}{urlsplit(request.url).path}"


def _is_of_the_page(request: Request) -> bool:
    if request.is_navigation_request():
        return True
    if request.service_worker is not None:  # it has no frame to ask
        return False
    return same_site(request.url, request.frame.page.url)


def same_site(url: str, other: str) -> bool:
    """Whether two URLs are of one site as far as names tell: the same host, or the same last two labels."""
    host, other_host = host_of(url), host_of(other)
    if host == other_host or is_address(host) or is_address(other_host):
        return host == other_host
    return host.split(".")[-2:] == other_host.split(".")[-2:]
