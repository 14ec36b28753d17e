"""The plugin of pytest: recordings are tests, and tests can be run on recordings.

Every run of pytest loads it, so it imports nothing heavy, and does nothing where there is no recording.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from toolkit.testing import browsing, fixtures
from toolkit.testing.choosing import RecordingFile, has_recording

if TYPE_CHECKING:
    from pathlib import Path

LOOPBACK = ["127.0.0.0/8", "127.0.0.1", "::1", "localhost"]
OWN_WORD = ("allow_hosts", "disable_socket", "enable_socket")
PARTS = ("session.har", "expected.json")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options; their folders have the same names in the configuration file."""
    group = parser.getgroup("toolkit", "recordings of the toolkit")
    group.addoption("--recordings", metavar="PATH", help="Folder of the recordings that tests name.")
    group.addoption("--connectors", metavar="PATH", help="Folder of the connectors.")
    parser.addini("recordings", "Folder of the recordings that tests name.", default="recordings")
    parser.addini("connectors", "Folder of the connectors.", default="connectors")


def pytest_configure(config: pytest.Config) -> None:
    """Make the fixtures known, after those of the plugins that they override."""
    config.addinivalue_line("markers", 'recording(name): run the test on a recording, such as "acme/good"')
    config.pluginmanager.register(fixtures, "toolkit-fixtures")
    if config.pluginmanager.hasplugin("playwright"):
        config.pluginmanager.register(browsing, "toolkit-browsing")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A take.json is the face of a recording."""
    if file_path.name == "take.json" and all((file_path.parent / part).is_file() for part in PARTS):
        return RecordingFile.from_parent(parent, path=file_path)
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests that have a recording reach nothing but this machine."""
    recorded = [item for item in items if has_recording(item)]
    if recorded and find_spec("pytest_socket") is None:
        raise pytest.UsageError(
            "Recordings are replayed without a network: `pip install 'toolkit[testing]'` closes it."
        )
    for item in recorded:
        if not any(item.get_closest_marker(name) for name in OWN_WORD):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
