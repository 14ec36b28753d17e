"""A cookie jar for requests that sends what a browser would send.

The jars of requests and of the standard library send host-only cookies to subdomains, keep Secure cookies from
loopback, know no `localhost` and change quoted values. This one follows RFC 6265bis and, where they differ, Chromium.
Where it differs from Chromium, it does so on purpose:

- Every request counts as coming from the site itself, so SameSite is kept but never holds a cookie back.
- Nor does a partition: a session stands for the pages that its cookies are from, whatever site they were embedded in.
- Two spellings of one path are one path: requests writes `%c3` as `%C3` and `%7E` as `~`, which browsers leave alone.
- A cookie for a public suffix, such as co.uk, is taken, as the list of those is not known here.
- A value that is no UTF-8 is kept byte by byte, but cannot be handed to a browser, nor does one tell it.
"""

from __future__ import annotations

import re
import threading
import time
from http.cookiejar import Cookie
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from requests.cookies import RequestsCookieJar

from toolkit.web.origin import host_of, is_trustworthy
from toolkit.web.set_cookie import make_cookie, parse_set_cookie

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from email.message import Message


ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
BARE = frozenset(f"{ascii_letters}{digits}-._~[]")


class Key(NamedTuple):
    """What tells two cookies apart."""

    domain: str
    path: str
    name: str
    partition: str

    @classmethod
    def of(cls, cookie: Cookie) -> Key:
        """Return the key of a cookie."""
        partition = cookie.get_nonstandard_attr("partitionKey") or cookie.get_nonstandard_attr("partitioned") or ""
        return cls(cookie.domain, _spelt(cookie.path), cookie.name, str(partition))


class CookieJar(RequestsCookieJar):
    """Cookies as a browser keeps and sends them. Safe to use from several threads.

    A cookie's domain says where it goes: "acme.example" to that host only, ".acme.example" to its subdomains too.
    `home` is the host of cookies that are set without a domain; `now` gives the time in seconds since 1970; `changes`
    counts how often a cookie came, went or changed.
    """

    _cookies_lock: threading.RLock

    def __init__(self, *, home: str = "", now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.home = home
        self.now = now
        self.changes = 0
        # In the order of creation, which is the order of sending.
        self._kept: dict[Key, Cookie] = {}

    @classmethod
    def from_playwright(
        cls, cookies: Iterable[Mapping[str, Any]], *, home: str = "", now: Callable[[], float] = time.time
    ) -> CookieJar:
        """Return a new jar with the cookies of `context.cookies()`."""
        jar = cls(home=home, now=now)
        jar.adopt(cookies)
        return jar

    def adopt(self, cookies: Iterable[Mapping[str, Any]]) -> None:
        """Add the cookies of `context.cookies()`."""
        for cookie in cookies:
            self.set_cookie(_from_playwright(cookie))

    def to_playwright(self) -> list[Any]:
        """Return the cookies for `context.add_cookies()`."""
        return [_to_playwright(cookie) for cookie in self]

    def header_for(self, url: str) -> str:
        """Return the Cookie header that goes to an absolute URL, "" for none."""
        text = "; ".join(
            f"{cookie.name}={cookie.value}" if cookie.name else f"{cookie.value}" for cookie in self.sent_to(url)
        )
        return text.encode("utf-8", "surrogateescape").decode("latin-1")

    def sent_to(self, url: str) -> list[Cookie]:
        """Return the cookies that go to an absolute URL, in the order of sending."""
        now = self.now()
        return sorted((cookie for cookie in self if _goes_to(cookie, url, now)), key=lambda cookie: -len(cookie.path))

    def of_origin(self, origin: str) -> list[Cookie]:
        """Return the cookies that go to some path of an origin, those that have ended too, in the order of creation."""
        return [cookie for cookie in self if _is_for(cookie, origin)]

    def add_cookie_header(self, request: Any) -> None:
        """Put the Cookie header on a request that has none yet; requests calls this."""
        header = "" if request.has_header("Cookie") else self.header_for(_url_of(request))
        if header:
            request.add_unredirected_header("Cookie", header)

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Keep the cookies that a response sets; requests calls this for every response, redirects included."""
        headers: Message = response.info()
        url, now = _url_of(request), self.now()
        for header in headers.get_all("Set-Cookie", []):
            cookie = parse_set_cookie(header, url, now=now, date=headers.get("Date", ""))
            if cookie is not None:
                self._receive(cookie, url, now)

    def _receive(self, cookie: Cookie, url: str, now: float) -> None:
        with self._cookies_lock:
            if not is_trustworthy(url) and any(_hides(cookie, kept) for kept in self):
                return
            if cookie.has_nonstandard_attr("partitioned"):
                self._put_into_partition(cookie)
            if _is_over(cookie, now):
                self.changes += self._kept.pop(Key.of(cookie), None) is not None
            else:
                self.set_cookie(cookie)

    def _put_into_partition(self, cookie: Cookie) -> None:
        """Where the page is embedded that the request stands for, as far as the browser told with other cookies."""
        known = (kept.get_nonstandard_attr("partitionKey") for kept in self if kept.domain == cookie.domain)
        if partition := next(filter(None, known), None):
            cookie.set_nonstandard_attr("partitionKey", partition)

    def set_cookie(self, cookie: Cookie, *_args: Any, **_options: Any) -> None:
        """Add a cookie, or replace the one of the same domain, path and name.

        Raises ValueError for a cookie without a domain when the jar has no home: requests would send it to every host.
        """
        cookie.domain = cookie.domain.lower() or self.home
        if not cookie.domain:
            raise ValueError(f"The cookie {cookie.name!r} needs a domain: set(name, value, domain=host).")
        key = Key.of(cookie)
        with self._cookies_lock:
            old = self._kept.get(key)
            self.changes += old is None or (old.value, old.expires) != (cookie.value, cookie.expires)
            if old is not None and old.value != cookie.value:
                del self._kept[key]  # as in Chromium, a new value makes a new cookie, which is sent last
            self._kept[key] = cookie

    def clear(self, domain: str | None = None, path: str | None = None, name: str | None = None) -> None:
        """Remove all cookies, those of a domain, or those of a domain and path, or of a name there.

        Raises KeyError when a domain is given and nothing was there.
        """
        wanted = (domain, path and _spelt(path), name)
        with self._cookies_lock:
            gone = [
                key for key in self._kept if all(want in {None, got} for want, got in zip(wanted, key, strict=False))
            ]
            if domain is not None and not gone:
                raise KeyError(wanted)
            for key in gone:
                del self._kept[key]
            self.changes += bool(gone)

    def copy(self) -> CookieJar:
        """Return a jar of its own with the same cookies."""
        jar = CookieJar(home=self.home, now=self.now)
        jar.update(self)
        return jar

    def __iter__(self) -> Iterator[Cookie]:  # type: ignore[override]  # a jar yields cookies, as in requests
        with self._cookies_lock:
            return iter(list(self._kept.values()))

    def __repr__(self) -> str:
        return f"<CookieJar: {len(self)} cookies for {', '.join(self.list_domains()) or 'no host'}>"

    __str__ = __repr__


def _url_of(request: Any) -> str:
    """The URL that a request really goes to, whatever its Host header says."""
    return f"{request.type}://{request.host}{urlsplit(request.get_full_url()).path}"


def _goes_to(cookie: Cookie, url: str, now: float) -> bool:
    return _is_for(cookie, url) and _path_matches(cookie.path, urlsplit(url).path or "/") and not _is_over(cookie, now)


def _is_for(cookie: Cookie, url: str) -> bool:
    return _domain_matches(cookie.domain, host_of(url)) and (not cookie.secure or is_trustworthy(url))


def _is_over(cookie: Cookie, now: float) -> bool:
    return cookie.expires is not None and cookie.expires <= now


def _domain_matches(domain: str, host: str) -> bool:
    return host == domain or (domain.startswith(".") and f".{host}".endswith(domain))


def _spelt(path: str) -> str:
    """A path in one spelling, whoever escaped it."""
    return ESCAPE.sub(lambda found: byte if (byte := chr(int(found[1], 16))) in BARE else found[0].upper(), path)


def _path_matches(wanted: str, path: str) -> bool:
    wanted, path = _spelt(wanted), _spelt(path)
    return path == wanted or path.startswith(wanted if wanted.endswith("/") else f"{wanted}/")


def _hides(cookie: Cookie, kept: Cookie) -> bool:
    """Whether a cookie that came over plain http would stand before a Secure one."""
    ours, theirs = cookie.domain.lstrip("."), kept.domain.lstrip(".")
    related = _domain_matches(f".{theirs}", ours) or _domain_matches(f".{ours}", theirs)
    return kept.secure and kept.name == cookie.name and related and _path_matches(kept.path, cookie.path)


def _from_playwright(cookie: Mapping[str, Any]) -> Cookie:
    expires = cookie.get("expires", -1)
    kept = {"httpOnly": "1" if cookie.get("httpOnly") else "", "sameSite": cookie.get("sameSite", "")}
    kept["partitionKey"] = cookie.get("partitionKey", "")
    return make_cookie(
        cookie["name"],
        cookie["value"],
        domain=cookie["domain"],
        path=cookie["path"],
        secure=cookie.get("secure", False),
        expires=None if expires == -1 else expires,
        extras={name: value for name, value in kept.items() if value},
    )


def _to_playwright(cookie: Cookie) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": cookie.name,
        "value": (cookie.value or "").encode(errors="ignore").decode(),  # without bytes that are no text, as Chromium
        "domain": cookie.domain,
        "path": cookie.path,
        "secure": cookie.secure,
        "httpOnly": bool(cookie.get_nonstandard_attr("httpOnly")),
        "expires": -1 if cookie.expires is None else cookie.expires,
    }
    for name in ("sameSite", "partitionKey"):
        if cookie.has_nonstandard_attr(name):
            made[name] = cookie.get_nonstandard_attr(name)
    return made
