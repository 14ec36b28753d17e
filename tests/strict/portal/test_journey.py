"""A strict portal replays, offline, with browser and session on one tape: each thing that it asks for, by name."""

import hashlib
import json

import pytest

from tests.strict.portal.conftest import Takes
from tests.strict.portal.site import pdf
from toolkit.jobs.expected import load_expected
from toolkit.jobs.recordings import Replayed
from toolkit.transport.har import Har, HarEntry
from toolkit.transport.take import HAR_NAME, Take

IN_PAGE, BILLS = ["P-attachment", "P-post"], [f"B-{number:02}" for number in (*range(9, 13), *range(1, 9))]


@pytest.fixture(scope="module")
def kept(journey: Takes) -> list[HarEntry]:
    """What the recording holds."""
    return Har.load(journey.folders[0] / HAR_NAME).entries


def test_the_site_had_nothing_to_refuse(journey: Takes) -> None:
    """While it was recorded, twice; else the rest proves little."""
    assert journey.refused == []
    assert journey.report.verdict == "17 listed: 17 saved"


def test_it_replays_as_it_went(replayed: Replayed) -> None:
    """Nothing missed, nothing left over, nothing else saved; the site is gone."""
    assert (replayed.differences, replayed.notes, replayed.unused) == ([], [], [])
    assert replayed.report.verdict == "17 listed: 17 saved"


@pytest.mark.parametrize(
    "told",
    [
        pytest.param("pending 3; ", id="a poll of the page: pending three times, then done"),
        pytest.param("pending pending pending done", id="a poll of the session"),
        pytest.param("fr 2; en 3; ", id="PUT with two bodies, in the page"),
        pytest.param("fr 4; en 5; ", id="PUT with two bodies, in the session"),
        pytest.param("unread 3; unread 2; unread 1; ", id="a GET with changing answers, in the page"),
        pytest.param("unread 0; unread -1; ", id="a GET with changing answers, in the session"),
        pytest.param("B-09 B-01 B-05; B-05 B-06 B-07 B-08; B-01 B-02", id="pages of GraphQL, at once and out of order"),
        pytest.param(f"inline {hashlib.sha256(pdf('P-inline')).hexdigest()[:8]}", id="a PDF that the page fetches"),
        pytest.param("exported 12; ", id="cookies of two redirects, in the session"),
    ],
)
def test_what_the_run_saw_is_seen_again(journey: Takes, replayed: Replayed, told: str) -> None:
    """Live and replayed alike."""
    for report in (journey.report, replayed.report):
        assert told in report.operations[-1].did


def test_each_paper_comes_again(journey: Takes, replayed: Replayed) -> None:
    """200 KB each: by a click as an attachment and by POST, inline, by links good once; the pool mixes none up."""
    names = [*IN_PAGE, "S-post", "S-attachment", "S-inline", *BILLS]
    expected = [(name, hashlib.sha256(pdf(name)).hexdigest()) for name in names]
    kept = load_expected(journey.folders[0])["entries"]

    assert [(row["number"], row["sha256"]) for row in kept] == expected
    assert [line.entry.summary()["number"] for line in replayed.report.entries] == names


def test_cookies_go_where_they_went(journey: Takes, replayed: Replayed) -> None:
    """Those that no script can read, those of redirects, and those with an end far away come; deleted ones go."""
    left = journey.report.operations[-1].did.rpartition("; ")[2].split(", ")

    assert left == ["csrf", "device", "idp", "one", "state", "two", "visit"]
    for report in (journey.report, replayed.report):
        assert report.operations[-1].did.endswith(", ".join(left))
        assert report.operations[2].did == "6 cookies, 5 headers"


def test_the_clock_and_the_dice_are_there_before_the_site(journey: Takes, kept: list[HarEntry]) -> None:
    """For the first script of a page, of iframes of two sites, of one that is written out, and of one without a page.

    What they tell is no shape that matching leaves out: the replay would have missed it.
    """
    told = [json.loads(entry.request_body() or b"") for entry in kept if entry.url.endswith("/boot")]
    clock = int(Take.load(journey.folders[0]).clock.timestamp() * 1000) % 86_400_000

    assert [one["place"] for one in told] == ["frame", "frame", "page"]
    assert {moment for one in told for moment in one["clock"]} == {clock}
    assert len({number for one in told for number in one["drawn"]}) == 9


def test_the_form_across_sites_brought_its_redirects(kept: list[HarEntry]) -> None:
    """Each with its cookies, the first from another host's page."""
    posted = next(number for number, entry in enumerate(kept) if entry.url.endswith("/acs"))
    hops = kept[posted : posted + 3]
    given = [[value.partition("=")[0] for name, value in hop.response_headers if name == "Set-Cookie"] for hop in hops]

    assert [(hop.method, hop.status) for hop in hops] == [("POST", 303), ("GET", 303), ("GET", 200)]
    assert given == [["hop"], ["session", "csrf", "device", "pre", "hop"], []]
    assert (hops[0].request_header("origin") or "").startswith("http://127.0.0.1:")
