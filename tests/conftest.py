"""Fixtures that every test may use."""

from pathlib import Path
from typing import Any

import pytest

from toolkit.web import find_browser


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """pytest-playwright starts the browser that the toolkit would."""
    found = find_browser()
    assert found is not None, "no browser: run `toolkit install-browser`"
    return {**browser_type_launch_args, "executable_path": str(found.path)}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the person who runs the tests reaches them, and no test writes into the project."""
    for name in ("TOOLKIT_DATA", "TOOLKIT_CONNECTORS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOOLKIT_DATA", str(tmp_path / "data"))
