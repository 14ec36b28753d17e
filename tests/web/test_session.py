"""The session: cookies and tokens stay where they belong, and everything of requests works."""

import io
import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.auth import HTTPBasicAuth, HTTPDigestAuth
from requests.cookies import RequestsCookieJar
from urllib3 import HTTPResponse

from tests.web.conftest import Answer, Asked, Everywhere, Site
from toolkit.errors import Blocked
from toolkit.transport import Live
from toolkit.web import CookieJar, Learned, Session
from toolkit.web.origin import origin_of

NewSite = Callable[[], Site]


def token(value: str) -> dict[str, str]:
    """Headers as a page sends them: one that requests knows, and one that it does not."""
    return {"authorization": f"Bearer {value}", "x-token": value}


def told(asked: Asked) -> list[str | None]:
    """What one request told the server."""
    return [asked.headers[name] for name in ("Authorization", "X-Token", "Cookie")]


# --- where requests go


def test_relative_urls_are_joined_to_the_base(site: Site) -> None:
    """As a link on the base page would be; absolute ones are taken as they are."""
    site.page("/app/bills", b"bills")
    site.page("/top", b"top")
    with Session(Live(), base_url=site.url("/app/")) as session:
        answers = [
            session.get(url).text for url in ("bills", "/top", "?x=1", site.url("/top"), "//" + site.url("/top")[7:])
        ]

    assert answers == ["bills", "top", "", "top", "top"]


def test_without_a_base_a_relative_url_is_refused(session: Session) -> None:
    """The error is that of requests."""
    with pytest.raises(requests.exceptions.MissingSchema):
        session.get("/bills")


@pytest.mark.parametrize(("usual", "own"), [(0.05, None), (30, 0.05)])
def test_a_silent_site_is_given_up(usual: float, own: float | None, site: Site) -> None:
    """Every request has the session's timeout, unless it has its own."""
    release = threading.Event()
    site.pages["/"] = lambda _: Answer(status=200 if release.wait(20) else 500)
    with Session(Live(), timeout=usual) as session, pytest.raises(requests.ReadTimeout):
        session.get(site.url(), timeout=own)
    release.set()


def test_the_environment_is_not_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy from outside."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    with Session(Live(backoff=0)) as session:
        assert session.get(site.page("/", b"direct")).text == "direct"


# --- cookies


def test_cookies_are_kept_on_every_hop(site: Site, session: Session) -> None:
    """What a redirect sets is sent on the next hop, and what it deletes is not."""
    site.page("/1", status=302, Location="/2", Set_Cookie="a=1; Path=/")
    site.page("/2", status=302, Location="/3", Set_Cookie="b=2; Path=/")
    site.page("/3", status=302, Location="/4", Set_Cookie="a=; Path=/; Max-Age=0")
    session.get(site.url("/1"))

    assert [told(asked)[2] for asked in site.asked] == [None, "a=1", "a=1; b=2", "b=2"]
    assert session.cookies.get_dict() == {"b": "2"}


def test_host_only_cookies_stay_on_their_host(site: Site, session: Session) -> None:
    """Not even a redirect takes them to a subdomain."""
    session.cookies.set("a", "1", domain="shop.test")
    site.page("/", status=302, Location=site.url("/end", "sub.shop.test"))
    session.get(site.url("/", "shop.test"))

    assert [told(asked)[2] for asked in site.asked] == ["a=1", None]


def test_cookies_of_one_request_are_for_its_host(site: Site, session: Session) -> None:
    """They go with the session's own, along redirects on that host, to no other, and are gone afterwards."""
    session.cookies.set("a", "1", domain="shop.test")
    site.page("/", status=302, Location="/next")
    site.page("/next", status=302, Location=site.url("/end", "other.test"))
    session.get(site.url("/", "shop.test"), cookies={"b": "2"})
    session.get(site.url("/next", "shop.test"))

    assert [told(asked)[2] for asked in site.asked] == ["a=1; b=2", "a=1; b=2", None, "a=1", None]


def test_a_cookie_header_of_ones_own_wins(site: Site, session: Session) -> None:
    """It replaces the session's cookies on that request, and does not follow redirects."""
    session.cookies.set("a", "1", domain="127.0.0.1")
    site.page("/", status=302, Location="/end")
    session.get(site.url(), headers={"Cookie": "own=1"})

    assert [told(asked)[2] for asked in site.asked] == ["own=1", "a=1"]


def test_any_jar_becomes_an_exact_one(site: Site) -> None:
    """Code that puts a jar of requests into the session still gets exact cookies, at home on the base URL."""
    with Session(Live(), base_url=site.url()) as session:
        other = RequestsCookieJar()
        other.set("a", "1")
        session.cookies = other
        session.cookies["b"] = "2"
        session.get("/")

    assert isinstance(session.cookies, CookieJar)
    assert told(site.asked[0])[2] == "a=1; b=2"


def test_a_cookie_for_every_host_is_refused(session: Session) -> None:
    """Without a base URL nobody knows whose it is."""
    with pytest.raises(ValueError, match="needs a domain"):
        session.cookies["a"] = "1"


def test_requests_prepared_elsewhere_get_exact_cookies_too(site: Site, session: Session) -> None:
    """As in requests they bring their own cookies, and take up the session's on redirects."""
    session.cookies.set("a", "1", domain="shop.test")
    site.page("/", status=302, Location="/next")
    site.page("/next", status=302, Location=site.url("/end", "sub.shop.test"))
    session.send(requests.Request("GET", site.url("/", "shop.test"), cookies={"b": "2"}).prepare())

    assert [told(asked)[2] for asked in site.asked] == ["b=2", "b=2; a=1", None]


# --- tokens


def test_tokens_go_to_their_origin_only(new_site: NewSite, session: Session) -> None:
    """Another port or another name of the same machine is another origin."""
    site, other = new_site(), new_site()
    session.adopt(origin_headers={site.url().upper().rstrip("/"): token("t")})
    for url in (site.url(), site.url(host="localhost"), other.url()):
        session.get(url)

    assert told(site.asked[0]) == ["Bearer t", "t", None]
    assert [told(asked) for asked in site.asked[1:] + other.asked] == [[None] * 3] * 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_leave_tokens_behind(status: int, new_site: NewSite, session: Session) -> None:
    """A hostile redirect to another port or name gets neither the bearer nor a token that requests does not know."""
    site, thief = new_site(), new_site()
    session.adopt(origin_headers={site.url(): token("t")})
    site.page("/same", status=status, Location="/port")
    site.page("/port", status=status, Location=thief.page("/", status=status, Location=site.url("/name", "localhost")))
    session.get(site.url("/same"))

    assert [told(asked)[1] for asked in site.asked] == ["t", "t", None]
    assert told(thief.asked[0]) == [None] * 3


class Redirects(BaseAdapter):
    """Answers each URL with a redirect to the one that follows it in the chain, the last one with 200."""

    def __init__(self, status: int, *chain: str) -> None:
        super().__init__()
        self.status = status
        self.chain = list(chain)
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> requests.Response:
        """Go on."""
        self.asked.append(request)
        ahead = self.chain[len(self.asked) :]
        status, headers = (self.status, {"Location": ahead[0]}) if ahead else (200, {})
        answer = HTTPResponse(io.BytesIO(), headers, status, preload_content=False)
        return HTTPAdapter().build_response(request, answer)

    def close(self) -> None:
        """Nothing is open."""


def with_tokens(session: Session, chain: Redirects) -> None:
    """A session that has a secret in every place for one, and one for each of three others in the chain."""
    session.mount("https://", chain)
    session.mount("http://", chain)
    session.base_url = HOME
    session.adopt(
        cookies=[{"name": "sid", "value": "s3cret-cookie", "domain": "acme.example", "path": "/", "secure": True}],
        origin_headers={HOME: {"x-mine": "s3cret-mine"}},
        learned=[
            Learned(HOME, "x-token", "s3cret-learned"),
            Learned(HOME, "x-csrf", "s3cret-csrf", "cookie sid", "sid"),
            Learned("https://other.example", "x-token", "of-other"),
        ],
    )
    session.headers.update({"Authorization": "Bearer s3cret-bearer", "X-Api-Key": "s3cret-key"})


HOME = "https://acme.example"
MINE = {"x-token": "s3cret-learned", "x-csrf": "s3cret-cookie", "x-mine": "s3cret-mine", "cookie": "sid=s3cret-cookie"}


def secrets_of(request: requests.PreparedRequest) -> dict[str, str]:
    """The headers of a request that hold a secret."""
    return {name.lower(): str(value) for name, value in request.headers.items() if "s3cret" in str(value)}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "thief",
    [
        "https://other.example/",
        "https://acme.example.evil.example/",
        "https://sub.acme.example/",
        "http://acme.example/",
        "http://acme.example:443/",
        "//other.example/",
        "https://acme.example@other.example/",
    ],
)
def test_no_hostile_redirect_gets_a_secret(session: Session, status: int, method: str, thief: str) -> None:
    """Wherever it was put, in a chain, and after the way back: which has again what is for home, and only that."""
    chain = Redirects(status, f"{HOME}/list", f"{HOME}/next", thief, f"{thief}again", f"{HOME}/back", thief)
    with_tokens(session, chain)
    session.request(method, "/list", headers={"X-Own": "s3cret-own"})
    first, second, *stolen, back, last = chain.asked

    everywhere = {"authorization": "Bearer s3cret-bearer", "x-api-key": "s3cret-key", "x-own": "s3cret-own"}
    assert secrets_of(first) == secrets_of(second) == {**MINE, **everywhere}
    assert [secrets_of(each) for each in (*stolen, last)] == [{}, {}, {}]
    assert secrets_of(back) == MINE
    assert {each.headers.get("Origin") for each in (*stolen, last)} == {None}


def test_another_port_gets_the_cookies_of_its_host_only(session: Session) -> None:
    """Cookies know no ports, in browsers neither; tokens do."""
    chain = Redirects(302, f"{HOME}/list", f"{HOME}:8443/")
    with_tokens(session, chain)
    session.get("/list", auth=HTTPBasicAuth("ada", "s3cret"))

    assert "Authorization" in chain.asked[0].headers
    assert secrets_of(chain.asked[1]) == {"cookie": "sid=s3cret-cookie"}
    assert "Authorization" not in chain.asked[1].headers


def test_a_login_of_the_session_does_not_leave_its_origin(session: Session) -> None:
    """What `auth` adds is a token like any other."""
    chain = Redirects(302, f"{HOME}/list", "http://acme.example/", "https://other.example/")
    with_tokens(session, chain)
    session.auth = ("ada", "s3cret")
    session.get("/list")

    assert [each.headers.get("Authorization") for each in chain.asked[1:]] == [None, None]
    assert [each.headers.get("x-token") for each in chain.asked] == ["s3cret-learned", None, "of-other"]


def test_redirects_take_up_the_tokens_of_where_they_arrive(new_site: NewSite, session: Session) -> None:
    """Each origin gets its own, also on the way back."""
    site, api = new_site(), new_site()
    session.adopt(origin_headers={site.url(): token("s"), api.url(): {"x-token": "a"}})
    api.page("/", status=302, Location=site.url("/end"))
    session.get(site.page("/", status=302, Location=api.url()))

    assert [told(asked)[:2] for asked in site.asked] == [["Bearer s", "s"], ["Bearer s", "s"]]
    assert told(api.asked[0])[:2] == [None, "a"]


def test_the_requests_own_token_wins_and_stays(new_site: NewSite, session: Session) -> None:
    """It takes the place of the learned one, None leaves it out, and neither goes to another origin."""
    site, other = new_site(), new_site()
    session.adopt(origin_headers={site.url(): token("t")})
    site.page("/", status=302, Location=other.url())
    session.get(site.url(), headers={"X-TOKEN": "own", "Authorization": None})
    session.get(site.url(), auth=HTTPBasicAuth("u", "p"))

    assert [told(asked)[:2] for asked in site.asked] == [[None, "own"], ["Basic dTpw", "t"]]
    assert [told(asked)[:2] for asked in other.asked] == [[None, None]] * 2


def test_a_host_header_does_not_follow_to_another_origin(new_site: NewSite) -> None:
    """Nor does it decide whose cookies are sent."""
    site, other = new_site(), new_site()
    with Session(Live()) as session:
        session.cookies.set("a", "1", domain="acme.example")
        session.get(site.page("/", status=302, Location=other.url()), headers={"Host": "acme.example"})

    assert (site.asked[0].headers["Host"], told(site.asked[0])[2]) == ("acme.example", None)
    assert other.asked[0].headers["Host"] == other.url()[7:-1]


def test_urls_that_parsers_read_differently_get_no_token(new_site: NewSite, session: Session) -> None:
    """The origin is that of the URL as it is sent, not as it was written."""
    site, thief = new_site(), new_site()
    session.adopt(origin_headers={site.url(): token("t")})
    session.get(f"http://127.0.0.1:{thief.port}\\@127.0.0.1:{site.port}/")

    assert [told(asked) for asked in thief.asked] == [[None] * 3]
    assert site.asked == []


# --- what requests promises


def test_everything_of_requests_works(site: Site, session: Session) -> None:
    """Forms, files, JSON, parameters, headers, hooks and streams."""
    site.page("/", b'{"ok": true}')
    seen: list[int] = []
    hooks: dict[str, Any] = {"response": lambda response, **_: seen.append(response.status_code)}
    session.headers["X-Face"] = "1"
    session.params = {"p": "q"}
    session.post(site.url(), data={"a": "b"}, hooks=hooks)
    session.post(site.url(), json={"a": 1})
    session.put(site.url(), files={"f": ("name.pdf", b"%PDF")}, params={"r": "s"})
    with session.get(site.url(), stream=True) as response:
        first = next(response.iter_content(5))

    assert [asked.body for asked in site.asked[:2]] == [b"a=b", b'{"a": 1}']
    assert b'filename="name.pdf"' in site.asked[2].body
    assert [asked.path for asked in site.asked] == ["/?p=q", "/?p=q", "/?p=q&r=s", "/?p=q"]
    assert {asked.headers["X-Face"] for asked in site.asked} == {"1"}
    assert (seen, first, session.get(site.url()).json()) == ([200], b'{"ok"', {"ok": True})


def test_digest_login_keeps_the_cookies_of_the_challenge(site: Site, session: Session) -> None:
    """The answer to the challenge carries what the challenge set."""
    challenge = [("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"'), ("Set-Cookie", "c=1; Path=/")]
    site.pages["/"] = lambda asked: Answer(b"in") if asked.headers["Authorization"] else Answer(b"", 401, challenge)

    assert session.get(site.url(), auth=HTTPDigestAuth("u", "p")).text == "in"
    assert told(site.asked[1])[2] == "c=1"


def test_remembers_the_last_answer(site: Site, session: Session) -> None:
    """After redirects it is the one that was returned; when none comes, the one before stays."""
    response = session.get(site.page("/", status=302, Location="/end"))
    site.close()
    with pytest.raises(requests.ConnectionError):
        session.get(site.url())

    assert session.last_response is response
    assert (response.status_code, len(response.history)) == (404, 1)


def test_adopts_the_face_of_the_browser(site: Site, session: Session) -> None:
    """Its headers replace those of requests."""
    session.adopt(headers={"user-agent": "Browser/1", "accept-language": "fr"})
    session.get(site.url())

    assert (site.asked[0].headers["User-Agent"], site.asked[0].headers["Accept-Language"]) == ("Browser/1", "fr")


def test_shows_no_secret() -> None:
    """repr tells the site and the numbers, no value."""
    session = Session(Live(), base_url="https://acme.example/")
    session.cookies.set("sid", "s3cret")
    session.adopt(headers={"authorization": "s3cret"}, origin_headers={"https://acme.example": token("s3cret")})

    assert "acme.example" in repr(session)
    assert "s3cret" not in f"{session!r} {session}"


def test_eight_threads_may_use_it_at_once(site: Site, session: Session) -> None:
    """Cookies come and go, redirects are followed, and each answer is of its own request."""
    session.adopt(origin_headers={site.url(): token("t")})

    def end(asked: Asked) -> Answer:
        number = asked.path.rpartition("=")[2]
        return Answer(
            f"{number} {asked.headers['X-Token']}".encode(), 200, [("Set-Cookie", f"gone{number}=; Max-Age=0")]
        )

    def start(asked: Asked) -> Answer:
        number = asked.path.rpartition("=")[2]
        cookies = [("Set-Cookie", f"c{number}=1"), ("Set-Cookie", f"gone{number}=1")]
        return Answer(b"", 302, [("Location", f"/end?n={number}"), *cookies])

    site.pages |= {"/": start, "/end": end}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: session.get(site.url(f"/?n={number}")).text, range(200)))

    assert answers == [f"{number} t" for number in range(200)]
    assert {cookie.name for cookie in session.cookies} == {f"c{number}" for number in range(200)}


# --- where it may not go, and what does not let it in


def test_the_guard_sees_every_address(site: Site, new_site: NewSite) -> None:
    """Also that which a redirect leads to, before it is asked."""
    other = new_site()
    site.page("/away", status=302, Location=other.url("/in"))
    seen: list[str] = []

    def guard(url: str) -> None:
        seen.append(url)
        if url.startswith(other.url()):
            raise ConnectionRefusedError

    with Session(Live(), base_url=site.url()) as session:
        session.guard = guard
        with pytest.raises(ConnectionRefusedError):
            session.get("/away")
        with pytest.raises(ConnectionRefusedError), session.twin() as twin:
            twin.get(other.url())

    assert seen[0] == site.url("/away")
    assert other.asked == []


def test_a_wall_says_nothing_of_the_session(session: Session, site: Site) -> None:
    """It is an error of its own, and nobody logs in again for it."""
    site.page("/api", b"<p>Unusual traffic", status=403, Content_Type="text/html")
    session.renew = lambda: pytest.fail("a login was tried")
    with pytest.raises(Blocked, match=r'via="page"'):
        session.get(site.url("/api"))


def test_a_host_that_knows_nothing_of_the_session_does_not_end_it(session: Session) -> None:
    """A store of files answers 403 when a link has ended; the site itself, and a host with a cookie, mean the login."""
    session.base_url = "https://app.acme.test"
    session.adopt(cookies=[{"name": "sid", "value": "1", "domain": ".login.test", "path": "/", "expires": -1}])

    def over(url: str) -> bool:
        response = requests.Response()
        response.status_code, response.url = 403, url
        return session.is_over(response)

    assert [over("https://app.acme.test/a"), over("https://api.acme.test/a"), over("https://www.login.test/a")] == [
        True
    ] * 3
    assert not over("https://store.test/a?signature=1")


# --- values that stand in the tags of a page


class Tagged:
    """A site whose page has a token in a tag, which it takes until the next one."""

    def __init__(self, site: Site, session: Session) -> None:
        self.site, self.number, self.reads = site, 0, 0
        site.pages |= {"/app": self.page, "/api": self.api}
        tag = Learned(site.url()[:-1], "x-csrf", "csrf-0", "meta csrf", page=site.url("/app"))
        session.adopt(learned=[tag])

    def page(self, _: Asked) -> Answer:
        """The page."""
        self.reads += 1
        return Answer(f'<meta name="csrf" content="csrf-{self.number}">'.encode())

    def api(self, asked: Asked) -> Answer:
        """What takes the token."""
        return Answer(b"{}", 200 if asked.headers["X-Csrf"] == f"csrf-{self.number}" else 419)


def test_a_stale_value_is_read_once_for_all_threads(site: Site, session: Session) -> None:
    """However many were refused at once; each is asked again."""
    tagged = Tagged(site, session)
    tagged.number = 1
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: session.post(site.url("/api")).status_code, range(40)))

    assert (set(answers), tagged.reads) == ({200}, 1)


def test_a_refusal_that_is_no_stale_value_is_final(site: Site, session: Session) -> None:
    """The page says the same as before: the request is not sent again. Nor is one with a value of its own."""
    tagged = Tagged(site, session)
    site.page("/no", status=422)
    answers = [session.post(site.url("/no"), headers=own).status_code for own in ({}, {"X-Csrf": "mine"})]
    posts = [asked for asked in site.asked if asked.method == "POST"]

    assert (answers, len(posts), tagged.reads) == ([422, 422], 2, 1)


def test_a_page_that_does_not_answer_changes_nothing(site: Site, session: Session) -> None:
    """The refusal stands."""
    tagged = Tagged(site, session)
    tagged.number = 1
    site.page("/app", status=500)

    assert session.post(site.url("/api")).status_code == 419
    assert session.headers_for(site.url()) == {"x-csrf": "csrf-0"}


def test_every_address_waits_its_turn(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of redirects too, at the pace that the connector gives; only this machine needs none."""
    turns: list[tuple[str, float | None]] = []
    transport = Everywhere()
    monkeypatch.setattr(transport, "wait_turn", lambda *turn: turns.append(turn))
    site.page("/away", status=302, Location=site.url("/in", host="files.test"))
    with Session(transport) as session:
        session.per_second = 2.0
        session.get(site.url("/away", host="shop.test"))
        session.get(site.url("/in"))

    assert turns == [("shop.test", 2.0), ("files.test", 2.0)]


@pytest.mark.parametrize(("left_out", "renewals"), [("", 1), ("another one on every call", 0)])
def test_a_token_is_renewed_before_it_ends(site: Site, session: Session, left_out: str, renewals: int) -> None:
    """By its own word, once; one that the session does not send tells nothing of it."""
    noon = datetime(2025, 3, 9, 12, tzinfo=UTC)
    claims = urlsafe_b64encode(json.dumps({"exp": noon.timestamp() + 600}).encode()).decode().rstrip("=")
    bearer = Learned(
        origin_of(site.url("/")), "authorization", f"Bearer eyJhbGciOiJub25lIn0.{claims}.", left_out=left_out
    )
    session.adopt(learned=[bearer])
    renewed: list[datetime] = []

    def renew() -> bool:
        renewed.append(session.now())
        return True

    session.renew = renew
    for minutes in (0, 8, 9, 9.5):
        session.now = partial(noon.__add__, timedelta(minutes=minutes))
        session.get(site.page("/bills", b"[]"))

    assert renewed == [noon + timedelta(minutes=9)][:renewals]
