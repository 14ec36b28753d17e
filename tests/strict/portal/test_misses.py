"""A connector that asks otherwise than it did is told where, beside what was recorded, and at which line it was."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.strict.portal.conftest import Takes
from tests.strict.portal.edits import edit
from toolkit.jobs import RunOptions
from toolkit.jobs.recordings import replay_connector


@dataclass(frozen=True)
class Change:
    """What somebody changes in the connector, the line that asks then, and what is told."""

    old: str
    new: str
    line: str
    nearest: str
    differs: str


CALL = "answer = run.session.request(method"
EXPORT = "run.session.get('/export')"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            Change(
                '"year": 2025',
                '"year": 2024',
                CALL,
                "/jobs was not recorded. Nearest is POST",
                "body field `year`: recorded 2025, asked 2024",
            ),
            id="a changed field of a body",
        ),
        pytest.param(
            Change(
                '"variables": {"page": page}',
                '"variables": {"page": page + 1}',
                CALL,
                "/graphql was not recorded. Nearest is POST",
                "body field `variables.page`: recorded 2, asked 3",
            ),
            id="a changed field within another",
        ),
        pytest.param(
            Change(
                EXPORT,
                "run.session.get('/exports')",
                "run.session.get('/exports')",
                "/exports was not recorded. Nearest is GET",
                "path: recorded export, asked exports",
            ),
            id="another address",
        ),
        pytest.param(
            Change(
                '"PUT", "/prefs"',
                '"PATCH", "/prefs"',
                CALL,
                "/prefs was not recorded. Nearest is PUT",
                "method: recorded PUT, asked PATCH",
            ),
            id="another method",
        ),
        pytest.param(
            Change(
                '    return " ".join(states)',
                '    return str(run.session.get("/api?tab=papers"))',
                "tab=papers",
                "/api was not recorded. Nearest is GET",
                "query `tab`: recorded nothing, asked papers",
            ),
            id="an extra request",
        ),
    ],
)
def test_a_request_that_was_not_recorded(papers: Takes, tmp_path: Path, change: Change, sharing: RunOptions) -> None:
    """It comes first of what differs."""
    edited = edit("papers", tmp_path, (change.old, change.new))
    first = replay_connector(edited.found, papers.folders[0], sharing).differences[0]

    assert f"{change.nearest} http://localhost:" in first
    assert change.differs in first
    assert first.endswith(f"\n  at {edited.line(change.line)}")


def test_a_request_that_is_asked_no_more(papers: Takes, tmp_path: Path, sharing: RunOptions) -> None:
    """Also when nothing else is saved for that."""
    edited = edit("papers", tmp_path, (EXPORT, "run.session.get('/api')"), (".json()['bills']", ""))
    told = replay_connector(edited.found, papers.folders[0], sharing).differences

    assert [sentence.partition(" (")[2] for sentence in told] == [
        f"GET {papers.origins.portal}{path}) was recorded, and not asked"
        for path in ("/export", "/export/one", "/export/two")
    ]


def test_a_request_that_another_needs(papers: Takes, tmp_path: Path, sharing: RunOptions) -> None:
    """What it would have given is missing from the next one."""
    edited = edit("papers", tmp_path, ('params={"t": name}', 'params={"t": number}'))
    told = replay_connector(edited.found, papers.folders[0], sharing).differences

    assert "/dl was not recorded. Nearest is GET http://localhost:" in told[0]
    assert "query `t`: recorded <" in told[0]
    assert told[0].endswith(f"\n  at {edited.line('return run.session.get(')}")


def test_a_selector_that_finds_nothing(journey: Takes, tmp_path: Path, sharing: RunOptions) -> None:
    """The selector, its line, and the request with which the recording goes on."""
    wait = ("page.set_default_timeout(10_000)", "page.set_default_timeout(1_500)")
    edited = edit("portal", tmp_path, wait, ('page.locator("#password")', 'page.locator("#pass-word")'))
    told = "\n".join(replay_connector(edited.found, journey.folders[0], sharing).differences)

    assert 'waiting for locator("#pass-word")' in told
    assert f"at {edited.line('#pass-word')}" in told
    assert (
        f"the recording goes on with session.har: entry 9 (POST {journey.origins.sso}/authorize), which was not asked"
        in told
    )
