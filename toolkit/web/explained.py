"""What a session sends where, in words that may be shown: each cookie and header, where it is from, when it ends."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from requests.utils import default_headers

from toolkit.transport.shapes import looks_secret
from toolkit.web.learned import end_of_token
from toolkit.web.origin import origin_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.cookiejar import Cookie

    from toolkit.web.learned import Learned
    from toolkit.web.session import Session

__all__ = ["IN_PAGE", "Explained", "Part", "explained", "hint"]

IN_PAGE = 'hand_over(via="page")'
LONG = 16  # characters of a value whose first two say nothing of the rest
SHOWN = 2
SEGMENT = re.compile(r"(?<=/)[^/]+")  # the address of an answer may have a token in it
EVERYWHERE = "every origin"
OF_FACE = ("user-agent", "accept-language", "sec-ch-ua")


@dataclass(frozen=True)
class Part:
    """One thing that a session sends, or that the page sent and the session cannot; the same when its value is new.

    origin    where it goes: "https://host:port"; of a cookie for a host that no call was seen to, "host"; empty for
              what goes everywhere
    source    where it is from: "site", "browser", "connector", or as `Learned` has it
    shown     what may be shown of the value: never enough to use it
    domain, path   of a cookie: ".acme.example" goes to subdomains too
    expires   when it ends, None when it does not say
    left_out  why the session does not send it, empty when it does
    """

    origin: str
    kind: Literal["cookie", "header"]
    name: str
    source: str
    shown: str = field(default="", compare=False)
    domain: str = ""
    path: str = ""
    expires: datetime | None = field(default=None, compare=False)
    left_out: str = ""

    @property
    def advice(self) -> str:
        """What may send it all the same, empty when nothing need or can."""
        return IN_PAGE if self.left_out and self.kind == "header" else ""

    @property
    def ends(self) -> str:
        """When it ends, in words."""
        return f"{self.expires:%Y-%m-%d %H:%M}" if self.expires else ""

    def names(self, cookie: Cookie) -> bool:
        """Whether it is this cookie, whatever its value."""
        mine = (self.kind, self.name, self.domain, self.path)
        return mine == ("cookie", cookie.name, cookie.domain, cookie.path)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "expires": self.expires and self.expires.isoformat(), "advice": self.advice}

    def __str__(self) -> str:
        where = f" {self.domain}{self.path}" if self.kind == "cookie" else ""
        what = f"{self.kind} {self.name}{where} from {self.source}"
        if self.left_out:
            return f"{what}: not sent, {self.left_out}{f'; try {self.advice}' if self.advice else ''}"
        return f"{what}, {self.shown}{f', ends {self.ends}' if self.ends else ''}"


class Explained(tuple[Part, ...]):
    """The parts of a session by origin, kind and name; as text, a line for each below its origin."""

    __slots__ = ()

    def __str__(self) -> str:
        blocks = groupby(self, key=lambda part: part.origin)
        lines = [[origin or EVERYWHERE, *(f"  {part}" for part in parts)] for origin, parts in blocks]
        return "\n".join(line for block in lines for line in block)


def explained(session: Session) -> Explained:
    """Tell what a session sends now, and what it does not."""
    parts = [*_face(session), *_headers(session), *_cookies(session)]
    return Explained(sorted(parts, key=lambda part: (part.origin, part.kind, part.name, part.domain, part.path)))


def hint(value: str) -> str:
    """What may be shown of a value that may be a secret: its length, and of a long one how it begins.

    >>> hint("Bearer eyJhbGciOiJIUzI1NiJ9")
    'Bearer ey… (20)'
    """
    scheme, _, token = value.rpartition(" ")
    known = f"{scheme} " if scheme in {"Basic", "Bearer"} else ""
    text = token if known else value
    return f"{known}{text[:SHOWN] if len(text) >= LONG else ''}… ({len(text)})"


def _face(session: Session) -> Iterator[Part]:
    """What goes to every origin, and is not what requests says of itself."""
    usual = default_headers()
    for name, value in session.headers.items():
        if usual.get(name) != value:
            of_face = name.lower().startswith(OF_FACE)
            shown = str(value) if of_face else hint(str(value))
            yield Part("", "header", name.lower(), "browser" if of_face else "connector", shown)


def _headers(session: Session) -> Iterator[Part]:
    cookies = {str(cookie.name): cookie for cookie in session.cookies}
    for origin, headers in session.origin_headers.items():
        for name, value in headers.items():
            yield Part(origin, "header", name.lower(), "connector", hint(value), expires=end_of_token(value))
    for one in session.learned:
        if one.name not in {name.lower() for name in session.origin_headers.get(one.origin, {})}:
            yield _learned(one, cookies.get(one.cookie))


def _learned(one: Learned, followed: Cookie | None) -> Part:
    source = SEGMENT.sub(lambda found: "…" if looks_secret(found[0]) else found[0], one.source)
    if one.left_out:
        return Part(one.origin, "header", one.name, source, left_out=one.left_out)
    value = one.sent({one.cookie: str(followed.value)} if followed else {})
    ends = end_of_token(value) or (_end(followed) if followed else None)
    return Part(one.origin, "header", one.name, source, hint(value), expires=ends)


def _cookies(session: Session) -> Iterator[Part]:
    """Each cookie below the origins that are known to get it, else below its host."""
    known = {origin_of(session.base_url or ""), *session.origin_headers, *(one.origin for one in session.learned)}
    told, now = [], session.cookies.now()
    for origin in sorted(known - {""}):
        for cookie in session.cookies.of_origin(origin):
            told.append(cookie)
            yield _cookie(origin, cookie, now)
    for cookie in session.cookies:
        if cookie not in told:
            yield _cookie(cookie.domain.lstrip("."), cookie, now)


def _cookie(origin: str, cookie: Cookie, now: float) -> Part:
    source = "site (HttpOnly)" if cookie.get_nonstandard_attr("httpOnly") else "site"
    left_out = "it has ended" if cookie.is_expired(int(now)) else ""
    shown = "" if left_out else hint(str(cookie.value))
    return Part(origin, "cookie", cookie.name, source, shown, cookie.domain, cookie.path, _end(cookie), left_out)


def _end(cookie: Cookie) -> datetime | None:
    """When the cookie ends, or the token that it holds, which may come first."""
    own = None if cookie.expires is None else datetime.fromtimestamp(cookie.expires, UTC)
    return min(filter(None, [own, end_of_token(str(cookie.value))]), default=None)
