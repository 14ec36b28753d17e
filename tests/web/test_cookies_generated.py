"""Any cookie that Chromium would send to a URL is sent by the session, and no other: generated, and asked of both."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from tests.authority import Authority
from tests.web.conftest import Answer, Asked, Everywhere, Handler, Site
from toolkit.web import Browser, Session

LOOPBACK_HOSTS = ["localhost", "a.localhost", "b.a.localhost", "A.LocalHost", "c.localhost", "127.0.0.1"]
ORIGINS = [(secure, host) for secure in (False, True) for host in LOOPBACK_HOSTS]
ORIGINS += [(False, "shop.test"), (False, "sub.shop.test")]
PATHS = [
    "/",
    "/x",
    "/x/",
    "/x/y",
    "/xy",
    "/X",
    "/x//y",
    "/x/caf%c3%a9/",
    "/x/é",
    "/x/~me",
    "/x/a%2Fb",
    "/x/a b",
    "/x/a|b",
]

NAMES = ["a", "A", "sid", "b c", "ä€", '"q"', "a[0]", "$Version", "Path", ""]
PREFIXES = ["", "__Host-", "__Secure-", "__hOST-", "__Http-", "__Host-Http-"]
VALUES = [
    "",
    "1",
    "22",
    "x=y=",
    '"q"',
    '"q',
    '" q, r "',
    "a b",
    "à",
    "€",
    '{"k":[1,2]}',
    "'",
    "\\",
    "%3D%22",
    "__Host-x",
]
LETTERS = st.characters(min_codepoint=32, max_codepoint=0x17F, categories=["L", "N", "P", "S", "Zs"])
COOKIE_PATHS = [*PATHS, "/", "/x", "", "x", "/x/%C3%A9", "/x/a%20b", "/x/a%", '"/x"', "/x?", "/x/../x"]
DOMAINS = [
    *LOOPBACK_HOSTS,
    ".a.localhost",
    "a.localhost",
    "shop.test",
    ".shop.test",
    ".localhost",
    "test",
    "",
    ".",
    "a b",
]
AGES = ["0", "-1", "+3600", "3600", "99999999999", "1.5", "ten", ""]
DATES = ["Wed, 01 Jan 2099 00:00:00 GMT", "Thursday, 01-Jan-70 00:00:01 GMT", "1 Jan 99 0:0:0", "soon", ""]
FLAGS = ["Secure", "secure", "HttpOnly", "Priority=High", "a"]
# Read again at once: Chromium need not have written a cookie when a script has set it, and the next request goes out
# another way.
SET = "(texts) => { texts.forEach((text) => { document.cookie = text; }); return document.cookie; }"
ASK = """(paths) => Promise.all(paths.map(async (path) => {
  const answer = await fetch(path, {cache: "no-store"});
  return answer.text();
}))"""


@dataclass(frozen=True)
class Step:
    """A page, what it sets by its headers, and then by its script."""

    origin: tuple[bool, str]
    path: str
    headers: Sequence[str]
    scripts: Sequence[str] = ()


@dataclass(frozen=True)
class Story:
    """What the browser alone does, what browser and session do after that, and where both then go."""

    before: Sequence[Step]
    after: Sequence[Step]
    origins: Sequence[tuple[bool, str]]


def maybe(*values: str) -> st.SearchStrategy[str | None]:
    """One of them, or none, as often as not."""
    return st.none() | st.sampled_from(values)


@st.composite
def cookies(draw: st.DrawFn, flags: Sequence[str]) -> str:
    """What a Set-Cookie header or document.cookie may say."""
    name = draw(st.sampled_from(NAMES)) if draw(st.booleans()) else draw(st.sampled_from(PREFIXES)) + "a"
    value = draw(st.sampled_from(VALUES) | st.text(LETTERS, max_size=6))
    attributes = {
        "Path": draw(maybe(*COOKIE_PATHS)),
        "Domain": draw(st.none() | maybe(*DOMAINS)),
        "max-age": draw(st.none() | maybe(*AGES)),
        "Expires": draw(st.none() | maybe(*DATES)),
        "SameSite": draw(maybe("Strict", "lax", "None", "x", "")),
    }
    said = [f"{key}={text}" for key, text in attributes.items() if text is not None]
    said += draw(st.lists(st.sampled_from(flags), max_size=3))
    space = draw(st.sampled_from(["", " ", "  "]))
    pair = draw(st.sampled_from([f"{name}={value}", f"{name}={value}", f"{space}{name}{space}={space}{value}", value]))
    return f";{space}".join([pair, *draw(st.permutations(said))])


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Some sixty cookies of three origins; those of partitions are for sites that have one scheme."""
    one_scheme = draw(st.booleans())
    known = [origin for origin in ORIGINS if origin[0] or not one_scheme]
    origins = draw(st.lists(st.sampled_from(known), min_size=3, max_size=3, unique=True))
    flags = [*FLAGS, "Partitioned"] if one_scheme else FLAGS
    page = {"origin": st.sampled_from(origins), "path": st.sampled_from(PATHS)}
    headers = st.lists(cookies(flags), min_size=10, max_size=16)
    before = st.lists(st.builds(Step, **page, headers=headers, scripts=headers), min_size=2, max_size=2)
    after = st.lists(st.builds(Step, **page, headers=headers), min_size=2, max_size=2)
    return Story(draw(before), draw(after), origins)


class Sites:
    """One site at http and at https, which sets what is in `setting` when asked with a query, and says what came."""

    def __init__(self, certificate: Path) -> None:
        self.setting: Sequence[str] = ()
        self.schemes = {False: Site(), True: Site(certificate)}
        for site in self.schemes.values():
            site.pages = Everything(self._answer)

    def url(self, origin: tuple[bool, str], path: str) -> str:
        """The address of a path."""
        secure, host = origin
        return self.schemes[secure].url(path, host)

    def close(self) -> None:
        """Close both."""
        for site in self.schemes.values():
            site.close()

    def _answer(self, asked: Asked) -> Answer:
        headers = (
            [("Set-Cookie", text.encode().decode("latin-1")) for text in self.setting] if "?" in asked.path else []
        )
        return Answer(ascii(asked.headers["Cookie"]).encode(), headers=headers)


class Everything(dict[str, Handler]):
    """Every path there is."""

    def __init__(self, handler: Handler) -> None:
        super().__init__()
        self.handler = handler

    def get(self, *_: object) -> Handler:
        """Return the same handler for each."""
        return self.handler


@dataclass
class Both:
    """The browser's page and the session, and what they were told."""

    sites: Sites
    page: Page
    session: Session
    counted: Counter[str]

    def live(self, story: Story) -> None:
        """Go through a story, and compare before and after the session receives cookies by itself."""
        for step in story.before:
            self._set(step)
        self.session.adopt(cookies=self.page.context.cookies())
        self._compare(story)
        for step in story.after:
            self.session.get(self._set(step))
        self._compare(story)

    def _set(self, step: Step) -> str:
        url = self.sites.url(step.origin, f"{step.path}?set")
        self.sites.setting = step.headers
        self.page.goto(url, wait_until="commit")
        self.page.evaluate(SET, list(step.scripts))
        self.counted["cookies"] += len(step.headers) + len(step.scripts)
        return url

    def _compare(self, story: Story) -> None:
        for origin in story.origins:
            self.page.goto(self.sites.url(origin, "/"), wait_until="commit")
            sent = dict(zip(PATHS, self.page.evaluate(ASK, PATHS), strict=True))
            assert {path: self.session.get(self.sites.url(origin, path)).content.decode() for path in PATHS} == sent, (
                origin
            )
            self.counted["urls"] += len(sent)
            self.counted["sent"] += sum(header.count("=") for header in sent.values())


@pytest.fixture(scope="module")
def sites(authority: Authority) -> Iterator[Sites]:
    """Both sites, with a certificate."""
    with closing(Sites(authority.server)) as sites:
        yield sites


def test_what_chromium_sends_is_sent_and_no_more(browser: Browser, sites: Sites, authority: Authority) -> None:
    """Header for header, in the same order, for more than 500 cookies that headers and scripts set, each kind of host,
    path, prefix, age and flag among them; both for those that were handed over and for those received later.
    """
    context = browser.new_context(ignore_https_errors=True)
    page, counted = context.new_page(), Counter[str]()

    @settings(max_examples=8, derandomize=True, deadline=None, phases=[Phase.generate], database=None)
    @given(stories())
    def goes_alike(story: Story) -> None:
        context.clear_cookies()
        with Session(Everywhere()) as session:
            session.verify = str(authority.ca_file)
            Both(sites, page, session, counted).live(story)

    goes_alike()
    context.close()

    assert counted["cookies"] > 500
    assert counted["urls"] > 500
    assert counted["sent"] > 1000
