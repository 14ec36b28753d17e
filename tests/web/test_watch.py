"""What a real page shows while it logs in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.web.conftest import Asked, Site
from toolkit.errors import Blocked
from toolkit.web import Browser, Session, Watch, browser_face
from toolkit.web.learned import Places
from toolkit.web.watch import Failure, same_site


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    """A watch on the context."""
    watch = Watch()
    watch.attach(context)
    return watch


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Page:
    """A page of the site."""
    page = context.new_page()
    page.goto(site.page("/", b"<p>bills", Content_Type="text/html").replace("127.0.0.1", "www.shop.test"))
    site.asked.clear()
    return page


def fetch(page: Page, url: str, **headers: str) -> None:
    """Let the page's own script ask, and wait for the answer."""
    page.evaluate("([url, headers]) => fetch(url, {headers}).then(r => r.text(), e => '')", [url, headers])


def test_learns_the_last_token_of_each_origin(watch: Watch, page: Page, new_site: Callable[[], Site]) -> None:
    """From fetch and from XMLHttpRequest, however the page spells the header."""
    api = new_site()
    url = api.page("/")
    for value in ("Bearer old", "Bearer new"):
        fetch(page, url, Authorization=value)
    page.evaluate(
        """() => new Promise(done => {
            const call = new XMLHttpRequest()
            call.open("POST", "/login"), call.setRequestHeader("AUTHORIZATION", "Token x")
            call.onloadend = done, call.send()
        })"""
    )
    origin = page.url.rstrip("/")

    assert headers_of(watch) == {
        (url.rstrip("/"), "authorization"): "Bearer new",
        (origin, "authorization"): "Token x",
    }


def test_learns_nothing_from_what_browsers_send_by_themselves(watch: Watch, page: Page) -> None:
    """Nor from the type of a body; a header of the app's own is learned."""
    fetch(page, f"{page.url}api", Accept="application/json")
    assert headers_of(watch) == {}

    fetch(page, f"{page.url}api", **{"X-Requested-With": "XMLHttpRequest"})
    assert list(headers_of(watch).values()) == ["XMLHttpRequest"]


def test_tells_that_a_token_came_in_an_answer(watch: Watch, page: Page, site: Site) -> None:
    """However deep in its JSON it stood."""
    site.page("/login", b'{"data": {"token": "t0ken-of-ada"}}', Content_Type="application/json")
    fetch(page, f"{page.url}login")
    fetch(page, f"{page.url}api", Authorization="Bearer t0ken-of-ada")

    (learned,) = watch.learned(Places({}))
    assert (learned.source, learned.value) == ("answer of /login", "Bearer t0ken-of-ada")


def test_waits_for_the_calls_that_a_page_still_makes(watch: Watch, page: Page, site: Site) -> None:
    """One after the other, as an application does that has just greeted somebody."""
    site.page("/1"), site.page("/2"), site.page("/3")
    page.evaluate(
        """() => {
            const ask = (n) => fetch(`/${n}`, {headers: {"X-Token": `t0ken-${n}`}})
            ask(1).then(() => ask(2)).then(() => ask(3))
        }"""
    )
    watch.rest(page)

    assert list(headers_of(watch).values()) == ["t0ken-3"]


def headers_of(watch: Watch) -> dict[tuple[str, str], str]:
    """What was learned of the app, by origin and name."""
    learned = watch.learned(Places({}))
    return {(one.origin, one.name): one.value for one in learned if one.source != "browser"}


def test_the_session_has_the_browsers_face(browser: Browser, site: Site, session: Session) -> None:
    """The server sees from both the same user agent, languages and client hints."""
    with browser.new_context(locale="fr-CH") as context:
        watch = Watch()
        watch.attach(context)
        context.new_page().goto(site.page("/bills"))
        session.adopt(headers=browser_face(watch))
    session.get(site.url("/bills"))

    def face(asked: Asked) -> dict[str, str]:
        return {name.lower(): value for name, value in asked.headers.items() if name.lower().startswith(known)}

    known = ("user-agent", "accept-language", "sec-ch-ua")
    by_path = [asked for asked in site.asked if asked.path == "/bills"]
    assert {"accept-language", "sec-ch-ua", "sec-ch-ua-platform"} < set(face(by_path[0]))
    assert face(by_path[0]) == face(by_path[1])


def test_a_page_that_never_came_has_no_face(context: BrowserContext, watch: Watch, site: Site) -> None:
    """What was not sent is not known."""
    site.close()
    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
        context.new_page().goto(site.url())

    assert browser_face(watch) == {}
    assert watch.failure() == Failure(site.url(), "ERR_CONNECTION_REFUSED")


def test_notices_that_the_site_is_down(watch: Watch, page: Page, site: Site) -> None:
    """A call that gets a server error; its query stays out."""
    site.page("/api", status=503)
    with page.expect_response("**/api*"):
        fetch(page, f"{page.url}api?token=s3cret")

    assert watch.failure() == Failure(f"{page.url}api", "HTTP 503")


def test_notices_that_nobody_answers_any_more(watch: Watch, page: Page, site: Site) -> None:
    """The last failure is the one that is told."""
    site.page("/api", status=503)
    fetch(page, f"{page.url}api")
    site.close()
    with page.expect_event("requestfailed"):
        fetch(page, f"{page.url}login")

    assert watch.failure() == Failure(f"{page.url}login", "ERR_CONNECTION_REFUSED")


def test_a_call_that_works_later_was_no_failure(watch: Watch, page: Page, site: Site) -> None:
    """Pages try again."""
    site.page("/api", status=502)
    fetch(page, f"{page.url}api")
    site.page("/api")
    with page.expect_response("**/api"):
        fetch(page, f"{page.url}api")

    assert watch.failure() is None


def test_other_sites_and_pictures_do_not_count(watch: Watch, page: Page, site: Site) -> None:
    """An advertiser that is down, a refusal, a missing picture and what the page gives up itself are no failure."""
    site.page("/ads", status=503)
    site.page("/401", status=401)
    fetch(page, site.url("/ads"))
    fetch(page, f"{page.url}401")
    page.evaluate("() => new Promise(done => { const i = new Image(); i.onerror = done; i.src = '/ads' })")
    with page.expect_event("requestfailed", lambda request: request.resource_type == "fetch"):
        page.evaluate(
            "() => { const c = new AbortController(); fetch('/', {signal: c.signal}).catch(e => e); c.abort() }"
        )

    assert watch.failure() is None


def test_an_api_beside_the_page_counts(watch: Watch, page: Page, site: Site) -> None:
    """It is of the same site when the last two labels are the same."""
    site.page("/api", status=500)
    with page.expect_response("**/api"):
        fetch(page, site.url("/api", "api.shop.test"))

    assert watch.failure() == Failure(site.url("/api", "api.shop.test"), "HTTP 500")


@pytest.mark.parametrize(
    ("url", "other", "same"),
    [
        ("https://www.acme.example/", "https://api.acme.example:8080/x", True),
        ("https://acme.example/", "https://acme.test/", False),
        ("http://127.0.0.1:1/", "http://127.0.0.1:2/", True),
        ("http://127.0.0.1/", "http://10.1.0.1/", False),
        ("http://localhost/", "http://localhost:1/", True),
    ],
)
def test_same_site(url: str, other: str, same: bool) -> None:
    """As far as names tell."""
    assert same_site(url, other) == same


def test_shows_no_secret(watch: Watch, page: Page) -> None:
    """repr tells numbers only."""
    fetch(page, f"{page.url}api", Authorization="Bearer s3cret")

    assert headers_of(watch)
    assert "s3cret" not in repr(watch)


def test_the_way_to_the_login_is_remembered(
    watch: Watch, context: BrowserContext, new_site: Callable[[], Site]
) -> None:
    """Where the browser began, and where that led; not what came later, nor where it is in the end."""
    site = new_site()
    start = site.page("/", status=302, Location="/in")
    site.page("/in", status=302, Location="/login?next=/")
    site.page("/login", b"<p>login", Content_Type="text/html")
    page = context.new_page()
    page.goto(start)
    page.goto(site.page("/home", b"<p>home", Content_Type="text/html"))
    way_in = {site.url(path) for path in ("/", "/in", "/login")}

    assert watch.login_pages() == watch.login_pages(page.url) == way_in
    assert watch.login_pages(site.url("/login#top")) == way_in - {site.url("/login")}
    assert watch.login_pages(start) == way_in


WALL = {"Content_Type": "text/html", "Cf_Mitigated": "challenge"}


def test_a_wall_that_keeps_the_page_out_is_told(watch: Watch, page: Page, site: Site) -> None:
    """Whether the page is refused or what it sends; until the browser gets through."""
    assert watch.refusal() is None
    page.goto(site.page("/bills", b"one moment", status=403, **WALL))
    assert "Cloudflare" in str(watch.refusal())

    page.goto(site.page("/bills", b"bills", Content_Type="text/html"))
    assert watch.refusal() is None

    site.page("/login", b"", status=403, **WALL)
    page.evaluate("fetch('/login', {method: 'POST'}).then(r => r.text())")
    assert isinstance(watch.refusal(), Blocked)


def test_a_body_that_the_page_never_reads_is_not_waited_for(watch: Watch, page: Page, site: Site) -> None:
    """The browser keeps it open for ever: neither a refusal nor where a token came from is told by it."""
    told = {"Content_Type": "application/json", "Cache_Control": "no-store"}
    url = site.page("/down", b'{"token": "abcdef"}', status=503, **told)
    page.evaluate("async (url) => { window.kept = await fetch(url, {method: 'POST'}); }", url)
    fetch(page, page.url, Authorization="Bearer abcdef")

    assert watch.refusal() is None
    assert sources_of(watch) == {"page"}
    page.evaluate("() => window.kept.text()")
    assert sources_of(watch) == {"answer of /down"}


def sources_of(watch: Watch) -> set[str]:
    """Where the tokens are from."""
    return {one.source for one in watch.learned(Places({})) if one.name == "authorization"}


def test_a_wall_before_what_does_not_matter_is_none(watch: Watch, page: Page, site: Site) -> None:
    """A script that a page asks for beside may be refused, and the login goes on."""
    fetch(page, site.page("/sensor", b"", status=403, **WALL))

    assert watch.refusal() is None
