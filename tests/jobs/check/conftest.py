"""A connector that needs no browser, with a recording of a good run and of a refused login; tests spoil copies."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from toolkit.account import Account
from toolkit.jobs import RunOptions, find_connector
from toolkit.jobs.check import Finding, check
from toolkit.jobs.recordings import record_connector

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
MANIFEST: dict[str, Any] = {
    "name": "Acme",
    "slug": "acme",
    "type": "konnector",
    "version": "1.0",
    "source": "here",
    "currency": "EUR",
    "fields": {"url": {}, "login": {"type": "email"}, "password": {"type": "password"}},
    "developer": {"name": "Ada"},
}
CODE = '''"""Acme: a bill a month."""

import toolkit
from toolkit import Bill, LoginFailed, Run


def log_in(run: Run) -> None:
    """Send the form."""
    form = {"email": run.fields["login"], "password": run.fields["password"]}
    answer = run.session.post("/login", json=form)
    if answer.status_code == 401:
        raise LoginFailed
    run.session.headers["Authorization"] = f"Bearer {answer.json()['token']}"


def bills(run: Run):
    """Each bill."""
    for row in run.session.get("/bills").json():
        yield Bill(date=row["date"], amount=row["amount"], number=row["id"], pdfurl=f"/pdf/{row['id']}")


connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    fetch_operations=[log_in, bills, toolkit.filter_existing(Bill), toolkit.save_data_and_file(Bill)],
)
'''
SITE: dict[str, Any] = {
    "/login": (200, {"Set-Cookie": "sid=S3cr3tS3ss10nC00k13; Path=/"}, b'{"token": "tok3nValueOfTheLogin"}'),
    "/bills": '[{"id": "A-1", "date": "2025-03-31", "amount": "23.90"}]',
    "/pdf/A-1": (200, {"Content-Type": "application/pdf"}, PDF),
}
REFUSED: dict[str, Any] = {"/login": (401, {}, b"{}")}


@dataclass(frozen=True)
class Project:
    """A folder with `connectors` and `recordings`."""

    folder: Path

    @property
    def connector(self) -> Path:
        """The connector's folder."""
        return self.folder / "connectors" / "acme"

    @property
    def good(self) -> Path:
        """The recording of the good run."""
        return self.folder / "recordings" / "acme" / "good"

    def find(self, *, replay: bool = False, slug: str | None = None) -> list[Finding]:
        """What `check` finds."""
        found = check(self.folder / "connectors", self.folder / "recordings", slug, replay=replay).findings
        return [one for one in found if one.subject.partition("/")[0] == "acme"]

    def wrong(self, rule: str) -> list[tuple[str, str]]:
        """Places and sentences of the findings, which are of one rule."""
        found = self.find()
        assert {one.rule for one in found} <= {rule}, found
        return [(one.problem.place, one.problem.wrong) for one in found]

    def edit(self, path: Path, old: str, new: str) -> None:
        """Change a text in a file; it must be there."""
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def edit_json(self, path: Path, change: Callable[[Any], object]) -> None:
        """Change a file of JSON."""
        content = json.loads(path.read_text("utf-8"))
        change(content)
        path.write_text(json.dumps(content), "utf-8")


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory, serve_all: Callable[..., str], sharing: RunOptions) -> Path:
    """The project as it should be."""
    folder = tmp_path_factory.mktemp("project")
    connector = folder / "connectors" / "acme"
    connector.mkdir(parents=True)
    (connector / "manifest.konnector").write_text(json.dumps(MANIFEST))
    (connector / "connector.py").write_text(CODE)
    found = find_connector("acme", folder / "connectors")
    for case, site in {"good": SITE, "wrong-password": REFUSED}.items():
        fields = {"url": serve_all(site), "login": "ada@acme.example", "password": "hunter2-unsafe"}
        record_connector(found, Account(fields=fields), folder / "recordings" / "acme" / case, sharing)
    return folder


@pytest.fixture
def project(recorded: Path, tmp_path: Path) -> Project:
    """A copy of the project, to be spoilt."""
    shutil.copytree(recorded, tmp_path, dirs_exist_ok=True)
    return Project(tmp_path)
