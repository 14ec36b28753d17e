"""What the portal answers to each request, network apart."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from toolkit.demo.bills import BILLS, Bill, find
from toolkit.demo.door import Door
from toolkit.demo.pdf import render

__all__ = ["Broken", "Faults", "Portal", "Reply", "Request"]

STATIC = Path(__file__).parent / "static"
PAGES = {"/": "index.html", "/app.js": "app.js", "/style.css": "style.css", "/logo.svg": "logo.svg"}
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
PAGE_SIZE = 8

Broken = Literal["cut", "truncated", "empty", "login-page", "slow"]


@dataclass(frozen=True, kw_only=True)
class Faults:
    """How the site misbehaves.

    login_down    the login answers 503
    listing_down  the list of bills answers 503
    down_after    the site is gone after so many PDFs
    pdf           how the PDF of a bill, by its id, comes: `cut` off before the announced length, `truncated` with a
                  length that agrees, `empty`, as the `login-page` with status 200, or `slow`: half of it, and the
                  rest when `Site.go_on` is set
    """

    login_down: bool = False
    listing_down: bool = False
    down_after: int | None = None
    pdf: Mapping[str, Broken] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What a visitor sent."""

    method: str
    url: str
    headers: Message
    body: bytes = b""

    @property
    def path(self) -> str:
        """The address without its query."""
        return urlsplit(self.url).path

    @property
    def page(self) -> int:
        """The page number in the query; ValueError when it is none."""
        return int(parse_qs(urlsplit(self.url).query).get("page", ["1"])[-1])

    def cookie(self, name: str) -> str | None:
        """The value of a cookie."""
        morsel = SimpleCookie(self.headers.get("Cookie", "")).get(name)
        return morsel.value if morsel else None

    @property
    def token(self) -> str | None:
        """The bearer token."""
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        return token if kind == "Bearer" else None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What goes back. `bill` is the id of the bill whose PDF this is; `halfway` is what happens in its middle."""

    status: int = 200
    body: bytes = b""
    type: str = "application/json"
    cookies: tuple[str, ...] = ()
    bill: str | None = None
    halfway: Literal["cut", "wait"] | None = None


def _json(content: object, status: int = 200, cookies: tuple[str, ...] = ()) -> Reply:
    return Reply(status=status, body=json.dumps(content).encode(), cookies=cookies)


def _refused(status: int, sentence: str) -> Reply:
    return _json({"error": sentence}, status)


NOT_FOUND = _refused(404, "There is nothing here.")
SIGN_IN = _refused(401, "Please sign in.")
DOWN = _refused(503, "Service unavailable.")


class Portal:
    """The site's rules. One method per address; all but the login want both the session cookie and its token."""

    def __init__(self, faults: Faults, clock: Callable[[], float], key: bytes) -> None:
        self._faults = faults
        self._door = Door(clock, key)
        self._open: dict[str, Callable[[Request], Reply]] = {
            "GET /api/csrf": self._csrf,
            "POST /api/login": self._login,
        }
        self._guarded: dict[str, Callable[[Request], Reply]] = {
            "GET /api/bills": self._bills,
            "POST /api/logout": self._logout,
        }

    def reply(self, request: Request) -> Reply:
        """The answer to one request."""
        route = f"{request.method} {request.path}"
        if request.method == "GET" and request.path in PAGES:
            return _static(request.path)
        if route in self._open:
            return self._open[route](request)
        if not self._door.admits(request.cookie("session"), request.token):
            return SIGN_IN
        if request.path.startswith("/pdf/"):
            return self._pdf(request)
        return self._guarded[route](request) if route in self._guarded else NOT_FOUND

    def _csrf(self, _: Request) -> Reply:
        return Reply(status=204, cookies=(f"csrf={self._door.new_csrf()}; Path=/; SameSite=Strict",))

    def _login(self, request: Request) -> Reply:
        if self._faults.login_down:
            return DOWN
        if not self._door.is_from_our_page(request.cookie("csrf"), request.headers.get("X-CSRF-Token")):
            return _refused(403, "This page is too old: reload it.")
        try:
            sent = json.loads(request.body)
            won = self._door.log_in(sent["email"], sent["password"])
        except (ValueError, LookupError, TypeError):
            return _refused(400, "An email address and a password are needed.")
        if won is None:
            return _refused(401, "Wrong email address or password.")
        session, token = won
        return _json({"token": token}, cookies=(f"session={session}; Path=/; HttpOnly; SameSite=Lax",))

    def _logout(self, request: Request) -> Reply:
        self._door.log_out(request.cookie("session") or "")
        return Reply(status=204, cookies=("session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",))

    def _bills(self, request: Request) -> Reply:
        if self._faults.listing_down:
            return DOWN
        try:
            start = (request.page - 1) * PAGE_SIZE
        except ValueError:
            return _refused(400, "A page is a number.")
        rows = BILLS[start : start + PAGE_SIZE] if start >= 0 else ()
        more = 0 <= start < len(BILLS) - PAGE_SIZE
        return _json({"items": [bill.as_json() for bill in rows], "next": request.page + 1 if more else None})

    def _pdf(self, request: Request) -> Reply:
        bill = find(request.path.removeprefix("/pdf/"))
        if bill is None or request.method != "GET":
            return NOT_FOUND
        return _paper(bill, self._faults.pdf.get(bill.id))


def _paper(bill: Bill, broken: Broken | None) -> Reply:
    content, kind = render(bill), "application/pdf"
    match broken:
        case "login-page":
            return Reply(body=_static("/").body, type=TYPES[".html"], bill=bill.id)
        case "empty":
            content = b""
        case "truncated":
            content = content[: len(content) // 2]
        case "cut":
            return Reply(body=content, type=kind, bill=bill.id, halfway="cut")
        case "slow":
            return Reply(body=content, type=kind, bill=bill.id, halfway="wait")
    return Reply(body=content, type=kind, bill=bill.id)


def _static(path: str) -> Reply:
    file = STATIC / PAGES[path]
    return Reply(body=file.read_bytes(), type=TYPES[file.suffix])
