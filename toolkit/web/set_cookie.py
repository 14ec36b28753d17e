"""One Set-Cookie header, read as browsers read it: RFC 6265bis, and Chromium where it differs."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import Cookie
from typing import Any
from urllib.parse import urlsplit

from toolkit.web.origin import host_of, is_address, is_trustworthy

BLANK = " \t"  # and no other: the last byte of an "à" in UTF-8 is white space to str.strip
LONGEST_LIFE = 400 * 86_400  # seconds
LONGEST_PAIR = 4096
LONGEST_ATTRIBUTE = 1024
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
DATE_DELIMITERS = re.compile(r"[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")


def parse_set_cookie(header: str, url: str, *, now: float, date: str = "") -> Cookie | None:
    """Return the cookie that a Set-Cookie header from `url` sets, None when browsers refuse it.

    The cookie's domain starts with a dot when it also goes to subdomains, and is the bare host when it does not. Its
    `expires` is in seconds since 1970, None for a session cookie; one that is not after `now` deletes. `date` is the
    Date header beside it: a server whose clock is wrong means its own time.
    """
    pair, _, rest = header.partition(";")
    name, value = _name_and_value(pair)
    attributes = _attributes(rest)
    domain = _domain(attributes.get("domain", ""), host_of(url))
    if (
        domain is None
        or CONTROL.search(header)
        or not _sound(name, value)
        or not _allowed(name, value, attributes, url)
    ):
        return None
    return make_cookie(
        _text(name),
        _text(value),
        domain=domain,
        path=_path(attributes.get("path", ""), url),
        secure="secure" in attributes,
        expires=_expiry(attributes, now, date),
        extras=_extras(attributes),
    )


def make_cookie(
    name: str, value: str, *, domain: str, path: str, secure: bool, expires: float | None, extras: dict[str, Any]
) -> Cookie:
    """Return a cookie as the standard library wants it; its `expires` is cut to whole seconds."""
    return Cookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        domain=domain,
        domain_specified=domain.startswith("."),
        domain_initial_dot=domain.startswith("."),
        path=path,
        path_specified=True,
        secure=secure,
        expires=None if expires is None else int(expires),
        discard=expires is None,
        comment=None,
        comment_url=None,
        rest=extras,
    )


def _name_and_value(pair: str) -> tuple[str, str]:
    """A pair without "=" is a value without a name."""
    name, equals, value = (part.strip(BLANK) for part in pair.partition("="))
    return (name, value) if equals else ("", name)


def _attributes(text: str) -> dict[str, str]:
    """Attributes by name in lower case; the last one of a name counts."""
    pairs = ([part.strip(BLANK) for part in attribute.partition("=")] for attribute in text.split(";"))
    return {name.lower(): value for name, _, value in pairs if len(value) <= LONGEST_ATTRIBUTE}


def _sound(name: str, value: str) -> bool:
    """Whether it can be told apart from others when it is sent, is not too long, and holds no tab."""
    told_apart = bool(name) or (bool(value) and "=" not in value)
    return told_apart and len(name) + len(value) <= LONGEST_PAIR and "\t" not in name + value


def _allowed(name: str, value: str, attributes: dict[str, str], url: str) -> bool:
    """Whether the promises that the attributes and the name's prefix make hold."""
    secure = "secure" in attributes
    if secure and not is_trustworthy(url):
        return False
    if not secure and ("partitioned" in attributes or attributes.get("samesite", "").lower() == "none"):
        return False
    return _prefix_holds(name, value, attributes)


def _prefix_holds(name: str, value: str, attributes: dict[str, str]) -> bool:
    prefix = re.match(r"__(secure|host-http|host|http)-", name or value, re.IGNORECASE)
    if prefix is None:
        return True
    kind = prefix[1].lower()
    host_only = "domain" not in attributes and attributes.get("path") == "/"
    return (
        bool(name)
        and "secure" in attributes
        and (host_only or not kind.startswith("host"))
        and ("httponly" in attributes or not kind.endswith("http"))
    )


def _domain(attribute: str, host: str) -> str | None:
    """Return the host for a host-only cookie, ".domain" for one that subdomains get, None for a foreign domain.

    The list of public suffixes is not known here: only single labels (com, localhost) are refused.
    """
    wanted = attribute.lower().removeprefix(".")
    if not attribute or (wanted == host and (is_address(host) or "." not in host)):
        return host
    if is_address(host) or "." not in wanted or not f".{host}".endswith(f".{wanted}"):
        return None
    return f".{wanted}"


def _path(attribute: str, url: str) -> str:
    if attribute.startswith("/"):
        return attribute
    return urlsplit(url).path.rpartition("/")[0] or "/"


def _expiry(attributes: dict[str, str], now: float, date: str) -> float | None:
    age = attributes.get("max-age", "")
    if re.fullmatch(r"[+-]?\d+", age):
        return now + max(0, min(int(age), LONGEST_LIFE))
    moment = parse_cookie_date(attributes.get("expires", ""))
    return None if moment is None else min(moment + _behind(date, now), now + LONGEST_LIFE)


def _behind(date: str, now: float) -> float:
    """Seconds by which the server's clock is behind ours."""
    try:
        return now - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return 0.0


def parse_cookie_date(text: str) -> float | None:
    """Return the seconds since 1970 of an Expires attribute, in any of its spellings; None when it has no date."""
    found: dict[str, str] = {}
    for token in DATE_DELIMITERS.split(text.lower()):
        kind = _kind_of(token, found)
        if kind:
            found[kind] = token
    if len(found) < len(DATE_PARTS):
        return None
    return _timestamp(found)


DATE_PARTS = {
    "time": re.compile(r"\d{1,2}:\d{1,2}:\d{1,2}(?!\d)"),
    "day": re.compile(r"\d{1,2}(?!\d)"),
    "month": re.compile("|".join(MONTHS)),
    "year": re.compile(r"\d{2,}"),
}


def _kind_of(token: str, found: dict[str, str]) -> str | None:
    """The first part of a date that the token can be and that is not there yet."""
    return next((kind for kind, shape in DATE_PARTS.items() if kind not in found and shape.match(token)), None)


def _timestamp(found: dict[str, str]) -> float | None:
    hour, minute, second, day = map(int, re.findall(r"\d+", found["time"])[:3] + re.findall(r"\d+", found["day"])[:1])
    month = MONTHS.index(found["month"][:3]) + 1
    year = int(re.findall(r"\d+", found["year"])[0])
    if year < 100:  # noqa: PLR2004 - two digits
        year += 2000 if year < 70 else 1900  # noqa: PLR2004 - the RFC's century
    try:
        return datetime(min(year, 9999), month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _extras(attributes: dict[str, str]) -> dict[str, str]:
    """What requests has no use for and a browser needs again, under Playwright's names."""
    flags = (("httpOnly", "httponly"), ("partitioned", "partitioned"))
    extras = {name: "1" for name, attribute in flags if attribute in attributes}
    same_site = attributes.get("samesite", "").capitalize()
    return extras | ({"sameSite": same_site} if same_site in {"Strict", "Lax", "None"} else {})


def _text(raw: str) -> str:
    """Header bytes come as latin-1; cookies are UTF-8. Bytes that are neither survive as surrogates."""
    return raw.encode("latin-1").decode("utf-8", "surrogateescape")
