"""Set-Cookie headers; what Chromium makes of them is compared in test_cookies.py."""

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.web.set_cookie import LONGEST_LIFE, parse_cookie_date, parse_set_cookie

URL = "https://a.acme.example/x/y"
NOW = 1_000_000.0


def test_everything_of_a_cookie_is_kept() -> None:
    """Name, value, domain, path and what only browsers use."""
    header = "a=1; Domain=acme.example; Path=/x; Secure; HttpOnly; SameSite=strict; Max-Age=60"
    cookie = parse_set_cookie(header, URL, now=NOW)

    assert cookie is not None
    assert (cookie.name, cookie.value, cookie.domain, cookie.path) == ("a", "1", ".acme.example", "/x")
    assert (cookie.secure, cookie.expires, cookie.discard) == (True, NOW + 60, False)
    assert cookie.get_nonstandard_attr("httpOnly")
    assert cookie.get_nonstandard_attr("sameSite") == "Strict"


def test_what_is_not_said_has_its_default() -> None:
    """The host only, the folder of the page, until the browser closes."""
    cookie = parse_set_cookie("a=1", URL, now=NOW)

    assert cookie is not None
    assert (cookie.domain, cookie.path, cookie.secure, cookie.expires) == ("a.acme.example", "/x", False, None)


@pytest.mark.parametrize("name", ["a", "sub.a.acme.example", "other.example", "example", "cme.example"])
def test_foreign_domains_are_refused(name: str) -> None:
    """A host sets cookies for itself and for the domains that it is in, not for all of .example."""
    assert parse_set_cookie(f"a=1; Domain={name}", URL, now=NOW) is None


def test_secure_cookies_need_a_secure_way() -> None:
    """Plain http cannot set one."""
    assert parse_set_cookie("a=1; Secure", "http://acme.example/", now=NOW) is None


def test_no_cookie_lives_longer_than_400_days() -> None:
    """However its end is given."""
    for header in ("a=1; Max-Age=99999999999", "a=1; Expires=1 Jan 9999 00:00:00"):
        cookie = parse_set_cookie(header, URL, now=NOW)

        assert cookie is not None
        assert cookie.expires == NOW + LONGEST_LIFE


@pytest.mark.parametrize(("date", "left"), [("", 60), ("yesterday", 60), (formatdate(NOW - 3600), 3660)])
def test_expires_is_of_the_clock_that_sent_it(date: str, left: float) -> None:
    """A server that is an hour behind means a moment that is an hour later; a broken Date changes nothing."""
    cookie = parse_set_cookie(f"a=1; Expires={formatdate(NOW + 60)}", URL, now=NOW, date=date)

    assert cookie is not None
    assert cookie.expires == NOW + left


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777),
        ("08:49:37 1994 november 6th", 784_111_777),
        ("6 Nov 1994", None),
        ("6 Nov 1994 25:00:00", None),
        ("32 Nov 1994 08:49:37", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_dates_in_any_spelling(text: str, seconds: float | None) -> None:
    """What is no date is none, and not an error."""
    assert parse_cookie_date(text) == seconds


@given(st.text(st.characters(max_codepoint=0xFF)))
def test_no_header_breaks_it(noise: str) -> None:
    """Whatever a server sends is a cookie or none."""
    for header in (noise, f"a={noise}", f"a=1; {noise}", f"a=1; Expires={noise}", f"a=1; Domain={noise}"):
        cookie = parse_set_cookie(header, URL, now=NOW, date=noise)

        assert cookie is None or cookie.domain in {"a.acme.example", ".acme.example", ".a.acme.example"}
