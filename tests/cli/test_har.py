"""`toolkit har`."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from toolkit.transport.har import Har, make_entry

Command = Callable[..., Any]
NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A HAR of two requests; the second lost its body."""
    path = tmp_path / "session.har"
    good = make_entry("GET", "https://ada:pw@acme.example/a?token=secret", started=NOON, status=200, body=b"12345")
    headers = [("Content-Length", "9"), ("Content-Type", "application/pdf")]
    lost = make_entry("POST", "https://acme.example/b#x", started=NOON, status=200, response_headers=headers)
    Har([good, lost]).save(path, normal=False)
    return path


def test_a_line_for_each_request(command: Command, file: Path) -> None:
    """Number, method, status, type, bytes and address; what is lost is said, and no secret of an address is shown."""
    said = command("har", "show", str(file))
    rows = [line.split() for line in said.out.splitlines()]

    assert said.code == 0
    assert rows[1][:3] == ["1", "GET", "200"]
    assert rows[1][-1] == "https://acme.example/a"
    assert rows[2][-1] == "https://acme.example/b"
    assert "2 requests" in said.out
    assert any(line.startswith("- ") and "entry 2" in line for line in said.out.splitlines())
    assert "secret" not in said.out


def test_json(command: Command, file: Path) -> None:
    """The same for a program."""
    found = json.loads(command("har", "show", str(file), "--json").out)

    assert [entry["bytes"] for entry in found["entries"]] == [5, 0]
    assert len(found["lacks"]) == 1


def test_export_is_one_file(command: Command, file: Path, tmp_path: Path) -> None:
    """Everything is in it; a file that is there is not replaced."""
    target = tmp_path / "out.har"
    first, again = command("har", "export", str(file), str(target)), command("har", "export", str(file), str(target))

    assert (first.code, again.code) == (0, 2)
    assert "is there already" in again.err
    assert [entry.body() for entry in Har.load(target).entries] == [b"12345", b""]


def test_what_is_no_har_is_one_sentence(command: Command, tmp_path: Path) -> None:
    """With the name of the file."""
    (tmp_path / "broken.har").write_text("{")
    said = command("har", "show", str(tmp_path / "broken.har"))

    assert said.code == 2
    assert said.err.startswith("INVALID_HAR: broken.har is not JSON")
    assert len(said.err.splitlines()) == 1
