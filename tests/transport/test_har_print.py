"""JSON printed for people and git."""

import json
from typing import Any

import pytest

from toolkit.transport.har_print import printed


def test_one_header_a_line() -> None:
    """Objects in a list stand on a line each, so that a diff shows the header that changed."""
    value = {
        "headers": [{"name": "A", "value": "1"}, {"name": "B", "value": "é"}],
        "cookies": [],
        "timings": {"send": 0},
    }

    expected = """{
  "headers": [
    {"name": "A", "value": "1"},
    {"name": "B", "value": "é"}
  ],
  "cookies": [],
  "timings": {"send": 0}
}"""
    assert "".join(printed(value)) == expected


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {"a": {"b": {}}, "c": [[], [1], [{"d": [2]}]], "e": None, "f": [True, 1.5, "x\n"]},
        [{"a": {"b": 1}}, 2],
        "text",
    ],
)
def test_any_json_comes_back(value: Any) -> None:
    """What is printed reads as what it was."""
    assert json.loads("".join(printed(value))) == value


def test_entries_may_come_one_by_one() -> None:
    """A long list is printed from an iterator, without ever standing in memory; it may be empty."""
    assert json.loads("".join(printed({"entries": iter([{"a": 1}, {"b": [2]}])}))) == {
        "entries": [{"a": 1}, {"b": [2]}]
    }
    assert json.loads("".join(printed({"entries": iter(())}))) == {"entries": []}
