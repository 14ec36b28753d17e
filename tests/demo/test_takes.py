"""Takes of the whole journey: complete, free of secrets, small, and alike."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

import toolkit.demo
from toolkit.account import Account
from toolkit.demo.site import EMAIL, PASSWORD, Site
from toolkit.jobs import RunOptions, Workspace, find_connector, run_connector
from toolkit.transport.har import Har, lint
from toolkit.transport.leaks import scan
from toolkit.transport.record import Record
from toolkit.transport.take import HAR_NAME, TAKE_NAME, Take

HERE = Path(toolkit.demo.__file__).parent
DEMO = find_connector("demo", HERE)


@dataclass
class Recorded:
    """Two takes of one journey, and what the site gave in the first that must not be kept."""

    folders: list[Path]
    given: dict[str, str]


def record(site: Site, place: Path, take: Take) -> dict[str, str]:
    """Record one run into a new folder, and return the cookies and the token that the session held."""
    tape = Record(take)
    fields = {"url": site.url, "login": EMAIL, "password": PASSWORD}
    options = RunOptions(transport=lambda: tape, fixture=HERE / "fixture.json")
    report = run_connector(DEMO, Account(fields=fields), Workspace(place / "data"), options)
    assert report.verdict == "24 listed: 24 saved"
    held: dict[str, str] = {}
    for entry in tape._entries:
        held |= re.findall(r"(\w+)=([^;]+)", entry.request_header("cookie") or "")
        held["token"] = (entry.request_header("authorization") or "").removeprefix("Bearer ")
    (place / "take").mkdir()
    tape.write(place / "take", fields, frozenset({"login", "password"}))
    tape.forget()
    return held


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Two takes with clocks and chance of their own, of a site that began anew on the same port."""
    places = [tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")]
    given: dict[str, str] = {}
    port = 0
    for seed, place in enumerate(places):
        with Site(port=port) as site:
            port = int(site.url.rpartition(":")[2])
            now = datetime.now(UTC)
            given |= {f"{name} {seed}": value for name, value in record(site, place, Take(now, seed)).items()}
    return Recorded([place / "take" for place in places], given)


def test_a_take_is_complete_and_small(recorded: Recorded) -> None:
    """Nothing lacks, both halves are there, in less than 2 MB."""
    for folder in recorded.folders:
        har = Har.load(folder / HAR_NAME)

        assert lint(har) == []
        assert {entry.client for entry in har.entries} == {"browser", "session"}
        assert sum(entry.body().startswith(b"%PDF-") for entry in har.entries) == 24
        assert sum(path.stat().st_size for path in folder.rglob("*")) < 2_000_000


def test_no_secret_is_left_in_any_encoding(recorded: Recorded) -> None:
    """Not the account, not the cookies, not the token nor what it says."""
    tokens = [value for name, value in recorded.given.items() if name.startswith("token")]
    parts = {f"part {n}": part for n, token in enumerate(tokens) for part in token.split(".")[1:]}
    secrets = {"login": EMAIL, "password": PASSWORD, **recorded.given, **parts}

    assert {name.partition(" ")[0] for name in recorded.given} == {"csrf", "session", "token"}
    assert all(tokens)
    for folder in recorded.folders:
        assert scan(folder, secrets).leaks == []


def test_two_takes_are_alike(recorded: Recorded) -> None:
    """They differ in the clock, the seed and the times within the token, and hold the same files."""
    names = [sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) for folder in recorded.folders]
    lines = [
        Counter(line for name in (HAR_NAME, TAKE_NAME) for line in (folder / name).read_text().splitlines())
        for folder in recorded.folders
    ]
    changed = (lines[0] - lines[1]) + (lines[1] - lines[0])  # which of two pictures comes first is up to the machine

    assert names[0] == names[1]
    assert changed.total() <= 6
