"""Recordings of the strict portal; the site is gone by the time that anybody replays them."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import spawn
from tests.strict.portal.edits import CONNECTORS
from tests.strict.portal.server import Origins
from tests.strict.portal.site import EMAIL, PASSWORD, Portal
from toolkit.account import Account
from toolkit.jobs import Found, RunOptions, find_connector
from toolkit.jobs.recordings import Replayed, record_connector, replay_connector
from toolkit.report import Report

__all__ = ["Takes", "account", "spawn"]


@dataclass(frozen=True)
class Takes:
    """Recordings of one unchanged journey, one after the other.

    `report` is that of the first, `refused` why the site refused anything, `origins` where it was.
    """

    found: Found
    folders: list[Path]
    report: Report
    refused: list[str]
    origins: Origins


def account(portal: Portal) -> Account:
    """The login at a portal."""
    return Account(fields={"url": portal.url, "login": EMAIL, "password": PASSWORD})


def record_twice(slug: str, root: Path, sharing: RunOptions) -> Takes:
    """Record a connector twice with one portal."""
    found = find_connector(slug, CONNECTORS)
    with Portal() as portal:
        done = [record_connector(found, account(portal), root / slug / case, sharing) for case in ("first", "second")]
    return Takes(found, [one.folder for one in done], done[0].report, portal.refused, portal.origins)


@pytest.fixture(scope="session")
def journey(tmp_path_factory: pytest.TempPathFactory, sharing: RunOptions) -> Takes:
    """Through the browser, then the session."""
    return record_twice("portal", tmp_path_factory.mktemp("strict"), sharing)


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory, sharing: RunOptions) -> Takes:
    """The session alone."""
    return record_twice("papers", tmp_path_factory.mktemp("strict"), sharing)


@pytest.fixture(scope="session")
def replayed(journey: Takes, sharing: RunOptions) -> Replayed:
    """The journey, replayed."""
    return replay_connector(journey.found, journey.folders[0], sharing)
