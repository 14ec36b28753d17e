"""`toolkit install-browser`; how one is got is tried in tests/web/test_install.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


def test_says_what_is_there(command: Command) -> None:
    """With a browser on the machine nothing is installed, and the command says which it is."""
    said = command("install-browser")

    assert said.code == 0
    assert said.out.startswith("ok: ")
    assert said.err == ""


def test_says_what_is_wrong(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A browser that was named and is not there is a sentence."""
    monkeypatch.setenv("TOOLKIT_BROWSER", str(tmp_path / "none"))

    said = command("install-browser")

    assert said.code == 2
    assert said.err == f"USAGE: TOOLKIT_BROWSER is {tmp_path}/none, and no such file is there.\n"
