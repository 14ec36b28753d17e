"""Which recorded answer belongs to a request."""

import json
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from toolkit.transport.matching import Tape
from toolkit.transport.miss import Miss
from toolkit.transport.request import Req

SITE = "https://acme.example"
JSON = [("Content-Type", "application/json")]


def get(path: str, headers: list[tuple[str, str]] | None = None) -> Req:
    """A GET of the site."""
    return Req("GET", SITE + path, headers or [])


def post(path: str, value: object, method: str = "POST") -> Req:
    """JSON sent to the site."""
    return Req(method, SITE + path, JSON, json.dumps(value).encode())


def test_answers_come_in_order_and_the_last_repeats() -> None:
    """A poll that was pending three times is pending three times, then done for ever."""
    tape = Tape([get("/poll")] * 4)

    assert [tape.find(get("/poll")) for _ in range(6)] == [0, 1, 2, 3, 3, 3]


def test_bodies_tell_requests_to_one_address_apart() -> None:
    """PUT with two bodies, in whatever order they come now; the keys of an object have none."""
    tape = Tape([post("/a", {"x": 1, "y": 2}, "PUT"), post("/a", {"x": 2, "y": 2}, "PUT")])

    assert tape.find(post("/a", {"y": 2, "x": 2}, "PUT")) == 1
    assert tape.find(post("/a", {"y": 2, "x": 1}, "PUT")) == 0


@pytest.mark.parametrize(
    ("recorded", "asked"),
    [
        ("/a?_=1700000000123", "/a?_=1800000000456"),
        ("/a?b=1&c=2", "/a?c=2&b=1"),
        ("/u/0b0e7a52-1111-4222-8333-444455556666", "/u/99999999-aaaa-4bbb-8ccc-dddddddddddd"),
        ("/a?at=2025-03-09T12:00:00Z", "/a?at=2026-11-23T08:15:30.123Z"),
        ("/a?r=0.1234567890123", "/a?r=0.9876543210987"),
        ("/a?n=d41d8cd98f00b204e9800998ecf8427e", "/a?n=0cc175b9c0f1b6a831c399e269772661"),
    ],
)
def test_what_changes_on_every_call_matches_by_shape(recorded: str, asked: str) -> None:
    """Times, identifiers, chance, digests and the order of a query."""
    tape = Tape([get(recorded)])

    assert tape.find(get(asked)) == 0
    assert tape.tiers == {"by shape": 1}


@pytest.mark.parametrize("asked", ["/a?page=3", "/b?page=2", "/a", "/a?page=2&more=1", "/a?page=2025-03-10"])
def test_what_selects_content_does_not_match(asked: str) -> None:
    """Another page, another path, a parameter more or less, another day."""
    with pytest.raises(Miss):
        Tape([get("/a?page=2")]).find(get(asked))


def test_graphql_is_told_apart_by_operation_and_variables() -> None:
    """One address, many questions; the layout of the query is none of its meaning."""

    def page(number: int, query: str) -> Req:
        return post("/graphql", {"operationName": "Bills", "query": query, "variables": {"page": number}})

    tape = Tape([page(1, "query Bills { a b }"), page(2, "query Bills { a b }")])

    assert tape.find(page(2, "query Bills {\n  a\n  b\n}")) == 1
    with pytest.raises(Miss, match="variables"):
        tape.find(page(3, "query Bills { a b }"))


def test_persisted_and_fetched_graphql_queries_are_told_apart() -> None:
    """The digest of a persisted query names it; in a query string the layout is no difference either."""

    def persisted(digest: str) -> Req:
        return post("/graphql", {"extensions": {"persistedQuery": {"sha256Hash": digest}}})

    tape = Tape([persisted("0cc175b9c0f1b6a831c399e269772661"), get("/graphql?query=query%20A%20%7B%20a%20%7D")])

    assert tape.find(get("/graphql?query=query%20A%7Ba%7D")) == 1
    with pytest.raises(Miss, match="sha256Hash"):
        tape.find(persisted("92eb5ffee6ae2fec3ad71c777531578f"))


def test_a_boundary_is_no_difference() -> None:
    """A multipart body is its parts."""

    def upload(boundary: str) -> Req:
        body = f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\nhello\r\n--{boundary}--\r\n'.encode()
        return Req("POST", SITE, [("Content-Type", f"multipart/form-data; boundary={boundary}")], body)

    assert Tape([upload("one")]).find(upload("another")) == 0


def test_headers_count_only_when_they_select() -> None:
    """A cookie may differ, a range may not."""
    tape = Tape([get("/a", [("Cookie", "a=1"), ("Range", "bytes=0-9")])])

    assert tape.find(get("/a", [("cookie", "b=2"), ("range", "bytes=0-9")])) == 0
    with pytest.raises(Miss, match="range"):
        tape.find(get("/a", [("Range", "bytes=10-19")]))


def test_chosen_fields_may_be_left_out() -> None:
    """A field that a take ignores is no difference, in the query and in the body."""
    tape = Tape([get("/a?trace=left"), post("/b", {"trace": "left", "x": 1})], ignore=["trace"])

    assert tape.find(get("/a?trace=right")) == 0
    assert tape.find(post("/b", {"trace": "right", "x": 1})) == 1


def test_the_path_alone_matches_only_when_asked_and_says_so() -> None:
    """It hides wrong input."""
    said: list[str] = []
    tape = Tape([post("/login", {"user": "ada"})], loose=said.append)

    assert tape.find(post("/login", {"user": "bob"})) == 0
    assert len(said) == 1
    assert said[0].endswith('by path alone with request 1: body field `user`: recorded "ada", asked "bob"')


def test_a_pool_gets_its_own_answers_in_any_order() -> None:
    """Eight threads, signed links that differ in two masked values, each link asked once."""
    random = Random(1)
    links = [get(f"/pdf?id={random.getrandbits(128):032x}&_={1700000000000 + n}") for n in range(200)]
    asked = [Req(link.method, link.url.partition("&_")[0] + "&_=1800000000000") for link in links]
    order = random.sample(range(200), 200)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(Tape(links).find, [asked[n] for n in order]))

    assert found == order


def test_an_identifier_says_more_than_a_time() -> None:
    """With the clock standing at one recorded moment, each link still gets its own answer."""
    links = [get(f"/pdf?at={1700000000000 + n}&id={n:08d}-1111-4222-8333-444455556666") for n in range(5)]
    tape = Tape(links)
    asked = [get(f"/pdf?at=1700000000002&id={n:08d}-1111-4222-8333-444455556666") for n in (4, 3, 1, 0, 2)]

    assert [tape.find(request) for request in asked] == [4, 3, 1, 0, 2]


def test_polls_of_two_sessions_do_not_mix() -> None:
    """Each session goes through its own answers, however the calls mingle."""
    ada, bob = "99999999-aaaa-4bbb-8ccc-dddddddddddd", "11111111-aaaa-4bbb-8ccc-dddddddddddd"
    tape = Tape([get(f"/poll?s={session}&_={1700000000000 + n}") for n, session in enumerate([ada, ada, bob, bob])])
    asked = [get(f"/poll?s={session}&_={1800000000000 + n}") for n, session in enumerate([bob, ada, bob, ada, ada])]

    assert [tape.find(request) for request in asked] == [2, 0, 3, 1, 1]


def drawn(number: int) -> str:
    """An identifier that a client makes."""
    return f"{number:08x}-1111-4222-8333-444455556666"


def test_an_identifier_that_is_drawn_anew_leads_to_the_answers_of_the_old_one() -> None:
    """Two jobs under identifiers that the client makes: whichever is asked first, each gets its own answers."""

    def jobs(one: int, two: int) -> list[Req]:
        return [
            post("/jobs", {"id": drawn(one), "year": 2024}),
            post("/jobs", {"id": drawn(two), "year": 2025}),
            *[get(f"/jobs/{drawn(number)}") for number in (one, one, two, two)],
        ]

    tape, asked = Tape(jobs(1, 2)), jobs(7, 8)

    assert [tape.find(asked[n]) for n in (1, 4, 0, 2, 5, 3)] == [1, 4, 0, 2, 5, 3]


def test_a_value_that_comes_again_now_does_not_hold_up_a_poll() -> None:
    """A signature over the second is the same twice when the replay is faster than the run was."""
    tape = Tape([get(f"/poll?s={n:032x}a") for n in (1, 1, 2, 3)])

    assert [tape.find(get(f"/poll?s={9:032x}b")) for _ in range(5)] == [0, 1, 2, 3, 3]


def test_fresh_values_are_answered_in_order() -> None:
    """A poll with a new identifier and time in each call, none of them recorded, goes on to its end."""
    session = "99999999-aaaa-4bbb-8ccc-dddddddddddd"
    tape = Tape([post("/poll", {"session": session, "at": 1700000000 + n, "n": f"{n:032x}a"}) for n in range(3)])
    asked = [post("/poll", {"session": session, "at": 1800000000 + n, "n": f"{n + 7:032x}b"}) for n in range(5)]

    assert [tape.find(request) for request in asked] == [0, 1, 2, 2, 2]


def test_what_was_never_asked_for_is_known() -> None:
    """And how the others were matched."""
    tape = Tape([get("/a"), get("/b"), get("/c?_=1700000000123")])
    tape.find(get("/a"))
    tape.find(get("/c?_=1800000000000"))

    assert tape.unused() == [1]
    assert tape.summary() == "1 exact, 1 by shape"
