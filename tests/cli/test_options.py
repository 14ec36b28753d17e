"""Where --data, --connectors and -v may stand, and who has the last word."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        (["bills"], "env"),
        (["--data", "before", "bills"], "before"),
        (["bills", "--data", "after"], "after"),
        (["--data", "before", "bills", "--data", "after"], "after"),
    ],
)
def test_data(command: Command, monkeypatch: pytest.MonkeyPatch, arguments: list[str], folder: str) -> None:
    """A later word wins over an earlier one, and both over the environment."""
    monkeypatch.setenv("TOOLKIT_DATA", "env")

    assert f"No bills in {folder} yet" in command(*arguments).out


def test_default(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word, data is in ./data; an empty variable is no word."""
    monkeypatch.setenv("TOOLKIT_DATA", "")

    assert "No bills in data yet" in command("bills").out


def test_connectors(command: Command, write_connector: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for the folder of connectors, which must be there when it is named."""
    folder = write_connector("acme").parent
    monkeypatch.setenv("TOOLKIT_CONNECTORS", "")

    assert "acme" not in command("list").out
    assert "acme" in command("list", "--connectors", folder).out
    assert "acme" in command("--connectors", folder, "list").out
    assert command("--connectors", "nowhere", "list").code == 2
