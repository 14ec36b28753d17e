"""Whatever looks like a secret in a recording is a stand-in, or is told."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.check.conftest import Project


def edit_entry(project: Project, number: int, change: Any) -> None:
    """Edit one entry by hand, as people should not."""
    path = project.good / "session.har"
    content = json.loads(path.read_text())
    change(content["log"]["entries"][number - 1])
    path.write_text(json.dumps(content, indent=1))


def add_header(side: str, name: str, value: str) -> Any:
    """An edit that adds a header."""
    return lambda entry: entry[side]["headers"].append({"name": name, "value": value})


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (add_header("request", "Cookie", "sid=r3alC00kieValue"), "sid"),
        (add_header("request", "Authorization", "Bearer r3alT0kenValue99"), "authorization"),
        (add_header("request", "Authorization", "Basic YWRhOmh1bnRlcjI="), "user"),
        (add_header("response", "Set-Cookie", "remember=r3alC00kieValue; Path=/"), "remember"),
        (add_header("response", "Location", "/?ticket=r3alT1cket99"), "ticket"),
        (
            lambda entry: entry["request"].update(url=entry["request"]["url"] + "?access_token=r3alT0k3n"),
            "access_token",
        ),
        (lambda entry: entry["response"]["content"].update(text='{"csrfToken": "r3alCsrf1"}'), "csrfToken"),
        (lambda entry: entry["response"]["content"].update(text="FR76 3000 6000 0112 3456 7890 189"), "iban"),
        (lambda entry: entry["request"].update(cookies=[{"name": "sid", "value": "r3alC00kieValue"}]), "sid"),
        (lambda entry: entry["request"].update(queryString=[{"name": "token", "value": "r3alT0k3n"}]), "token"),
    ],
)
def test_what_was_added_by_hand(project: Project, change: Any, name: str) -> None:
    """Its entry and its name are told, its value is not."""
    edit_entry(project, 2, change)

    found = [one.problem for one in project.find() if one.rule == "secrets"]

    assert found[0].wrong == f"`{name}` looks like a secret and is no stand-in"
    assert found[0].place.startswith("session.har, entry 2 (GET ")
    assert "r3al" not in repr(project.find())


def test_a_password_that_came_back(project: Project) -> None:
    """In the form that was sent, and in the placeholder account; told once for each name and place."""
    take = project.good / "take.json"
    fields = json.loads(take.read_text())["fields"]
    project.edit(take, fields["login"], "ada@acme.example")
    project.edit(project.good / "session.har", fields["password"], "hunter2-unsafe")

    assert [(place.partition(" (")[0], wrong) for place, wrong in project.wrong("secrets")] == [
        ("take.json", "`login` looks like a secret and is no stand-in"),
        ("session.har, entry 1", "`password` looks like a secret and is no stand-in"),
    ]


@pytest.mark.parametrize("name", ["expected.json", "fixture.json"])
def test_what_stands_beside_the_traffic(project: Project, name: str) -> None:
    """Bank operations with an IBAN, for one."""
    path: Path = project.good / name
    content = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**content, "note": "FR7630006000011234567890189"}))

    assert project.wrong("secrets") == [(name, "`iban` looks like a secret and is no stand-in")]


def test_a_recording_of_before(project: Project) -> None:
    """One that does not know its stand-ins cannot be judged: one sentence, not one for each."""
    project.edit_json(project.good / "take.json", lambda take: take.pop("stand_ins"))

    assert project.wrong("secrets") == [
        ("take.json", "does not say which values are stand-ins: an older toolkit wrote it")
    ]


def test_what_no_scan_can_read_is_told(project: Project) -> None:
    """It counts for nothing: a person has to look."""
    body = next((project.good / "bodies").iterdir())
    content = body.read_bytes().replace(b"/Catalog", b"/Catalog /Filter /FlateDecode")
    name = f"{hashlib.sha1(content).hexdigest()}.pdf"
    body.unlink()
    body.with_name(name).write_bytes(content)
    project.edit(project.good / "session.har", body.name, name)

    found = [one for one in project.find() if one.rule == "readable"]
    assert [(one.problem.counts, one.problem.wrong) for one in found] == [
        (False, f"no scan can read bodies/{name} (images, PDFs with compressed text)")
    ]
