"""What a page's own script adds to the calls of its API: where each header is from, and whether a session can send it.

The browser adds its own headers, and those that the HTTP client adds by itself are no news; all others are the app's.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from toolkit.web.momentary import RENEWED, why_momentary

__all__ = ["Call", "Learned", "Places", "end_of_token", "learn"]

OWN = frozenset(
    {
        "accept-encoding", "accept-language", "access-control-request-headers", "access-control-request-method",
        "cache-control", "connection", "content-length", "content-type", "cookie", "dnt", "host", "if-match",
        "if-modified-since", "if-none-match", "origin", "pragma", "priority", "range", "referer", "te",
        "upgrade-insecure-requests", "user-agent",
    }
)  # fmt: skip
BY_BROWSER = ("sec-", "proxy-")
OF_VENDOR = "application/vnd."  # any other Accept says what one call wants, not what the API needs
STANDING = (
    "cookie ",
    "localStorage ",
    "sessionStorage ",
    "meta ",
    "field ",
)  # what holds for a while
SHORTEST = 6  # characters of a value that is looked for in cookies and storage: shorter ones stand there by chance
JWT = re.compile(r"eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]*")


@dataclass(frozen=True)
class Call:
    """One call of the page's script: its origin, its headers with names in small letters, its cookies by name."""

    origin: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str]


@dataclass(frozen=True)
class Places:
    """Where a value may have come from: a place in words, such as "localStorage token", and what stands there.

    `pages` are the addresses of the pages in which places such as "meta csrf-token" are.
    """

    cookies: Mapping[str, str]
    others: Sequence[tuple[str, str]] = ()
    pages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Learned:
    """One header of one origin.

    source   where its value stands: "cookie csrf", "localStorage token", "meta csrf-token", "field _token", "answer of
             /api/login"; "page" when it stands nowhere, as what a script holds in memory or has in its text; "browser"
             when it is the browser's own
    cookie   the name of the cookie whose value it is each time, so that it follows the cookie; else empty
    page     the address of the page in whose tags it stands, where it can be had anew; else empty
    early    whether the first call carried it already: it says which browser or app it is, not who has logged in
    left_out why a session cannot send it, empty when it can
    """

    origin: str
    name: str
    value: str
    source: str = "page"
    cookie: str = ""
    page: str = field(default="", repr=False)
    early: bool = False
    left_out: str = ""

    def __repr__(self) -> str:
        return f"Learned({self.name!r} of {self.origin}, from {self.source})"

    @property
    def expires(self) -> datetime | None:
        """When a token ends, as it says itself; None when it does not say."""
        return end_of_token(self.value)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    def anew(self, values: Mapping[str, str]) -> Learned:
        """The same with the value that stands now where it came from, if there is one."""
        head, space, _ = self.value.rpartition(" ")
        text = values.get(self.source)
        return replace(self, value=f"{head}{space}{text}") if text else self

    def sent(self, cookies: Mapping[str, str]) -> str:
        """The value to send now, by the cookies there are now."""
        value = cookies.get(self.cookie, "") if self.cookie else ""
        return (unquote(value) if self.source.endswith(DECODED) else value) or self.value


DECODED = "(decoded)"
BROWSER = "browser"


def end_of_token(value: str) -> datetime | None:
    """When a JWT in a text ends, as it says itself; None when there is none, or it does not say."""
    found = JWT.search(value)
    try:
        claims = json.loads(urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))) if found else {}
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def learn(calls: Sequence[Call], places: Places) -> list[Learned]:
    """What each origin's calls carried beyond what browsers add, sorted by origin and name."""
    found: dict[tuple[str, str], list[Call]] = {}
    first: dict[str, Call] = {}
    for call in calls:
        first.setdefault(call.origin, call)
        for name in call.headers:
            if is_of_the_app(name, call.headers[name]):
                found.setdefault((call.origin, name), []).append(call)
    learned = [_learned(origin, name, sent, places) for (origin, name), sent in sorted(found.items())]
    early = [replace(one, early=_is_early(one, first[one.origin])) for one in learned]
    return [*early, *_pages_of(calls)]


def _pages_of(calls: Sequence[Call]) -> Iterator[Learned]:
    """Whose page asks another origin, which the browser says each time."""
    pages = {call.origin: call.headers.get("origin", call.origin) for call in calls}
    return (Learned(origin, "origin", page, BROWSER) for origin, page in sorted(pages.items()) if page != origin)


def _is_early(learned: Learned, first: Call) -> bool:
    """A browser that is opened again is still logged in at its first call, so what looks like a token never is."""
    is_token = RENEWED.search(learned.name) or JWT.search(learned.value)
    return not is_token and first.headers.get(learned.name) == learned.value


def is_of_the_app(name: str, value: str) -> bool:
    """Whether a header, its name in small letters, is none that browsers and HTTP clients add by themselves."""
    asks_for_anything = name == "accept" and OF_VENDOR not in value
    return not (name in OWN or name.startswith((*BY_BROWSER, ":")) or asks_for_anything)


def _learned(origin: str, name: str, calls: list[Call], places: Places) -> Learned:
    values = [call.headers[name] for call in calls]
    learned = Learned(origin, name, values[-1])
    if cookie := _cookie_of(name, calls, places):
        return cookie_rule(learned, *cookie)
    source, text = _source_of(values[-1], places)
    if why := why_momentary(name, values, stands=source.startswith(STANDING)):
        return replace(learned, left_out=why)
    whole = values[-1].rpartition(" ")[2] == text
    return replace(learned, source=source, page=places.pages.get(source, "") if whole else "")


def cookie_rule(learned: Learned, cookie: str, decoded: bool) -> Learned:
    """A header that is a cookie's value, as it stands or percent-decoded."""
    return replace(learned, source=f"cookie {cookie} {DECODED if decoded else ''}".strip(), cookie=cookie)


def _cookie_of(name: str, calls: list[Call], places: Places) -> tuple[str, bool] | None:
    """The cookie that the header was equal to in every call, and whether it had to be decoded."""
    names = dict.fromkeys([*calls[-1].cookies, *places.cookies])
    for cookie in names:
        for decoded in (False, True):
            if all(_is_cookie(call, name, cookie, places, decoded=decoded) for call in calls):
                return cookie, decoded
    return None


def _is_cookie(call: Call, name: str, cookie: str, places: Places, *, decoded: bool) -> bool:
    """A cookie of another host, which was not sent along, may be where the page took it from."""
    value = call.cookies.get(cookie) or places.cookies.get(cookie, "")
    value = unquote(value) if decoded else value
    return len(value) >= SHORTEST and value == call.headers[name]


def _source_of(value: str, places: Places) -> tuple[str, str]:
    """The place in which a value stands, and all that stands there."""
    token = value.rpartition(" ")[2]
    if len(token) >= SHORTEST:
        for place, text in [*((f"cookie {name}", one) for name, one in places.cookies.items()), *places.others]:
            if token == text or token in leaves(text):
                return place, text
    return "page", ""


def leaves(text: str) -> set[str]:
    """The texts of JSON, however deep; none when it is no JSON."""
    try:
        return set(_leaves(json.loads(text))) if text[:1] in {"{", "[", '"'} else set()
    except ValueError:
        return set()


def _leaves(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
        yield from leaves(tree)
    elif isinstance(tree, dict | list):
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from _leaves(item)
