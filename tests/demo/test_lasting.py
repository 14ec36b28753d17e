"""The portal that is found again."""

import json
import os
from pathlib import Path

import pytest

from toolkit.demo.lasting import lasting_site


def test_it_comes_back_where_it_was(tmp_path: Path) -> None:
    """With its port and its key; another file means another key."""
    place, other = tmp_path / "data" / "site.json", tmp_path / "other.json"
    with lasting_site(place) as first:
        key = json.loads(place.read_text())["key"]
    with lasting_site(place) as again, lasting_site(other):
        assert again.url == first.url

    assert json.loads(place.read_text()) == {"port": first.port, "key": key}
    assert json.loads(other.read_text())["key"] != key


def test_a_port_that_is_taken_is_left_to_who_has_it(tmp_path: Path) -> None:
    """The key stays, and the new port is remembered."""
    place = tmp_path / "site.json"
    with lasting_site(place) as first, lasting_site(place) as second:
        assert second.port != first.port
    with lasting_site(place) as third:
        assert third.port == second.port


NONE = [
    "",
    "[]",
    "{",
    '{"port": 1}',
    '{"port": "x", "key": ""}',
    '{"port": 0, "key": "x"}',
    '{"port": 99999, "key": ""}',
]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_memory_is_written_anew(tmp_path: Path, text: str) -> None:
    """Nothing that is in the file stops the site."""
    place = tmp_path / "site.json"
    place.write_text(text)
    with lasting_site(place) as site:
        kept = json.loads(place.read_text())

    assert (kept["port"], len(kept["key"])) == (site.port, 64)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_the_key_is_for_its_owner(tmp_path: Path) -> None:
    """Who has it can make sessions."""
    with lasting_site(tmp_path / "site.json"):
        assert (tmp_path / "site.json").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_to_stops_nothing(tmp_path: Path) -> None:
    """The run tells of it in a sentence."""
    (tmp_path / "data").write_text("a file")
    with lasting_site(tmp_path / "data" / "site.json") as site:
        assert site.port
