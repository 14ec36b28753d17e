"""What clients make anew in each run is the same in every take."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from toolkit.transport.fresh import leave_out, make_alike
from toolkit.transport.har import HarEntry, make_entry
from toolkit.transport.masking import Value
from toolkit.transport.matching import Tape
from toolkit.transport.request import Req

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
UUIDS = ["0b0e7a52-1111-4222-8333-444455556666", "99999999-aaaa-4bbb-8ccc-dddddddddddd"]
HEXES = ["d41d8cd98f00b204e9800998ecf8427e", "0cc175b9c0f1b6a831c399e269772661"]


def entry(url: str, client: str = "browser", said: str = "", **more: object) -> HarEntry:
    """One exchange with the site."""
    entry = make_entry("GET", f"http://site.test{url}", started=NOON, status=200, body=said.encode(), **more)  # type: ignore[arg-type]
    entry.raw["_client"] = client
    return entry


def alike(*entries: HarEntry, clock: datetime = NOON, stand_ins: Sequence[str] = ()) -> list[str]:
    """The paths after everything is made alike."""
    make_alike(entries, clock, stand_ins)
    return [entry.url.removeprefix("http://site.test") for entry in entries]


@pytest.mark.parametrize(
    "made",
    [
        [f"/a?n={one}" for one in UUIDS],
        [f"/a?s={one}" for one in HEXES],
        ["/a?r=0.1234567890123", "/a?r=0.98765432109876"],
        ["/a?t=aB3dE5fG7hI9jK1lM3nO", "/a?t=Z9yX7wV5uT3sR1qP9oN7"],
        [f"/dl/{one}/x" for one in HEXES],
    ],
)
def test_what_a_page_draws_is_the_same_in_every_take(made: list[str]) -> None:
    """And the request as it was asked still finds the one that is kept."""
    kept = entry(made[0])

    assert alike(kept) == alike(entry(made[1])) != [made[0]]
    assert Tape([Req.of(kept)]).find(Req("GET", f"http://site.test{made[1]}")) == 0


def test_what_differs_goes_on_to_differ() -> None:
    """The same value gets the same stand-in, another one another."""
    first, second, again = alike(*[entry(f"/a?n={one}") for one in (*UUIDS, UUIDS[0])])

    assert first == again != second


def test_the_clock_of_the_pages_is_left_out_and_other_times_stay() -> None:
    """They may choose what is answered."""
    now = int(NOON.timestamp())
    paths = [f"/a?_={now}123", "/a?since=1600000000", "/a?at=2025-03-09T12:00:00.123Z", "/a?day=2024-03-09T12:00:00Z"]
    kept = alike(*map(entry, paths), clock=NOON + timedelta(milliseconds=123))

    assert kept == ["/a?_=1000000000000", paths[1], "/a?at=1000-01-01T00:00:00.000Z", paths[3]]


def test_the_time_beside_a_signature_of_its_own_is_left_out() -> None:
    """The signature says which answer is meant."""
    signed, often = f"/dl?s={HEXES[0]}&e=1600000000", f"/list?key={HEXES[1]}&before=1600000001"
    said = entry("/", said=" ".join(HEXES))

    assert alike(said, entry(signed, "session"), entry(often), entry(often))[1:] == [
        f"/dl?s={HEXES[0]}&e=1000000000",
        often,
        often,
    ]


def test_what_the_site_said_stays() -> None:
    """Also in a header, and with escapes."""
    headers = [("Location", f"/b?n={UUIDS[1]}")]
    paths = [f"/a?n={UUIDS[0]}", f"/b?n={UUIDS[1]}", "/c?s=aB3dE5fG7%2BhI9jK1lM3%2FO"]
    said = entry("/", said=UUIDS[0] + r" aB3dE5fG7\u002bhI9jK1lM3\/O", response_headers=headers)

    assert alike(said, *map(entry, paths))[1:] == paths


def test_a_stand_in_of_a_secret_stays() -> None:
    """The placeholder account is what the recorded login holds."""
    assert alike(entry(f"/login?password={HEXES[0]}"), stand_ins=[HEXES[0]]) == [f"/login?password={HEXES[0]}"]


def test_headers_that_do_not_count_are_the_same_whoever_asked() -> None:
    """Those from which something is read stay."""
    sent = [("X-Nonce", UUIDS[0]), ("Range", f"bytes={UUIDS[0]}"), ("Cookie", f"a={UUIDS[0]}")]
    kept = entry("/", "session", request_headers=sent)
    alike(kept)

    assert kept.request_header("x-nonce") != UUIDS[0]
    assert kept.request_headers[1:] == sent[1:]


def test_what_a_session_asks_stays_until_a_replay_asks_otherwise() -> None:
    """Only that shows what it draws from what its code holds."""
    path = f"/a?n={UUIDS[0]}&contract={UUIDS[1]}&_=1600000000"
    kept = entry(path, "session")

    assert alike(kept) == [path]
    leave_out([kept], {Value("uuid", UUIDS[0]), Value("epoch", "1600000000")})
    assert UUIDS[0] not in kept.url
    assert kept.url.endswith(f"contract={UUIDS[1]}&_=1000000000")


def test_bodies_are_made_alike_too_in_whatever_form() -> None:
    """JSON and forms, percent signs among them; what is no text stays."""
    token = "aB3dE5fG+hI9jK1lM3/O"
    bodies = [json.dumps({"n": UUIDS[0]}).encode(), b"t=aB3dE5fG%2BhI9jK1lM3%2FO", b"\0" + UUIDS[0].encode()]
    kept = [entry("/", request_body=body) for body in bodies]
    for one in kept:
        one.request_headers = [("Content-Type", "application/x-www-form-urlencoded")][: one is kept[1]]
    alike(*kept)
    made = [one.request_body() or b"" for one in kept]

    assert UUIDS[0].encode() not in made[0]
    assert token.encode() not in made[1]
    assert b"aB3dE5fG" not in made[1]
    assert made[2] == bodies[2]
