"""What differs from take to take and says nothing is taken out."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest

from toolkit.transport.har import HarEntry, make_entry
from toolkit.transport.steady import POOLED, in_order, make_steady

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)


def entry_at(milliseconds: int, url: str, *, pooled: bool = False, status: int = 200, **more: object) -> HarEntry:
    """An entry of that moment."""
    entry = make_entry("GET", url, started=NOON + timedelta(milliseconds=milliseconds), status=status)
    entry.raw |= {POOLED: pooled, **more}
    return entry


def test_entries_are_in_time_order_and_those_of_a_pool_by_url() -> None:
    """What the run itself sent stays where it was, also beside what its pool sent."""
    entries = [
        entry_at(9, "z-last"),
        entry_at(5, "b", pooled=True),
        entry_at(1, "y-first"),
        entry_at(2, "c", pooled=True),
        entry_at(6, "a", pooled=True),
        entry_at(7, "x-between"),
        entry_at(8, "0", pooled=True),
    ]

    assert [entry.url for entry in in_order(entries)] == ["y-first", "a", "b", "c", "x-between", "0", "z-last"]


def test_answers_of_one_url_stay_in_order() -> None:
    """A poll that is pending, then done, may run in a pool too."""
    entries = [entry_at(ms, "poll", pooled=True, status=status) for ms, status in ((3, 200), (1, 202), (2, 203))]

    assert [entry.status for entry in in_order(entries)] == [202, 203, 200]


def test_what_a_pool_asks_is_told_apart_by_what_is_sent_and_what_comes() -> None:
    """Not by values that are random."""
    entries = [entry_at(ms, f"/link?n={ms:032x}a", pooled=True) for ms in (5, 1, 2, 3)]
    for entry, sent, got in zip(entries, ("doc=1", "doc=2", "doc=1", "doc=1"), "bacc", strict=True):
        entry.store_request_body(sent.encode())
        entry.store_body(got.encode())

    assert [entry.url[-2:] for entry in in_order(entries)] == ["5a", "2a", "3a", "1a"]


def test_what_was_under_way_at_once_at_one_place_stands_by_its_content() -> None:
    """Which of them was first is chance; one after the other is none, and neither is another place."""
    at_once = [entry_at(1, "/list?page=2", time=9), entry_at(2, "/list?page=1", time=2), entry_at(3, "/more")]
    in_turn = [entry_at(11, "/list?page=4", time=1), entry_at(13, "/list?page=3", time=1)]

    assert [entry.url for entry in in_order(at_once + in_turn)] == [
        "/list?page=1",
        "/list?page=2",
        "/more",
        "/list?page=4",
        "/list?page=3",
    ]


def test_what_an_iframe_asks_stands_behind_its_page() -> None:
    """Two of them load at once; the tab's own requests stay in their order."""

    def asked(milliseconds: int, url: str, frame: str, kind: str = "fetch") -> HarEntry:
        return entry_at(milliseconds, url, pageref="tab", _frameref=frame, _resourceType=kind)

    entries = [
        asked(1, "/", "top", "document"),
        asked(2, "/one", "one", "document"),
        asked(3, "/two", "two", "document"),
        asked(4, "/a", "top"),
        asked(5, "/of-two", "two"),
        asked(6, "/of-one", "one"),
        asked(7, "/b", "top"),
        asked(8, "/two-again", "two", "document"),
        asked(9, "/c", "top"),
        asked(10, "/of-two-again", "two"),
    ]

    assert [entry.url for entry in in_order(entries)] == [
        *("/", "/one", "/of-one", "/two", "/of-two", "/a", "/b", "/two-again", "/of-two-again", "/c"),
    ]


def jwt(**claims: object) -> str:
    """A token."""
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in ({"alg": "HS256"}, claims)]
    return ".".join([*(urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "c2lnbmF0dXJl"])


def test_a_moment_leaves_no_trace() -> None:
    """Neither as the start of the entry nor in the token of its request, whose other claims stay."""
    entry = make_entry(
        "GET",
        "http://site.test/",
        started=NOON,
        status=200,
        request_headers=[("Authorization", f"Bearer {jwt(sub='ada', exp=1741521600, iat=1741518000)}"), ("X", "eyJ")],
    )
    make_steady(entry)
    head, claims, signature = (entry.request_header("authorization") or "").split(".")

    assert entry.raw["startedDateTime"] == "1970-01-01T00:00:00.000Z"
    assert head == f"Bearer {jwt().split('.')[0]}"
    assert json.loads(urlsafe_b64decode(claims + "==")) == {"sub": "ada", "exp": 0, "iat": 0}
    assert signature == "c2lnbmF0dXJl"
    assert entry.request_header("x") == "eyJ"


def test_until_when_an_answer_may_be_kept_is_not_told() -> None:
    """It is another moment in each take; that it may not be kept at all is said again."""
    entry = entry_at(0, "a.js")
    kept = [("Expires", "0"), ("expires", "Sun, 09 Mar 2025 11:59:59 GMT"), ("Expires", "soon"), ("Date", "today")]
    entry.response_headers = [("Expires", "Sun, 09 Mar 2025 12:00:01 GMT"), *kept]

    make_steady(entry)

    assert entry.response_headers == kept


def test_the_token_of_an_answer_keeps_its_times() -> None:
    """The page looks at them before it believes it."""
    token = jwt(exp=1741521600)
    entry = make_entry("GET", "http://site.test/", started=NOON, status=200, body=token.encode())
    make_steady(entry)

    assert entry.body() == token.encode()


@pytest.mark.parametrize(
    ("date", "expires", "kept"),
    [
        ("", "Sun, 09 Mar 2025 11:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("", "Sun, 09 Mar 2025 12:00:01 GMT", "Sun, 09 Mar 2025 12:00:01 GMT"),
        ("Sun, 09 Mar 2025 11:00:00 GMT", "Sun, 09 Mar 2025 11:59:59 GMT", "Sun, 09 Mar 2025 11:59:59 GMT"),
        ("Sun, 09 Mar 2025 13:00:00 GMT", "Sun, 09-Mar-2025 12:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("", "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ("", "soon", "soon"),
    ],
)
def test_a_cookie_that_is_deleted_is_so_for_ever(date: str, expires: str, kept: str) -> None:
    """Its date would be moved with the age of the take, and a replay may be faster than the run was.

    The time of the site counts, where it tells it.
    """
    entry = entry_at(0, "http://site.test/")
    entry.response_headers = [("Set-Cookie", f"a=; Expires={expires}; Path=/"), *([("Date", date)] if date else [])]
    make_steady(entry)

    assert entry.response_headers[0] == ("Set-Cookie", f"a=; Expires={kept}; Path=/")


def test_what_only_looks_like_a_token_stays() -> None:
    """Claims that are no JSON object."""
    for value in ("eyJhbGciOiJIUzI1NiJ9.eyJhIjox.c2ln", "eyJhbGciOiJIUzI1NiJ9.eyJ_.c2ln"):
        entry = make_entry("GET", "http://site.test/", started=NOON, status=200, request_headers=[("Cookie", value)])
        make_steady(entry)

        assert entry.request_headers == [("Cookie", value)]
