"""The plugin of pytest: recordings are tests, and tests can be run on recordings.

Every run of pytest loads it, so it imports nothing heavy, and does nothing where there is no recording.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from toolkit.testing import browsing, fixtures
from toolkit.testing.choosing import KEPT, PASSED, RecordingFile, has_recording

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

LOOPBACK = ["127.0.0.0/8", "127.0.0.1", "::1", "localhost"]
OWN_WORD = ("allow_hosts", "disable_socket", "enable_socket")
PARTS = ("session.har", "expected.json")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options; their folders have the same names in the configuration file."""
    group = parser.getgroup("toolkit", "recordings of the toolkit")
    group.addoption(
        "--record",
        choices=("none", "once", "all"),
        default="none",
        help="Run tests live and keep what passes: once, where there is no recording yet, or all anew.",
    )
    group.addoption("--recordings", metavar="PATH", help="Folder of the recordings that tests name.")
    group.addoption("--connectors", metavar="PATH", help="Folder of the connectors.")
    parser.addini("recordings", "Folder of the recordings that tests name.", default="recordings")
    parser.addini("connectors", "Folder of the connectors.", default="connectors")


def pytest_configure(config: pytest.Config) -> None:
    """Make the fixtures known, after those of the plugins that they override."""
    config.addinivalue_line("markers", 'recording(name): run the test on a recording, such as "acme/good"')
    if config.getoption("--record") != "none":
        if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
            raise pytest.UsageError("Nothing is recorded in CI, where the variable CI is set: leave out --record.")
        names = [name for name in os.environ if name.startswith("TOOLKIT_FIELD_")]
        config.stash[fixtures.ENVIRONMENT] = {name: os.environ.pop(name) for name in names}
    config.pluginmanager.register(fixtures, "toolkit-fixtures")
    if config.pluginmanager.hasplugin("playwright"):
        config.pluginmanager.register(browsing, "toolkit-browsing")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A take.json is the face of a recording."""
    if file_path.name == "take.json" and all((file_path.parent / part).is_file() for part in PARTS):
        return RecordingFile.from_parent(parent, path=file_path)
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the tests that have a recording reach nothing but this machine."""
    recorded = [item for item in items if has_recording(item)]
    if recorded and find_spec("pytest_socket") is None:
        raise pytest.UsageError(
            "Recordings are replayed without a network: `pip install 'toolkit[testing]'` closes it."
        )
    for item in recorded:
        if config.getoption("--record") == "none" and not any(map(item.get_closest_marker, OWN_WORD)):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which tests pass: what others asked is not kept."""
    report = yield
    if call.when == "call" and report.passed:
        item.stash[PASSED] = True
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell what was recorded."""
    kept = config.stash.get(KEPT, {})
    if kept:
        terminalreporter.section("recorded")
    for told in kept.values():
        terminalreporter.line(told)
