"""Rules about what is in the folder of a recording."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.jobs.check.conftest import Project
from toolkit.transport.har import Har, make_entry
from toolkit.transport.take import HAR_NAME


@pytest.mark.parametrize("name", ["session.har", "take.json", "expected.json"])
@pytest.mark.parametrize("text", [None, "{", "[]", '{"error": null, "entries": {}}'])
def test_what_cannot_be_read(project: Project, name: str, text: str | None) -> None:
    """A missing or broken file is all that is told of a recording, in one sentence."""
    path = project.good / name
    path.unlink() if text is None else path.write_text(text)

    found = [one for one in project.find() if one.rule != "good-run"]
    assert [(one.subject, one.rule, one.problem.place) for one in found] == [("acme/good", "opens", name)]
    assert "\n" not in found[0].problem.wrong


def test_a_body_that_is_missing(project: Project) -> None:
    """The entry is named."""
    next((project.good / "bodies").iterdir()).unlink()

    ((place, wrong),) = project.wrong("complete")
    assert place.startswith("session.har, entry 3 (GET http://127.0.0.1")
    assert "cannot be read" in wrong


def test_bodies_that_do_not_belong(project: Project) -> None:
    """One that was changed, one that nobody asked for, and a file that nothing has looked into."""
    body = next((project.good / "bodies").iterdir())
    body.write_bytes(body.read_bytes().replace(b"Catalog", b"Kata/og"))
    orphan = project.good / "bodies" / "da39a3ee5e6b4b0d3255bfef95601890afd80709.txt"
    orphan.write_bytes(b"")
    (project.good / "trace.zip").write_bytes(b"PK")

    assert sorted(project.wrong("bodies")) == [
        (f"bodies/{body.name}", "does not hold what its name says"),
        (f"bodies/{orphan.name}", "belongs to no request"),
        ("trace.zip", "is no part of a recording"),
    ]


def test_code_that_is_kept_compressed(project: Project) -> None:
    """It is named after what it holds; one that is damaged holds nothing."""
    har, code = Har.load(project.good / HAR_NAME), b"let bill = 1;\n" * 10_000
    url, headers = har.entries[0].url, [("Content-Type", "text/javascript")]
    har.append(make_entry("GET", url, started=datetime.now(UTC), status=200, response_headers=headers, body=code))
    har.save(project.good / HAR_NAME)
    (packed,) = (project.good / "bodies").glob("*.js.gz")

    assert project.wrong("bodies") == []

    packed.write_bytes(packed.read_bytes()[:-9])

    wrong = [one.problem.wrong for one in project.find() if one.rule == "bodies"]
    assert wrong == ["does not hold what its name says"]


def test_an_account_that_does_not_fit(project: Project) -> None:
    """The manifest has learned a field since, and forgotten another."""
    manifest = project.connector / "manifest.konnector"
    project.edit(manifest, '"login": {"type": "email"}', '"user": {"type": "text"}, "nick": {"isRequired": false}')
    places = {one.subject: one.problem.wrong for one in project.find() if one.rule == "account"}

    assert sorted(one.problem.wrong for one in project.find() if one.subject == "acme/good") == [
        "the placeholder account has a field `login`, which the manifest has not",
        "the placeholder account lacks the field `user`",
    ]
    assert places.keys() == {"acme/good", "acme/wrong-password"}


@pytest.mark.parametrize(
    ("change", "declared"),
    [
        ({}, False),
        ({"hosts": ["cdn.example.net"]}, True),
        ({"hosts": ["*.example.net"]}, True),
        ({"hosts": ["example.net", "*.cdn.example.net"]}, False),
        ({"vendor_link": "https://www.example.net/start"}, True),
        ({"vendor_link": "https://ample.net"}, False),
    ],
)
def test_hosts_that_are_not_declared(project: Project, change: dict[str, Any], declared: bool) -> None:
    """The site and those below it go without saying; any other must be in the manifest, by name or by pattern."""
    project.edit_json(project.connector / "manifest.konnector", lambda manifest: manifest.update(change))
    content = json.loads((project.good / "session.har").read_text())
    for entry in content["log"]["entries"][1:]:
        entry["request"]["url"] = entry["request"]["url"].replace("127.0.0.1", "cdn.example.net")
    (project.good / "session.har").write_text(json.dumps(content))

    found = project.wrong("hosts")

    assert [wrong.partition(" (")[0] for _, wrong in found] == (
        [] if declared else ["cdn.example.net was asked 2 times, and the manifest does not declare it"]
    )
    assert all(place.startswith("session.har, entry 2 (GET http://cdn.example.net") for place, _ in found)
