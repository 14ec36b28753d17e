"""A person with an account at a portal that breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.debug.troubles import PASSWORD, Portal
from toolkit.account import Account
from toolkit.jobs import RunOptions, Workspace, find_connector, run_connector
from toolkit.report import Report

CONNECTOR = '''"""Acme."""

import toolkit
from toolkit import Bill

{login}

{listing}

connector = toolkit.create_new(
    name="acme", models=[Bill], fetch_operations=[
        log_in, toolkit.hand_over, bills, toolkit.filter_existing(Bill), toolkit.save_data_and_file(Bill)
    ]{options}
)
'''
MANIFEST = {
    "name": "Acme",
    "slug": "acme",
    "type": "konnector",
    "version": "1.0",
    "source": "here",
    "developer": {"name": "Ada"},
    "currency": "EUR",
    "fields": {"url": {"type": "text"}, "login": {"type": "text"}, "password": {"type": "password"}},
}


@dataclass
class Author:
    """Writes a connector, and runs it with an account at the portal."""

    folder: Path
    site: str
    options: RunOptions

    @property
    def workspace(self) -> Workspace:
        """Where the runs keep things."""
        return Workspace(self.folder / "data")

    def write(self, login: str, listing: str, options: str = "") -> None:
        """The connector, anew."""
        folder = self.folder / "connectors" / "acme"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.konnector").write_text(json.dumps(MANIFEST))
        (folder / "connector.py").write_text(CONNECTOR.format(login=login, listing=listing, options=options))

    def account(self, password: str = PASSWORD) -> Account:
        """Whose bills these are."""
        return Account(fields={"url": self.site, "login": "ada@example.org", "password": password})

    def run(self, password: str = PASSWORD) -> Report:
        """What `toolkit run acme` does."""
        found = find_connector("acme", self.folder / "connectors")
        return run_connector(found, self.account(password), self.workspace, self.options)


@pytest.fixture
def portal() -> Iterator[Portal]:
    """The site."""
    with Portal() as site:
        yield site
        site.held.set()


@pytest.fixture
def author(tmp_path: Path, portal: Portal, sharing: RunOptions) -> Author:
    """An author of its connector."""
    return Author(tmp_path, portal.url(), replace(sharing, ask=lambda *_: "424242"))
