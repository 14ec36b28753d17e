"""What is made of the headers that a page's calls carried."""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from toolkit.transport import Live
from toolkit.web import Learned, Session
from toolkit.web.learned import Call, Places, learn

API = "https://api.acme.example"
CSRF = "c5rf-of-today"


def call(cookies: dict[str, str] | None = None, **headers: str) -> Call:
    """One call; a header's name has _ for -."""
    return Call(API, {name.replace("_", "-"): value for name, value in headers.items()}, cookies or {})


def jwt(**claims: object) -> str:
    """A token that says something."""
    body = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{body}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("localStorage token", "t0ken-of-ada"),
        ("localStorage auth", '{"user": {"jwt": "t0ken-of-ada"}}'),
        ("sessionStorage auth", json.dumps({"state": json.dumps({"token": "t0ken-of-ada"})})),
        ("meta csrf-token", "t0ken-of-ada"),
        ("answer of /login", '["t0ken-of-ada"]'),
    ],
)
def test_it_is_told_where_a_value_stands(place: str, text: str) -> None:
    """In storage, in a tag, in an answer; in JSON, and in JSON within JSON."""
    (learned,) = learn([call(authorization="Bearer t0ken-of-ada")], Places({}, [("other", "x"), (place, text)]))

    assert (learned.source, learned.value, learned.left_out) == (place, "Bearer t0ken-of-ada", "")


def test_a_value_that_stands_nowhere_is_the_pages_own() -> None:
    """A script holds it in memory."""
    (learned,) = learn([call(x_api_key="k3y-of-the-app")], Places({"sid": "k3y"}))

    assert learned.source == "page"


@pytest.mark.parametrize("places", [Places({}), Places({"csrf": CSRF})])
def test_a_header_that_is_a_cookie_follows_the_cookie(places: Places) -> None:
    """Whether the cookie goes along to the API, or belongs to the page's own host."""
    sent = {} if places.cookies else {"csrf": CSRF}
    (learned,) = learn([call(sent, x_csrf_token=CSRF)], places)

    assert (learned.source, learned.cookie) == ("cookie csrf", "csrf")
    assert learned.sent({"csrf": "c5rf-of-tomorrow"}) == "c5rf-of-tomorrow"


def test_a_cookie_that_changes_is_still_the_source() -> None:
    """The site gives a new one with each answer; the header was equal to it each time."""
    calls = [call({"csrf": f"{CSRF}-{n}"}, x_csrf_token=f"{CSRF}-{n}") for n in range(3)]
    (learned,) = learn(calls, Places({}))

    assert (learned.cookie, learned.left_out) == ("csrf", "")


def test_a_cookie_may_be_decoded() -> None:
    """Frameworks percent-encode the cookie and send the header plain."""
    (learned,) = learn([call({"XSRF-TOKEN": "abc%3Ddef%3D%3D"}, x_xsrf_token="abc=def==")], Places({}))

    assert learned.sent({"XSRF-TOKEN": "new%3D"}) == "new="


def test_what_is_new_on_every_call_is_left_out() -> None:
    """A nonce, a signature, a time: a session cannot make them, and says so."""
    calls = [call(x_nonce=str(n) * 9, x_signature=f"{n}f" * 9, x_app="web") for n in range(3)]
    learned = {one.name: one for one in learn(calls, Places({}))}

    assert {name for name, one in learned.items() if one.left_out} == {"x-nonce", "x-signature"}
    assert learned["x-app"].value == "web"


def test_a_token_that_was_renewed_is_carried() -> None:
    """The last one."""
    (learned,) = learn([call(authorization="Bearer old"), call(authorization="Bearer new")], Places({}))

    assert (learned.value, learned.left_out) == ("Bearer new", "")


def test_what_browsers_and_clients_add_is_not_the_apps() -> None:
    """What one call accepts is not what the API needs, unless it is a vendor's own type."""
    calls = [call(user_agent="x", sec_fetch_mode="cors", accept="application/json", content_type="text/plain")]
    assert learn(calls, Places({})) == []

    (learned,) = learn([call(accept="application/vnd.acme.v2+json")], Places({}))
    assert learned.name == "accept"


def test_it_is_learned_whose_page_asks_another_origin() -> None:
    """The browser says it with each call there; with those to the page's own origin, a session knows it anyway."""
    page = "https://acme.example"
    (learned,) = learn([call(origin=page), Call(page, {"origin": page}, {})], Places({}))

    assert (learned.origin, learned.name, learned.value, learned.source) == (API, "origin", page, "browser")


def test_a_value_of_a_tag_can_be_had_anew() -> None:
    """From its page, where it is all that stands there; whatever is written before it stays."""
    places = Places({}, [("meta csrf-token", "t0ken-of-ada")], {"meta csrf-token": "https://acme.example/app"})
    (learned,) = learn([call(authorization="Bearer t0ken-of-ada")], places)

    assert learned.page == "https://acme.example/app"
    assert learned.anew({"meta csrf-token": "new"}).value == "Bearer new"
    assert learned.anew({}) is learned

    (learned,) = learn(
        [call(x_token="t0ken-of-ada")], replace(places, others=[("meta csrf-token", '["t0ken-of-ada"]')])
    )
    assert (learned.source, learned.page) == ("meta csrf-token", "")


def test_what_was_sent_from_the_start_tells_of_the_browser() -> None:
    """Not of who has logged in; but what looks like a token is never so, for a kept login is there from the start."""
    token, browser = f"Bearer {jwt(sub='ada')}", "b70a2c11"
    first = call(x_browser_id=browser, x_auth="0paque-token", x_house=token)
    learned = learn(
        [first, call(x_browser_id=browser, x_auth="0paque-token", x_house=token, x_late="l8-token")], Places({})
    )

    assert [one.name for one in learned if one.early] == ["x-browser-id"]


def test_the_end_of_a_token_is_read() -> None:
    """Where it says one."""
    noon = datetime(2025, 3, 9, 12, tzinfo=UTC)

    assert Learned(API, "authorization", f"Bearer {jwt(exp=noon.timestamp())}").expires == noon
    assert Learned(API, "authorization", f"Bearer {jwt(exp='soon')}").expires is None
    assert Learned(API, "authorization", "Bearer opaque").expires is None


def test_a_session_sends_what_was_learned_to_its_origin_only() -> None:
    """The cookie's header follows the jar; what is left out is not sent; a request's own header wins."""
    learned = [
        Learned(API, "authorization", "Bearer t0ken"),
        Learned(API, "x-csrf-token", CSRF, "cookie csrf", "csrf"),
        Learned(API, "x-nonce", "1", left_out="it is another one on every call"),
    ]
    with Session(Live()) as session:
        session.adopt(learned=learned)
        session.cookies.set("csrf", "c5rf-of-tomorrow", domain="acme.example")

        assert session.headers_for(f"{API}/bills") == {
            "authorization": "Bearer t0ken",
            "x-csrf-token": "c5rf-of-tomorrow",
        }
        assert session.headers_for("https://acme.example/") == {}
        session.forget()
        assert session.headers_for(f"{API}/bills") == {}
