"""Taking up a session that was kept: what the site says of it."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
import requests

from toolkit.login.kept import Check, take_up
from toolkit.run import Run
from toolkit.web import SessionState

MakeRun = Callable[..., Run]
Serve = Callable[[Mapping[str, object]], str]

COOKIE = {"name": "sid", "value": "0123456789", "domain": "127.0.0.1", "path": "/", "expires": -1}
STATE = SessionState(datetime(2025, 3, 9, tzinfo=UTC), {"cookies": [COOKIE], "origins": []})


def is_ada(response: requests.Response) -> bool:
    """What a site says of who asks, to guests too."""
    return bool(response.json()["user"]["name"])


Known = tuple[str, bool, dict[str, str]]


def known(run: Run, check: Check | None) -> Known:
    """What is said of the session, whether it is used, and the cookies that it has then."""
    said = take_up(run, STATE, check).partition(",")[0]
    return said, run.logged_in, {str(cookie.name): str(cookie.value) for cookie in run.session.cookies}


def reply(value: object, status: int = 200) -> Mapping[str, object]:
    """A site whose answer gives a new cookie."""
    return {"/me": (status, {"Set-Cookie": "sid=new; Path=/"}, json.dumps(value).encode())}


ALIVE = ("still logged in", True, {"sid": "new"})
OVER: Known = ("logged in no more", False, {})
UNSURE = ("logged in", True, {"sid": "0123456789"})


@pytest.mark.parametrize(
    ("answer", "known_of_it"),
    [
        (reply({"user": {"name": "Ada"}}), ALIVE),
        (reply({"user": {"name": ""}}), OVER),
        (reply({"user": None}), OVER),
        (reply({}), OVER),
        ({"/me": (200, {"Set-Cookie": "sid=new; Path=/"}, b"<h1>Are you a robot?</h1>")}, UNSURE),
        (reply({"user": {"name": ""}}, 503), UNSURE),
        (reply({"user": {"name": ""}}, 429), UNSURE),
        ({"/me": (403, {"Set-Cookie": "sid=; Max-Age=0; Path=/", "cf-mitigated": "challenge"}, b"")}, UNSURE),
        (reply({"user": {"name": "Ada"}}, 401), OVER),
    ],
)
def test_a_function_judges_what_guests_get_too(
    serve: Serve, make_run: MakeRun, answer: Mapping[str, object], known_of_it: Known
) -> None:
    """True is alive; false, or less than it looks for, is over; no JSON, or a site in trouble, changes nothing."""
    assert known(make_run(url=serve(answer)), ("/me", is_ada)) == known_of_it


def test_an_address_alone_answers_only_who_is_logged_in(serve: Serve, make_run: MakeRun) -> None:
    """Any good answer is enough; without an address nobody is asked."""
    url = serve(reply({}))

    assert known(make_run(url=url), "/me") == ALIVE
    assert known(make_run(url=url), None) == UNSURE


def test_a_site_that_is_not_there_ends_nothing(closed: str, make_run: MakeRun) -> None:
    """The session goes on as it was."""
    assert known(make_run(url=closed), ("/me", is_ada)) == UNSURE
