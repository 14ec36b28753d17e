"""Replays of one recording, and two recordings of one journey: as alike as can be."""

import json
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from random import Random

import pytest

from tests.strict.portal.conftest import Takes
from tests.strict.portal.site import pdf
from toolkit.jobs import RunOptions
from toolkit.jobs.recordings import Replayed, replay_connector
from toolkit.transport.har import Har
from toolkit.transport.replay import Replay
from toolkit.transport.take import HAR_NAME
from toolkit.web import Session

REPLAYS = 50
SEVERAL = 3


def told(replayed: Replayed) -> bytes:
    """All that a replay tells."""
    return json.dumps([replayed.report.as_dict(), replayed.differences, replayed.notes, replayed.unused]).encode()


def unlike(reports: set[bytes]) -> str:
    """Where two of them differ: it happens once in thousands of replays, if ever."""
    first, second = (json.dumps(json.loads(one), indent=1).splitlines() for one in sorted(reports)[:2])
    return "\n".join(unified_diff(first, second, lineterm="", n=1))


def test_fifty_replays_tell_the_same(papers: Takes, sharing: RunOptions) -> None:
    """Byte for byte, eight downloads at once and all."""
    reports = {told(replay_connector(papers.found, papers.folders[0], sharing)) for _ in range(REPLAYS)}

    assert len(reports) == 1, unlike(reports)
    assert b'"verdict": "12 listed: 12 saved"' in reports.pop()


def test_replays_with_the_browser_tell_the_same(journey: Takes, replayed: Replayed, sharing: RunOptions) -> None:
    """Byte for byte."""
    others = [replay_connector(journey.found, journey.folders[0], sharing) for _ in range(SEVERAL - 1)]

    assert {told(one) for one in others} == {told(replayed)}


@pytest.mark.parametrize("kind", ["journey", "papers"])
def test_two_recordings_differ_in_few_lines(kind: str, request: pytest.FixtureRequest) -> None:
    """Fewer than 60 that are gone or new, with all the nonces, tokens, signatures and links that are good once.

    A line that only moved does not count: which of two requests that were under way at once came first is up to the
    machine.
    """
    takes: Takes = request.getfixturevalue(kind)
    command = ["git", "diff", "--no-index", *map(str, takes.folders)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    gone = Counter(line[1:] for line in told if line.startswith("-") and not line.startswith("---"))
    new = Counter(line[1:] for line in told if line.startswith("+") and not line.startswith("+++"))

    assert {line.rpartition("/")[2] for line in told if line.startswith("+++")} == {"session.har", "take.json"}
    assert 0 < (gone - new).total() + (new - gone).total() < 60


def links(takes: Takes) -> dict[str, str]:
    """The links of the listing's first pages: good once, of one address, they differ in their token; and the papers."""
    entries = Har.load(takes.folders[0] / HAR_NAME).entries
    pages = [json.loads(entry.body())["data"]["bills"]["nodes"] for entry in entries if "/graphql" in entry.url]
    return {takes.origins.api + row["pdf"]: row["id"] for page in pages for row in page if row["id"] < "B-09"}


@pytest.mark.parametrize("seed", range(5))
def test_a_pool_gets_its_own_papers_in_any_order(papers: Takes, seed: int) -> None:
    """Eight at once, in another order each time."""
    names = links(papers)
    order = Random(seed).sample(sorted(names), len(names))
    with Session(Replay(papers.folders[0])) as session, ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda url: session.get(url).content, order))

    assert len(names) == 8
    assert got == [pdf(names[url]) for url in order]
