"""Small projects with recordings, on which pytest is run."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import toolkit.demo
import toolkit.testing.expectations
import toolkit.testing.plugin
from toolkit.account import Account
from toolkit.jobs import find_connector
from toolkit.jobs.recordings import record_connector

ROOT = Path(__file__).parents[2]
BILLS = [
    {"id": "A-1", "issued": "2025-03-09", "total": "12.50"},
    {"id": "A-2", "issued": "2025-02-09", "total": "9.00"},
]
MANIFEST = {
    "name": "Acme",
    "slug": "acme",
    "type": "konnector",
    "version": "1.0",
    "source": "here",
    "currency": "EUR",
    "fields": {"url": {}, "login": {}, "password": {"type": "password"}},
    "developer": {"name": "Ada"},
}
CONNECTOR = """
from pathlib import Path

import toolkit
from toolkit import Bill


def bills(run):
    with Path("runs.txt").open("a") as file:
        print(run.fields["login"], file=file)
    for row in run.session.get("/bills").json():
        yield Bill(date=row["issued"], amount=row["total"], number=row["id"], pdfurl=f"/pdf/{row['id']}")


connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    fetch_operations=[
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
        toolkit.link_bank_operation(Bill, identifier="acme"),
    ],
)
"""
PAID = {"io.cozy.bank.operations": [{"_id": "1", "date": "2025-03-10", "amount": -12.5, "label": "ACME 12.50"}]}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"

Serve = Callable[..., str]


class Project:
    """A project in the folder where pytest will run."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path

    def run(self, *arguments: str) -> pytest.RunResult:
        """Run pytest in it, in this process, which has no place for a second pytest-playwright."""
        names = ("cacheprovider", "hypothesispytest", "playwright")
        return self.pytester.runpytest_inprocess(*(f"-pno:{name}" for name in names), *arguments)

    def run_apart(self, *arguments: str) -> pytest.RunResult:
        """Run pytest in it, in a process of its own, with pytest-playwright."""
        return self.pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)

    def rewrite(self, path: str, old: str, new: str) -> None:
        """Change one place of a file."""
        file = self.path / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")

    def runs(self) -> list[str]:
        """The login of each run of the connector `acme`."""
        log = self.path / "runs.txt"
        return log.read_text().split() if log.exists() else []


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project, on a person's machine."""
    monkeypatch.delenv("CI", raising=False)
    return Project(pytester)


@pytest.fixture
def acme_site(serve: Serve) -> str:
    """A site that needs no browser; it goes on after the recording."""
    files = {f"/pdf/{bill['id']}": (200, {"Content-Type": "application/pdf"}, PDF) for bill in BILLS}
    return serve({"/bills": (200, {"Content-Type": "application/json"}, json.dumps(BILLS).encode()), **files})


@pytest.fixture
def acme(project: Project, acme_site: str) -> Project:
    """A project with a connector, and a recording of it that asks for no browser."""
    place = project.path / "connectors" / "acme"
    place.mkdir(parents=True)
    (place / "manifest.konnector").write_text(json.dumps(MANIFEST))
    (place / "connector.py").write_text(CONNECTOR)
    (project.path / "paid.json").write_text(json.dumps(PAID))
    account = Account(fields={"url": acme_site, "login": "ada", "password": "hunter22"})
    options = toolkit.jobs.RunOptions(fixture=project.path / "paid.json")
    record_connector(
        find_connector("acme", place.parent), account, project.path / "recordings" / "acme" / "good", options
    )
    (project.path / "runs.txt").unlink()
    return project


@pytest.fixture
def demo(project: Project) -> Project:
    """A project with a copy of the bundled connector, and its recording of a portal that needs a browser."""
    here = Path(toolkit.demo.__file__).parent
    (project.path / "connectors" / "demo").mkdir(parents=True)
    for name in ("connector.py", "manifest.konnector"):
        shutil.copy(here / name, project.path / "connectors" / "demo")
    shutil.copytree(ROOT / "recordings/demo/good", project.path / "recordings/demo/good")
    return project
