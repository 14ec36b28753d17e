"""Which parts a site needs is found out without harm: on twins, the riskiest last, and a lost session is told."""

from collections.abc import Callable, Iterator

import pytest

from tests.sites.server import Answer, Ask, Site, as_json, refused
from toolkit.jobs.probing import Probed, probe_parts
from toolkit.transport import Live
from toolkit.web import Learned, Session

AGENT = "Mozilla/5.0 (of Ada)"
TOKEN = "Bearer t0ken-of-ada"
ME = {"name": "Ada", "seen": 1}


class Guarded(Site):
    """Answers `/me` as `answer` says, which may change while it runs; `sid` is the one that it knows."""

    def __init__(self) -> None:
        super().__init__()
        self.sid = "1"
        self.routes = {"GET /me": self.now}
        self.me: Callable[[Ask], Answer] = lambda ask: as_json(ME) if self.knows(ask) else refused()

    def now(self, ask: Ask) -> Answer:
        """As the test has it by now."""
        return self.me(ask)

    def knows(self, ask: Ask) -> bool:
        """By the cookie and the token."""
        return ask.cookies.get("sid") == self.sid and ask.headers.get("Authorization") == TOKEN

    def agent_of(self, ask: Ask) -> str:
        """The user agent."""
        return ask.headers.get("User-Agent", "")


@pytest.fixture
def site() -> Iterator[Guarded]:
    """The site, running."""
    with Guarded() as running:
        yield running


@pytest.fixture
def session(site: Guarded) -> Iterator[Session]:
    """One that was handed over: more than the site needs."""
    with Session(Live(tries=1), base_url=site.url("/")) as session:
        session.adopt(
            cookies=[
                {"name": name, "value": value, "domain": "127.0.0.1", "path": path, "expires": -1}
                for name, value, path in (("sid", "1", "/"), ("lang", "fr", "/"), ("cart", "7", "/shop"))
            ],
            headers={"user-agent": AGENT, "accept-language": "fr"},
            learned=[
                Learned(site.url(), "authorization", TOKEN, "localStorage token"),
                Learned(site.url(), "x-app", "web"),
                Learned(site.url(), "x-nonce", "1", left_out="it is another one on every call"),
                Learned("https://elsewhere.example", "x-key", "k"),
            ],
        )
        yield session


def needs(probed: Probed) -> dict[str, bool]:
    """By the names of the parts."""
    return {part.name: need.needed for part, need in probed.needs.items()}


def probe(session: Session) -> Probed:
    """What a probe of /me finds; nothing new may come of it."""
    return probe_parts(session, "/me", keep=lambda: pytest.fail("nothing was to be kept"))


def test_what_the_site_needs_is_told(site: Guarded, session: Session) -> None:
    """Only what goes to that address is left out; what a session cannot send, or sends elsewhere, is not tried."""
    probed = probe(session)

    assert needs(probed) == {
        "lang": False,
        "x-app": False,
        "sid": True,
        "authorization": True,
        "accept-language": False,
        "user-agent": False,
    }
    assert {need.answer for need in probed.needs.values()} == {"HTTP 401", "the same"}
    assert (probed.url, probed.stopped, probed.lost) == (site.url("/me"), "", False)


def test_what_may_do_harm_comes_last(site: Guarded, session: Session) -> None:
    """What tells nobody, then what tells who it is, then the browser's face, and its name at the very end."""
    order = list(needs(probe(session)))

    assert order[-3:] == ["authorization", "accept-language", "user-agent"]
    assert site.agent_of(site.asked[0]) == AGENT
    assert site.agent_of(site.asked[-1]) != AGENT


def test_a_guest_who_is_answered_well_is_no_proof(site: Guarded, session: Session) -> None:
    """Status 200 for everybody: what is said differs, also where only a flag does."""
    site.me = lambda ask: as_json({"user": {"name": "Ada"}} if site.knows(ask) else {"user": None})
    assert needs(probe(session))["sid"]
    site.me = lambda ask: as_json({"loggedIn": site.knows(ask), "at": len(site.asked)})

    assert needs(probe(session)) == {**dict.fromkeys(needs(probe(session)), False), "sid": True, "authorization": True}


def test_what_a_refusal_does_to_cookies_is_nothing(site: Guarded, session: Session) -> None:
    """A 401 that deletes the cookie leaves the session's own as it is."""
    gone = "sid=; Max-Age=0; Path=/"
    site.me = lambda ask: as_json(ME) if site.knows(ask) else refused().adding("Set-Cookie", gone)

    assert probe(session).stopped == ""
    assert session.cookies.header_for(site.url("/me")) == "sid=1; lang=fr"


def test_what_a_guest_is_given_is_nothing(site: Guarded, session: Session) -> None:
    """A friendly answer that makes a new session of nobody's does not replace the one there is."""
    site.me = lambda ask: as_json(ME) if site.knows(ask) else as_json({"guest": 1}, cookies=["sid=of-a-guest; Path=/"])

    assert needs(probe(session))["authorization"]
    assert session.cookies.header_for(site.url("/me")) == "sid=1; lang=fr"


def test_a_site_that_gives_a_new_cookie_each_time_is_followed(site: Guarded, session: Session) -> None:
    """Only the newest is good, so each is kept at once; one that was left out is not lost."""
    kept = []

    def rotate(ask: Ask) -> Answer:
        if not site.knows(ask):
            return refused()
        site.sid = f"{len(site.asked)}-th"
        return as_json(ME, cookies=[f"sid={site.sid}; Path=/"])

    site.me = rotate
    probed = probe_parts(session, "/me", keep=lambda: kept.append(site.sid))

    assert (needs(probed)["sid"], needs(probed)["lang"], probed.stopped) == (True, False, "")
    assert session.cookies.header_for(site.url("/me")) == f"lang=fr; sid={site.sid}"
    assert kept[-1] == site.sid
    assert len(kept) == len([part for part in probed.needs if part.name not in {"sid", "authorization"}]) + 3


def test_a_session_that_is_pinned_to_its_browser_is_lost_loudly(site: Guarded, session: Session) -> None:
    """One request with another user agent ends it, with a friendly answer; all else is known by then."""

    def pinned(ask: Ask) -> Answer:
        if site.agent_of(ask) != AGENT:
            site.sid = "none"
        return as_json(ME) if site.knows(ask) else as_json({"guest": True})

    site.me = pinned
    probed = probe(session)

    assert needs(probed)["user-agent"]
    assert len(probed.needs) == 6
    assert probed.lost
    assert probed.stopped == (
        "Since the header user-agent was left out, the whole request is no longer answered well either "
        "(something else), so nothing more was tried."
    )


def test_a_session_that_ends_at_the_first_gap_is_tried_no_further(site: Guarded, session: Session) -> None:
    """Three requests: the whole one, one without a part, the whole one again."""

    def strict(ask: Ask) -> Answer:
        if "lang" not in ask.cookies:
            site.sid = "none"
        return as_json(ME) if site.knows(ask) else refused(403)

    site.me = strict
    probed = probe(session)

    assert (probed.lost, list(needs(probed))[-1], len(probed.needs)) == (True, "lang", len(site.asked) - 2)


@pytest.mark.parametrize(
    ("answer", "told", "lost"),
    [
        (refused(), "HTTP 401", True),
        (as_json({}, status=503), "HTTP 503", False),
        (Answer(b"<input type=password>", 200, (("Content-Type", "text/html"),)), "HTTP 200, logged out", True),
    ],
)
def test_a_session_that_is_not_answered_well_is_not_probed(
    site: Guarded, session: Session, answer: Answer, told: str, lost: bool
) -> None:
    """One request, and it is told whether the session has ended or the site is in trouble."""
    site.me = lambda _: answer
    probed = probe(session)

    assert probed.stopped == f"The whole request is not answered well ({told}), so no part of it was left out."
    assert (probed.lost, len(site.asked), probed.needs) == (lost, 1, {})


def test_a_site_that_does_not_answer_is_told(session: Session, closed: str) -> None:
    """In a sentence, without a traceback."""
    probed = probe_parts(session, f"{closed}/me?key=s3cr3t", keep=lambda: None)

    assert "(the connection was refused)" in probed.stopped
    assert probed.url == f"{closed}/me"


def test_the_connectors_word_counts(site: Guarded, session: Session) -> None:
    """A check that is a pair judges by what is said."""
    site.me = lambda ask: as_json(["Ada"] if site.knows(ask) else ["guest"])
    check = ("/me", lambda answer: answer.json() == ["Ada"])
    probed = probe_parts(session, check, keep=lambda: None)

    assert needs(probed)["sid"]
    assert {need.answer for need in probed.needs.values()} == {"the same", "HTTP 200, logged out"}
