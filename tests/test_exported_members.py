"""The front door."""

import subprocess
import sys

import pytest

import toolkit
from toolkit import cli, errors, models, operations, testing, transport, web

PACKAGES = [toolkit, errors, models, operations, testing, transport, web, cli]


def test_all_is_sorted_and_true() -> None:
    """`__all__` of each package is sorted and names only what is there."""
    for package in PACKAGES:
        names = list(package.__all__)

        assert names == sorted(names), package.__name__
        assert [name for name in names if not hasattr(package, name)] == [], package.__name__


def test_the_front_door_waits_for_nobody() -> None:
    """Importing the toolkit loads none of its rooms; a name loads what it needs, and is the room's own."""
    code = "import sys, toolkit; print(sorted(name for name in sys.modules if name.startswith('toolkit')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded == "['toolkit']\n"
    assert toolkit.Bill is models.Bill
    assert {"Bill", "naming"} <= {*dir(toolkit)}


def test_every_name_is_one_of_ours() -> None:
    """A name that a room has of another library, such as pydantic's BaseModel, is not what is offered under it."""
    assert toolkit.BaseModel is models.BaseModel
    homes = {name: vars(getattr(toolkit, name)).get("__module__", "toolkit") for name in toolkit.__all__}
    assert [name for name, home in homes.items() if not home.startswith("toolkit")] == []


def test_an_unknown_name_is_refused_as_usual() -> None:
    """The module and the name are told."""
    with pytest.raises(AttributeError, match="module 'toolkit' has no attribute 'Bil'"):
        getattr(toolkit, "Bil")  # noqa: B009 - a checker would see it
