"""The jar keeps and sends what Chromium keeps and sends."""

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page
from requests.cookies import CookieConflictError, RequestsCookieJar

from tests.web.conftest import Answer, Asked, Site
from toolkit.web import Browser, CookieJar, Session

HOUR = 3600


def stamp(seconds: float) -> str:
    """The HTTP date that is so many seconds away."""
    return formatdate(time.time() + seconds, usegmt=True)


# What sets the cookies, the headers it sets them with, and which other pages are then asked for.
HOST = "http://a.b.localhost/x/y"
SET: dict[str, tuple[str, list[str]]] = {
    "plain": (HOST, ["a=1"]),
    "for the whole host": (HOST, ["a=1; Path=/"]),
    "for the whole domain": (HOST, ["a=1; Path=/; Domain=b.localhost"]),
    "for its own name": (HOST, ["a=1; Path=/; Domain=a.b.localhost"]),
    "with a dot": (HOST, ["a=1; Path=/; Domain=.b.localhost"]),
    "in capitals": (HOST, ["a=1; Path=/; Domain=B.LOCALHOST"]),
    "for another name": (HOST, ["a=1; Path=/; Domain=c.b.localhost"]),
    "for a name that only ends so": ("http://ab.localhost/", ["a=1; Domain=b.localhost"]),
    "for all of localhost": (HOST, ["a=1; Path=/; Domain=localhost"]),
    "localhost for itself": ("http://localhost/", ["a=1; Domain=localhost"]),
    "localhost with a dot": ("http://localhost/", ["a=1; Domain=.localhost"]),
    "with an empty domain": (HOST, ["a=1; Path=/; Domain="]),
    "with a dot for a domain": (HOST, ["a=1; Path=/; Domain=."]),
    "with two domains, the last empty": (HOST, ["a=1; Path=/; Domain=b.localhost; Domain="]),
    "with two dots": (HOST, ["a=1; Path=/; Domain=..b.localhost"]),
    "an address for itself": ("http://127.0.0.1/", ["a=1; Domain=127.0.0.1"]),
    "an address with a dot": ("http://127.0.0.1/", ["a=1; Domain=.127.0.0.1"]),
    "part of an address": ("http://127.0.0.1/", ["a=1; Domain=0.0.1"]),
    "path below": (HOST, ["a=1; Path=/x/y/z"]),
    "path with slash": (HOST, ["a=1; Path=/x/"]),
    "path without slash": (HOST, ["a=1; Path=/x"]),
    "path that is none": (HOST, ["a=1; Path=x"]),
    "two paths": (HOST, ["a=1; Path=/; Path=/x"]),
    "two paths, the last empty": (HOST, ["a=1; Path=/; Path="]),
    "too long a path": (HOST, [f"a=1; Path=/{'p' * 1024}"]),
    "one name on several paths": (HOST, ["a=1; Path=/", "a=2; Path=/x", "a=3; Path=/x/y", "a=4; Path=/z"]),
    "host and domain of one name": (HOST, ["a=1; Path=/; Domain=b.localhost", "a=2; Path=/"]),
    "order of setting": (HOST, ["b=1; Path=/", "a=1; Path=/", "c=1; Path=/x"]),
    "set again with another value": (HOST, ["a=1; Path=/", "b=1; Path=/", "a=2; Path=/"]),
    "set again with the same value": (HOST, ["a=1; Path=/", "b=1; Path=/", "a=1; Path=/; HttpOnly"]),
    "secure on loopback": (HOST, ["a=1; Path=/; Secure"]),
    "secure, then open": (HOST, ["a=1; Path=/; Secure", "a=2; Path=/"]),
    "secure over plain http": ("http://shop.test/", ["a=1; Path=/; Secure"]),
    "plain over plain http": ("http://shop.test/", ["a=1; Path=/; Domain=shop.test"]),
    "for a suffix": ("http://shop.test/", ["a=1; Path=/; Domain=test"]),
    "any site, not secure": (HOST, ["a=1; Path=/; SameSite=None"]),
    "any site, secure": (HOST, ["a=1; Path=/; SameSite=None; Secure"]),
    "partitioned": (HOST, ["a=1; Path=/; SameSite=None; Secure; Partitioned"]),
    "partitioned, not secure": (HOST, ["a=1; Path=/; Partitioned"]),
    "__Secure-": (HOST, ["__Secure-a=1; Secure", "__secure-b=1; Path=/"]),
    "__Host-": (HOST, ["__Host-a=1; Secure; Path=/", "__Host-b=1; Secure", "__Host-c=1; Path=/"]),
    "__Host- with a domain": (HOST, ["__Host-a=1; Secure; Path=/; Domain=a.b.localhost"]),
    "__Http-": (HOST, ["__Http-a=1; Secure; Path=/", "__Http-b=1; Secure; HttpOnly; Path=/"]),
    "__Host-Http-": (HOST, ["__Host-Http-a=1; Secure; HttpOnly; Path=/", "__Host-Http-b=1; Secure; Path=/"]),
    "a prefix without a name": (HOST, ["=__Host-a=1; Path=/", "__Secure-a; Path=/"]),
    "no name": (HOST, ["word; Path=/"]),
    "an empty name": (HOST, ["=word; Path=/"]),
    "nothing": (HOST, ["; Path=/", "=; Path=/"]),
    "an empty name, and = in the value": (HOST, ["=a=b; Path=/", "==; Path=/"]),
    "an empty value": (HOST, ["a=; Path=/"]),
    "a value with =": (HOST, ["a=b=c==; Path=/"]),
    "a quoted value": (HOST, ['a="x \\"y\\" z"; Path=/']),
    "spaces": (HOST, ["  a  =  x y  ;  Path = / "]),
    "a comma": (HOST, ["a=1,2; Path=/"]),
    "JSON": (HOST, ['a={"k":[1,2]}; Path=/']),
    "UTF-8": (HOST, ["a=zürich €; Path=/".encode().decode("latin-1")]),
    "UTF-8 whose last byte is a space in latin-1": (HOST, ["a=voilà; Path=/".encode().decode("latin-1")]),
    "latin-1": (HOST, ["a=z\xfcrich; Path=/"]),
    "a control character": (HOST, ["a=1\x012; Path=/"]),
    "a tab in the value": (HOST, ["a=1\t2; Path=/"]),
    "a tab elsewhere": (HOST, ["a=1;\tPath=/"]),
    "as long as can be": (HOST, [f"a={'v' * 4095}; Path=/"]),
    "longer": (HOST, [f"a={'v' * 4096}; Path=/"]),
    "unknown attributes": (HOST, ["a=1; Path=/; Priority=High; Foo"]),
    "Max-Age": (HOST, [f"a=1; Path=/; Max-Age={HOUR}"]),
    "Max-Age 0 deletes": (HOST, ["a=1; Path=/", "b=1; Path=/", "a=; Path=/; Max-Age=0"]),
    "Max-Age below 0": (HOST, ["a=1; Path=/; Max-Age=-1"]),
    "Max-Age with a sign": (HOST, ["a=1; Path=/; Max-Age=+5000"]),
    "Max-Age that is none": (HOST, ["a=1; Path=/; Max-Age=1.5", 'b=1; Path=/; Max-Age="0"', "c=1; Path=/; Max-Age="]),
    "Max-Age before Expires": (HOST, [f"a=1; Path=/; Max-Age={HOUR}; Expires={stamp(-HOUR)}"]),
    "Expires": (HOST, [f"a=1; Path=/; Expires={stamp(HOUR)}"]),
    "Expires in the past deletes": (HOST, ["a=1; Path=/", f"a=1; Path=/; Expires={stamp(-HOUR)}"]),
    "deleted on another path": (HOST, ["a=1; Path=/x", "a=; Path=/; Max-Age=0"]),
    "deleted for the domain only": (HOST, ["a=1; Path=/", "a=; Path=/; Domain=a.b.localhost; Max-Age=0"]),
}
DATES = [
    "Wed, 01 Jan 2031 00:00:00 GMT",
    "Wednesday, 01-Jan-31 00:00:00 GMT",
    "Wed Jan  1 00:00:00 2031",
    "2031 Jan 1 00:00:00",
    "1 January 2031 0:0:0.5",
    "Wed, 1-Jan-31 1:2:3 PM",
    "1 Jan 2031 24:00:00",
    "31 Feb 2031 00:00:00",
    "1 Jan 2031",
    "1 Jan 2031 00:00",
    "01/01/2031 00:00:00",
    "1 Jan 99999 00:00:00",
    "1 Jan 031 00:00:00",
    "1 Jan 70 00:00:00",
    "1 Jan 69 00:00:00",
    "1 Jan 1600 00:00:00",
    "1 Jan 1900 00:00:00",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "0",
    "-1",
    "",
]
SET["dates"] = (HOST, [f"d{i}={i}; Path=/; Expires={date}" for i, date in enumerate(DATES)])
ASKED = [
    "http://a.b.localhost/x/y",
    "http://a.b.localhost/x/y/z",
    "http://a.b.localhost/xx",
    "http://a.b.localhost/",
    "http://b.localhost/",
    "http://c.a.b.localhost/x/y",
    "http://ab.localhost/",
    "http://localhost/",
    "http://127.0.0.1/",
    "http://shop.test/",
    "http://shop.test/x/y",
    "http://sub.shop.test/",
]
DOMAINS = [
    "localhost",
    "b.localhost",
    ".b.localhost",
    "a.b.localhost",
    ".a.b.localhost",
    "127.0.0.1",
    "shop.test",
    ".shop.test",
    "sub.shop.test",
]
PATHS = ["/", "/x", "/x/", "/x/y"]


@pytest.fixture(scope="module")
def echo() -> Iterator[Site]:
    """One site for the whole table."""
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    """One page for the whole table."""
    return browser.new_context().new_page()


def serve(site: Site, headers: list[str]) -> None:
    """Set cookies when asked with a query, and always say which Cookie header came."""

    def answer(asked: Asked) -> Answer:
        setting = [("Set-Cookie", header) for header in headers] if "?" in asked.path else []
        return Answer(ascii(asked.headers["Cookie"]).encode(), headers=setting)

    for path in {urlsplit(url).path for url in ASKED}:
        site.pages[path] = answer


def at(site: Site, url: str) -> str:
    """The same URL at the port of the site."""
    parts = urlsplit(url)
    return site.url(parts.path, parts.netloc)


def stored(cookies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What can be compared, in a fixed order; times only as far away as a test may take."""
    facts = [
        {name: cookie[name] for name in ("name", "value", "domain", "path", "secure", "httpOnly")}
        | {"value": cookie["value"].encode(errors="ignore")}
        | {"sameSite": cookie.get("sameSite", "Lax"), "expires": pytest.approx(cookie["expires"], abs=20)}
        for cookie in cookies
    ]
    return sorted(facts, key=lambda fact: (fact["domain"], fact["path"], fact["name"]))


@pytest.mark.parametrize("case", SET)
def test_keeps_and_sends_what_chromium_does(case: str, page: Page, session: Session, echo: Site) -> None:
    """After the same Set-Cookie headers, jar and browser hold the same cookies and send them in the same order."""
    url, headers = at(echo, SET[case][0]), SET[case][1]
    serve(echo, headers)
    page.context.clear_cookies()
    page.goto(f"{url}?set", wait_until="commit")
    session.get(f"{url}?set")
    answer = page.goto(url, wait_until="commit")

    assert stored(list(page.context.cookies())) == stored(session.cookies.to_playwright())
    assert answer is not None
    assert answer.body() == session.get(url).content


def test_sends_each_cookie_where_chromium_does(page: Page, session: Session, echo: Site) -> None:
    """Of 72 cookies of all kinds, jar and browser send the same ones to each of 12 addresses, in the same order."""
    serve(echo, [])
    page.context.clear_cookies()
    kinds = list(itertools.product(DOMAINS, PATHS, (False, True)))
    page.context.add_cookies(
        [
            {"name": f"c{i % 7}", "value": str(i), "domain": domain, "path": path, "secure": secure}
            for i, (domain, path, secure) in enumerate(kinds)
        ]
    )
    session.adopt(cookies=page.context.cookies())

    for url in ASKED:
        answer = page.goto(at(echo, url), wait_until="commit")
        assert answer is not None
        assert (url, answer.body()) == (url, session.get(at(echo, url)).content)


def test_hands_cookies_back_as_they_came(context: BrowserContext, browser: Browser) -> None:
    """A browser that gets the jar's cookies holds what the first browser held, partition and all."""
    far, site = time.time() + HOUR, "https://acme.example"
    context.add_cookies(
        [
            {
                "name": "sid",
                "value": "1",
                "domain": "acme.example",
                "path": "/",
                "httpOnly": True,
                "sameSite": "Strict",
            },
            {"name": "sid", "value": "2", "domain": ".acme.example", "path": "/", "secure": True, "expires": far},
            {"name": "p", "value": "3", "domain": "api.example", "path": "/a", "secure": True, "partitionKey": site},
            {"name": "p", "value": "4", "domain": "api.example", "path": "/a", "secure": True, "sameSite": "None"},
        ]
    )
    won = context.cookies()
    again = browser.new_context()
    again.add_cookies(CookieJar.from_playwright(won).to_playwright())

    assert stored(won) == stored(again.cookies())
    assert [cookie.get("partitionKey") for cookie in won] == [cookie.get("partitionKey") for cookie in again.cookies()]
    assert max(cookie["expires"] for cookie in won) == pytest.approx(far, abs=1)


def cookie(**facts: Any) -> dict[str, Any]:
    """A cookie as Playwright tells it."""
    return {"name": "a", "value": "1", "domain": "acme.example", "path": "/", "expires": -1} | facts


def test_expires_minus_one_is_a_session_cookie() -> None:
    """Playwright's -1 does not put the cookie's end into 1969."""
    jar = CookieJar.from_playwright([cookie(expires=-1)])

    assert jar.header_for("https://acme.example/") == "a=1"


def test_cookies_end_by_the_clock_that_the_jar_was_given() -> None:
    """A cookie is sent until its time has come."""
    clock = [1000.0]
    jar = CookieJar.from_playwright([cookie(expires=1010.5)], now=lambda: clock[0])

    assert jar.header_for("https://acme.example/") == "a=1"
    clock[0] = 1011
    assert jar.header_for("https://acme.example/") == ""


def test_a_server_with_a_wrong_clock_means_its_own_time(session: Session, site: Site) -> None:
    """Expires is read by the Date beside it, as Chromium does."""
    url = site.page("/", Set_Cookie=f"a=1; Expires={stamp(-23 * HOUR)}", Date=stamp(-24 * HOUR))
    session.get(url)

    assert [kept.expires for kept in session.cookies] == [pytest.approx(time.time() + HOUR, abs=20)]


def test_open_cookies_do_not_stand_before_secure_ones(session: Session, site: Site) -> None:
    """Plain http cannot replace or shadow a Secure cookie of the same name."""
    session.adopt(cookies=[cookie(domain=".shop.test", path="/x", secure=True)])
    serve(site, ["a=2; Path=/x", "a=3; Path=/x/y; Domain=shop.test", "a=4; Path=/"])
    session.get(site.url("/?set", "shop.test"))

    assert sorted((kept.value, kept.path) for kept in session.cookies) == [("1", "/x"), ("4", "/")]


def test_a_partition_keeps_its_own(session: Session, site: Site) -> None:
    """A cookie that the site renews for a partition replaces the one of that partition, and no other."""
    known = [
        cookie(domain="127.0.0.1", value="open"),
        cookie(domain="127.0.0.1", value="1", partitionKey="https://x.y"),
    ]
    session.adopt(cookies=known)
    serve(site, ["a=2; Path=/; Secure; Partitioned"])
    session.get(site.url("/?set"))

    assert [(kept["value"], kept.get("partitionKey")) for kept in session.cookies.to_playwright()] == [
        ("open", None),
        ("2", "https://x.y"),
    ]


def test_a_partitioned_cookie_stands_beside_an_open_one(session: Session, site: Site) -> None:
    """As in a browser, also when no browser told of a partition."""
    serve(site, ["a=1; Path=/", "a=2; Path=/; Secure; Partitioned"])
    session.get(site.url("/?set"))

    assert session.cookies.header_for(site.url("/")) == "a=1; a=2"


@pytest.mark.parametrize("path", ["/caf%c3%a9/x", "/caf%C3%A9/x", "/café/x"])
def test_a_path_is_one_however_it_is_escaped(session: Session, site: Site, path: str) -> None:
    """The browser's /caf%c3%a9 is what requests asks for as /caf%C3%A9; a cookie for it goes there, and is replaced."""
    session.adopt(cookies=[cookie(domain="127.0.0.1", path="/caf%c3%a9")])
    serve(site, ["a=2"])
    site.pages["/caf%C3%A9/x"] = site.pages["/"]

    assert session.get(f"{site.url(path)}?set").content == b"'a=1'"
    assert [(kept.value, kept.path) for kept in session.cookies] == [("2", "/caf%C3%A9")]


def test_one_name_on_several_paths_is_no_conflict(session: Session, site: Site) -> None:
    """Each request gets the right ones; only asking for the one value of the name is refused."""
    session.adopt(cookies=[cookie(domain="127.0.0.1", path=path, value=path) for path in ("/", "/a/", "/b/")])
    serve(site, [])
    site.pages["/a/"] = site.pages["/"]

    assert session.get(site.url("/a/")).content == b"'a=/a/; a=/'"
    with pytest.raises(CookieConflictError):
        session.cookies["a"]


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://localhost:81/", True),
        ("http://a.localhost/", False),
        ("https://localhost/", True),
        ("http://localhost.example/", False),
    ],
)
def test_localhost_is_a_host_like_any_other(url: str, sent: bool) -> None:
    """A cookie for localhost needs no other name; ports and schemes do not divide cookies."""
    jar = CookieJar.from_playwright([cookie(domain="localhost", secure=True)])

    assert bool(jar.header_for(url)) == sent


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://acme.example/", True),
        ("http://acme.example/", False),
        ("http://127.0.0.9/", True),
        ("http://[::1]:8080/", True),
        ("http://10.0.0.1/", False),
    ],
)
def test_secure_cookies_go_over_https_and_to_this_machine(url: str, sent: bool) -> None:
    """Loopback counts as secure, as in browsers."""
    jar = CookieJar.from_playwright(
        [cookie(domain=host, secure=True) for host in ("acme.example", "127.0.0.9", "[::1]", "10.0.0.1")]
    )

    assert bool(jar.header_for(url)) == sent


def test_a_cookie_without_a_domain_goes_home() -> None:
    """With a home, it is for that host only."""
    jar = CookieJar(home="acme.example")
    jar.set("a", "1")

    assert jar.header_for("https://acme.example/") == "a=1"
    assert jar.header_for("https://sub.acme.example/") == ""
    assert jar.header_for("https://other.example/") == ""


def test_a_cookie_without_a_domain_and_a_home_is_refused() -> None:
    """It is not sent to every host, as requests would."""
    with pytest.raises(ValueError, match="'a' needs a domain"):
        CookieJar().set("a", "1")


def test_a_domain_without_a_dot_is_one_host() -> None:
    """What user code sets for a host does not go to its subdomains."""
    jar = CookieJar()
    jar.set("a", "1", domain="Acme.example")
    jar.set("b", "2", domain=".acme.example")

    assert jar.header_for("https://acme.example/") == "a=1; b=2"
    assert jar.header_for("https://sub.acme.example/") == "b=2"


def test_keeps_the_quotes_of_a_value() -> None:
    """requests takes escaped quotes out."""
    jar = CookieJar.from_playwright([cookie(value='"x \\"y\\" z"')])

    assert jar.header_for("https://acme.example/") == 'a="x \\"y\\" z"'


def test_sends_text_as_utf_8() -> None:
    """http.client writes headers in latin-1, so each byte of the UTF-8 stands for a character."""
    jar = CookieJar.from_playwright([cookie(value="zürich €")])

    assert jar.header_for("https://acme.example/").encode("latin-1") == "a=zürich €".encode()


def test_takes_in_other_jars_and_dicts() -> None:
    """`update` works with what requests' own jar works with."""
    other = RequestsCookieJar()
    other.set("a", "1", domain="acme.example")
    jar = CookieJar(home="home.example")
    jar.update(other)
    jar.update({"b": "2"})

    assert jar.get_dict("acme.example") == {"a": "1"}
    assert jar.get_dict("home.example") == {"b": "2"}


def test_removes_as_requests_does() -> None:
    """By name, by place, all of them; what is not there is a KeyError."""
    jar = CookieJar.from_playwright(
        [cookie(name=name, domain=domain) for name in "abc" for domain in ("x.example", "y.example")]
    )
    del jar["a"]
    jar.clear("x.example", "/", "b")
    jar.set("c", None, domain="y.example")  # type: ignore[arg-type]  # requests takes None for "remove it"

    assert sorted((kept.name, kept.domain) for kept in jar) == [("b", "y.example"), ("c", "x.example")]
    jar.clear("x.example")
    assert [kept.name for kept in jar] == ["b"]
    with pytest.raises(KeyError):
        jar.clear("x.example")
    jar.clear()
    assert len(jar) == 0


def test_a_copy_is_its_own() -> None:
    """Changing one leaves the other, and its cookies, as they are."""
    jar = CookieJar.from_playwright([cookie()], home="h.example", now=lambda: 5.0)
    other = jar.copy()
    other["a"] = "2"
    other.set("a", "3", domain="acme.example")

    assert (jar.get_dict(), other.home, other.now()) == ({"a": "1"}, "h.example", 5.0)


def test_may_change_while_it_is_walked_through() -> None:
    """As it does when another thread gets an answer."""
    jar = CookieJar.from_playwright([cookie(name=name) for name in "abc"])
    for kept in jar:
        jar.set(f"{kept.name}2", "1", domain="acme.example")

    assert jar.keys() == ["a", "b", "c", "a2", "b2", "c2"]


def test_shows_no_values() -> None:
    """Neither repr nor str of a jar holds a secret."""
    jar = CookieJar.from_playwright([cookie(value="s3cret")])

    assert f"{jar!r} {jar}".count("<CookieJar: 1 cookies for acme.example>") == 2
