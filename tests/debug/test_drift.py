"""Drift: what has changed at a site since it was recorded, in words, with the line that reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.debug.conftest import Author
from tests.debug.troubles import LISTING, ROWS, Portal, form_login
from tests.sites.server import BILLS, as_json, only
from toolkit.jobs import RunOptions, find_connector
from toolkit.jobs.drift import drift_between
from toolkit.jobs.live_check import Drift, live_drift
from toolkit.jobs.recordings import record_connector
from toolkit.transport.har import Har, make_entry

WHEN = datetime(2025, 3, 1, tzinfo=UTC)
URL = "https://acme.example/api/bills"
ROW = {"id": "A1", "total": 12.5, "paid": True, "due": None}


def har(body: Any, *, url: str = URL, kind: str = "application/json") -> Har:
    """One answer."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    entry = make_entry(
        "GET", url, started=WHEN, status=200, response_headers=[("Content-Type", kind)], body=data, client="session"
    )
    return Har([entry])


def told(old: Har, new: Har) -> list[str]:
    """The changes, in words."""
    return [str(change) for change in drift_between(old, new)]


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        ({"items": [ROW]}, []),
        ({"items": []}, []),
        ({"items": [{**ROW, "due": "2025-01-01"}]}, []),
        ({"documents": [ROW]}, ["`items` is now `documents`"]),
        ({"items": [{**ROW, "total": "12.50"}]}, ["`items[].total` was a number, and is a text"]),
        (
            {"items": [{"id": "A1", "totalAmount": 12.5, "paid": True, "due": None}]},
            ["`items[].total` is now `items[].totalAmount`"],
        ),
        ({"items": [{"id": "A1", "total": 12.5, "due": None}]}, ["`items[].paid` is missing"]),
        ({"items": [ROW], "next": 2}, ["`next` is new"]),
        ([ROW], ["`the answer` was an object, and is a list"]),
    ],
)
def test_names_and_kinds_of_json(after: Any, changes: list[str]) -> None:
    """A list that is empty today, and a value where there was none, are no change."""
    assert told(har({"items": [ROW]}), har(after)) == [f"GET https://acme.example/api/bills: {one}" for one in changes]


def test_names_that_are_identifiers_are_one(tmp_path: Path) -> None:
    """An object keyed by number has no new names every month."""
    assert told(har({"2025-01": ROW}), har({"2025-02": ROW, "2025-03": ROW})) == []
    assert not list(tmp_path.iterdir())


def test_requests_that_have_gone_and_come() -> None:
    """By method, host and path."""
    assert told(har({}), har({}, url="https://acme.example/api/v2/bills")) == [
        "GET https://acme.example/api/bills is not asked for any more",
        "GET https://acme.example/api/v2/bills is asked for, and was not",
    ]


def test_fields_of_forms() -> None:
    """By their names."""
    old, new = (f"<form><input name={name}><input name=password></form>" for name in ("email", "username"))
    page = "https://acme.example/login"

    assert told(har(old, url=page, kind="text/html"), har(new, url=page, kind="text/html")) == [
        "GET https://acme.example/login: `email` is now `username`"
    ]


@pytest.fixture
def drift(author: Author, tmp_path: Path) -> Iterator[Callable[..., Drift]]:
    """`drift(breaks)` records the portal, lets it break, and runs against it again."""
    author.write(form_login(), LISTING)
    found = find_connector("acme", author.folder / "connectors")
    folder = tmp_path / "recordings" / "acme" / "good"
    record_connector(found, author.account(), folder, author.options)

    def drift(breaks: Callable[[], object]) -> Drift:
        breaks()
        return live_drift(found, author.account(), folder, author.options)

    yield drift
    assert sorted(path.name for path in folder.iterdir()) == ["expected.json", "session.har", "take.json"]


def test_a_site_that_is_as_it_was(drift: Callable[..., Drift]) -> None:
    """Nothing has changed, and nothing is kept."""
    done = drift(lambda: None)

    assert done.changes == []
    assert done.report.verdict == "3 listed: 3 saved"


RENAMED = (
    'login_form breaks at {file}:6: `#email` matches nothing; the nearest input is `#username` ("E-mail address").'
)
OTHER_KEY = (
    "bills breaks at {file}:9: The answer to `GET {site}/api/bills` has no key `items`: it has `count`, `documents`, "
    "`id`, `day`, `total`; the nearest is `documents`."
)
READS_IT = "GET {site}/api/bills: `items` is now `documents`; {file}:9 reads it"


@pytest.mark.parametrize(
    ("name", "sentences"), [("selector renamed", [RENAMED]), ("a changed API key name", [OTHER_KEY, READS_IT])]
)
def test_the_line_that_will_break_is_named(
    name: str, sentences: list[str], drift: Callable[..., Drift], portal: Portal, author: Author
) -> None:
    """With the operation, and the cause."""
    row = next(row for row in ROWS if row.name == name)
    done = drift(lambda: row.breaks(portal))
    file = author.folder / "connectors" / "acme" / "connector.py"
    site = portal.url()
    expected = [one.format(file=file, site=site) for one in sentences]

    assert [one for one in expected if one not in done.changes] == [], done.changes


def test_a_change_that_breaks_nothing_yet_is_told(drift: Callable[..., Drift], portal: Portal) -> None:
    """A number that has become a text."""
    rows = [{**one, "total": float(one["total"])} for one in BILLS]
    answer = only(portal.knows, lambda _: as_json({"items": rows}))
    done = drift(lambda: portal.routes.update({"GET /api/bills": answer}))

    assert [one.partition(": ")[2].partition(";")[0] for one in done.changes] == [
        "`items[].total` was a text, and is a number"
    ]
    assert done.report.error is None


def test_an_update_says_the_same_first(author: Author, portal: Portal, tmp_path: Path, sharing: RunOptions) -> None:
    """Before what it saves, and how often it asks."""
    author.write(form_login(), LISTING)
    found = find_connector("acme", author.folder / "connectors")
    folder = tmp_path / "recordings" / "acme" / "good"
    options = replace(sharing, ask=author.options.ask)
    record_connector(found, author.account(), folder, options)
    rows = [{**one, "total": float(one["total"])} for one in BILLS]
    portal.routes["GET /api/bills"] = only(portal.knows, lambda _: as_json({"items": rows}))
    done = record_connector(found, author.account(), folder, options, update=True)

    assert done.changes is not None
    assert done.changes[0].endswith("/api/bills: `items[].total` was a text, and is a number")
