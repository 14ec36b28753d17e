"""A recorded answer as it goes over the wire of today."""

from datetime import UTC, datetime, timedelta

import pytest

from toolkit.transport.har import make_entry
from toolkit.transport.replay_answer import Answer

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
DATE = ("Date", "Sun, 09 Mar 2025 12:00:00 GMT")


def cookie_after(value: str, age: timedelta, *headers: tuple[str, str]) -> str | None:
    """The Set-Cookie of an answer of this age."""
    recorded = [("Set-Cookie", value), *headers]
    entry = make_entry("GET", "https://acme.example/", started=NOON, status=200, response_headers=recorded)
    return Answer.of(entry, age).header("set-cookie")


@pytest.mark.parametrize(
    ("recorded", "sent"),
    [
        ("a=1; Expires=Mon, 10 Mar 2025 12:00:00 GMT; Path=/", "a=1; Expires=Tue, 10 Mar 2026 12:00:00 GMT; Path=/"),
        ("a=1; expires=Mon, 10-Mar-2025 12:00:00 GMT", "a=1; Expires=Tue, 10 Mar 2026 12:00:00 GMT"),
        ("a=1; Max-Age=60", "a=1; Max-Age=60"),
        ("a=1; Expires=never", "a=1; Expires=never"),
        ("expires=Mon, 10 Mar 2025 12:00:00 GMT", "expires=Mon, 10 Mar 2025 12:00:00 GMT"),
    ],
)
def test_the_end_of_a_cookie_moves_with_the_age(recorded: str, sent: str) -> None:
    """A lifetime in seconds, a date that no one can read and a cookie of that name stay as they are."""
    assert cookie_after(recorded, YEAR) == sent


def test_a_cookie_beside_a_date_stays() -> None:
    """Clients take the server's date for now, so that they move its end themselves."""
    recorded = "a=1; Expires=Mon, 10 Mar 2025 12:00:00 GMT"

    assert cookie_after(recorded, YEAR, DATE) == recorded


def test_a_date_beyond_the_calendar_stays() -> None:
    """A cookie for ever is one for ever."""
    recorded = "a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT"

    assert cookie_after(recorded, YEAR) == recorded


@pytest.mark.parametrize(
    ("method", "status", "recorded", "length"),
    [
        ("GET", 200, "99", "4"),
        ("HEAD", 200, "99", "99"),
        ("GET", 204, None, None),
        ("GET", 304, "99", None),
    ],
)
def test_the_length_is_that_of_what_is_sent(method: str, status: int, recorded: str | None, length: str | None) -> None:
    """Of HEAD it is that of what GET would send; no content has none."""
    headers = [("Content-Length", recorded)] if recorded else []
    entry = make_entry(
        method, "https://acme.example/", started=NOON, status=status, response_headers=headers, body=b"body"
    )
    answer = Answer.of(entry, YEAR)

    assert answer.header("content-length") == length
    assert answer.body == (b"body" if length == "4" else b"")


def test_what_belongs_to_the_old_wire_is_left_out() -> None:
    """Bodies are kept unpacked and in one piece; what repeats is kept, in order."""
    headers = [("Content-Encoding", "br"), ("Transfer-Encoding", "chunked"), ("Connection", "close")]
    headers += [("Link", "<a>"), ("Link", "<b>")]
    entry = make_entry("GET", "https://acme.example/", started=NOON, status=200, response_headers=headers)

    assert Answer.of(entry, YEAR).headers == [("Link", "<a>"), ("Link", "<b>"), ("Content-Length", "0")]
