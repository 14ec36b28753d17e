"""What a visitor must show."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from toolkit.demo.door import EMAIL, PASSWORD, Door

KEY = bytes(range(32))


class Clock:
    """A clock that a test sets."""

    now = 1_750_000_000.0

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The door's clock."""
    return Clock()


@pytest.fixture
def door(clock: Clock) -> Door:
    """A door that knows nobody yet."""
    return Door(clock, KEY)


def enter(door: Door) -> tuple[str, str]:
    """Log in with the right password."""
    won = door.log_in(EMAIL, PASSWORD)
    assert won is not None
    return won


def test_only_the_right_pair_gets_in(door: Door) -> None:
    """A wrong password, a wrong address and things that are no text are all refused."""
    assert door.log_in(EMAIL, PASSWORD) is not None
    assert door.log_in(EMAIL, "wrong") is None
    assert door.log_in("eve@example.org", PASSWORD) is None
    assert door.log_in(None, ["x"]) is None


def test_both_halves_are_needed(door: Door) -> None:
    """A session without its token is nobody, and so is a token without its session."""
    session, token = enter(door)

    assert door.admits(session, token)
    assert not door.admits(session, None)
    assert not door.admits(None, token)


def test_the_halves_belong_together(door: Door) -> None:
    """The token of one login does not go with the session of another."""
    session, _ = enter(door)
    _, other = enter(door)

    assert not door.admits(session, other)


def test_a_session_is_good_at_every_door_of_one_key(door: Door, clock: Clock) -> None:
    """The site may stop and start again; another site's sessions are nobody's."""
    session, token = enter(door)

    assert Door(clock, KEY).admits(session, token)
    assert not Door(clock, KEY[::-1]).admits(session, token)


def test_a_token_dies_after_fifteen_minutes(door: Door, clock: Clock) -> None:
    """It is good until the second of its `exp`, not longer."""
    session, token = enter(door)

    clock.now += 15 * 60 - 1
    assert door.admits(session, token)
    clock.now += 1
    assert not door.admits(session, token)


def test_the_token_is_a_jwt_that_gives_nothing_away(door: Door, clock: Clock) -> None:
    """Anyone can read its name and its end; the session is not in it."""
    session, token = enter(door)
    head, body, signature = token.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=="))

    assert json.loads(urlsafe_b64decode(head + "==")) == {"alg": "HS256", "typ": "JWT"}
    assert claims["name"] == "Ada Lovelace"
    assert claims["exp"] == clock.now + 15 * 60
    assert session not in json.dumps(claims)
    assert len(signature) == 43


def test_a_token_that_was_written_anew_is_refused(door: Door) -> None:
    """A later `exp` needs a signature that only the door can make."""
    session, token = enter(door)
    head, body, signature = token.split(".")
    claims = json.loads(urlsafe_b64decode(body + "==")) | {"exp": 9_999_999_999}
    forged = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    assert not door.admits(session, f"{head}.{forged}.{signature}")


@pytest.mark.parametrize("token", ["", "x", "..", "a.b.c", "é.ü.ß"])
def test_rubbish_is_no_token(door: Door, token: str) -> None:
    """What has no shape is refused like what has no signature."""
    session, _ = enter(door)

    assert not door.admits(session, token)


def test_an_anti_forgery_token_must_come_back_both_ways(door: Door) -> None:
    """Cookie and header agree, and the token is one that was given out."""
    token = door.new_csrf()

    assert door.is_from_our_page(token, token)
    assert not door.is_from_our_page(token, None)
    assert not door.is_from_our_page(None, None)
    assert not door.is_from_our_page(token, door.new_csrf())
    assert not door.is_from_our_page("mine", "mine")


def test_logging_out_ends_the_session(door: Door) -> None:
    """The token is still in its time, and worth nothing."""
    session, token = enter(door)
    door.log_out(session)

    assert not door.admits(session, token)
