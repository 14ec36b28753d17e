"""What is told of a session: all that it sends and where, and nothing that could be used."""

from datetime import UTC, datetime

import pytest

from tests.web.test_learned import jwt
from toolkit.transport import Live
from toolkit.web import Learned, Session
from toolkit.web.explained import Part, hint

SITE, API = "https://acme.example", "https://api.acme.example"
NOON = datetime(2035, 3, 9, 12, tzinfo=UTC)
SID = "s3ss10n-of-ada-which-is-long"


def cookie(name: str, value: str, domain: str, **more: object) -> dict[str, object]:
    """A cookie as Playwright has it."""
    return {"name": name, "value": value, "domain": domain, "path": "/", "expires": -1, **more}


def session(*cookies: dict[str, object], learned: tuple[Learned, ...] = (), **headers: str) -> Session:
    """A session at the site that was handed these."""
    made = Session(Live(), base_url=f"{SITE}/app")
    made.adopt(cookies=cookies, learned=learned, headers={name.replace("_", "-"): headers[name] for name in headers})
    return made


def parts(made: Session) -> dict[tuple[str, str], Part]:
    """What is told, by origin and name."""
    return {(part.origin, part.name): part for part in made.explain()}


def test_a_cookie_is_told_below_each_origin_that_gets_it() -> None:
    """With domain, path and end; one for a host that no call was seen to stands below that host."""
    told = parts(
        session(
            cookie("sid", SID, ".acme.example", httpOnly=True, expires=NOON.timestamp()),
            cookie("lang", "fr", "acme.example", path="/app"),
            cookie("sso", "x", "login.other.example"),
            learned=(Learned(API, "x-app", "web"),),
        )
    )

    assert sorted(told) == [(SITE, "lang"), (SITE, "sid"), (API, "sid"), (API, "x-app"), ("login.other.example", "sso")]
    assert (told[SITE, "lang"].domain, told[SITE, "lang"].path) == ("acme.example", "/app")
    assert (told[API, "sid"].source, told[API, "sid"].expires) == ("site (HttpOnly)", NOON)


def test_a_header_is_told_with_its_source_and_its_end() -> None:
    """A token says when it ends; what follows a cookie ends with it."""
    token = f"Bearer {jwt(exp=NOON.timestamp())}"
    followed = cookie("csrf", "c5rf-of-today", "acme.example", expires=NOON.timestamp())
    learned = (
        Learned(API, "authorization", token, "localStorage token"),
        Learned(SITE, "x-csrf", "c5rf", "cookie csrf", "csrf"),
    )
    told = parts(session(followed, learned=learned))

    assert (told[API, "authorization"].source, told[API, "authorization"].expires) == ("localStorage token", NOON)
    assert (told[SITE, "x-csrf"].shown, told[SITE, "x-csrf"].expires) == ("… (13)", NOON)


def test_a_token_in_a_cookie_may_end_before_the_cookie() -> None:
    """What comes first is told."""
    made = session(cookie("jwt", jwt(exp=NOON.timestamp()), "acme.example", expires=NOON.timestamp() + 3600))

    assert parts(made)[SITE, "jwt"].expires == NOON


def test_what_is_not_sent_is_told_with_a_way_out() -> None:
    """A header that is new on every call, and a cookie that has ended, for which there is none."""
    made = session(
        cookie("old", SID, "acme.example", expires=1),
        learned=(Learned(API, "x-nonce", "n0nce", left_out="it is another one on every call"),),
    )
    told = parts(made)

    assert told[API, "x-nonce"].advice == 'hand_over(via="page")'
    assert (told[SITE, "old"].left_out, told[SITE, "old"].advice) == ("it has ended", "")
    assert 'not sent, it is another one on every call; try hand_over(via="page")' in str(made.explain())


def test_what_goes_everywhere_and_what_the_connector_adds() -> None:
    """The browser's face is told as it is; what requests says of itself is no news."""
    made = session(user_agent="Mozilla/5.0", x_of_the_connector="s3cr3t")
    made.origin_headers[API] = {"X-Key": "k3y"}

    assert [(part.origin, part.name, part.source, part.shown) for part in made.explain()] == [
        ("", "user-agent", "browser", "Mozilla/5.0"),
        ("", "x-of-the-connector", "connector", "… (6)"),
        (API, "x-key", "connector", "… (3)"),
    ]


def test_the_text_has_a_line_for_each_part_below_its_origin() -> None:
    """As in a listing."""
    made = session(cookie("sid", SID, "acme.example"), user_agent="Mozilla/5.0")

    assert str(made.explain()) == (
        "every origin\n"
        "  header user-agent from browser, Mozilla/5.0\n"
        f"{SITE}\n"
        "  cookie sid acme.example/ from site, s3… (28)"
    )


def test_no_value_is_told() -> None:
    """Neither in the text nor in the JSON nor in the repr; and the address of an answer may have a token in it."""
    token = "t0ken-0f-ada-1234567890"
    learned = (
        Learned(API, "authorization", f"Bearer {token}", f"answer of /login/{token}/me"),
        Learned(API, "x-sig", token, left_out="it is another one on every call"),
    )
    made = session(cookie("sid", SID, "acme.example"), learned=learned, x_more=token)
    text = f"{made.explain()} {made.explain()!r} {[part.as_dict() for part in made.explain()]}"

    assert "from answer of /login/…/me" in text
    assert not any(secret[:3] in text for secret in (token, SID))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", "… (0)"),
        ("1234", "… (4)"),
        ("fifteen-letters", "… (15)"),
        ("sixteen-letters!", "si… (16)"),
        ("Bearer short", "Bearer … (5)"),
        (f"Bearer {SID}", "Bearer s3… (28)"),
        (f"Basic {SID}", "Basic s3… (28)"),
        (f"p4ssw0rd {SID}", "p4… (37)"),
    ],
)
def test_a_hint_is_never_enough(value: str, shown: str) -> None:
    """Of what is short, the length; of what is long, two characters."""
    assert hint(value) == shown


def test_a_part_is_the_same_with_a_new_value() -> None:
    """A cookie that was replaced."""
    made = session(cookie("sid", SID, "acme.example"))
    (before,) = made.explain()
    made.adopt(cookies=[cookie("sid", "another", "acme.example")])

    assert made.explain() == (before,)
