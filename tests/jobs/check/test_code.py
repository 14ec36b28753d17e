"""Rules about the code of a connector."""

from pathlib import Path

import pytest

from tests.jobs.check.conftest import Project
from toolkit.jobs.check.code import own_files


@pytest.mark.parametrize(
    ("rule", "line", "word"),
    [
        ("imports", "import requests", "`requests`"),
        ("imports", "import toolkit.web", "`toolkit.web`"),
        ("imports", "from toolkit.web import Session", "`Session` of toolkit.web"),
        ("imports", "from toolkit import fetcher", "`fetcher` of toolkit"),
        ("imports", "SESSION = toolkit.web.Session", "`toolkit.web`"),
        ("imports", "from playwright.sync_api import sync_playwright", "`sync_playwright`"),
        ("imports", "from playwright._impl._errors import TargetClosedError", "`TargetClosedError`"),
        ("no-sleep", "import time; time.sleep(1)", "`sleep`"),
        ("no-sleep", "from time import sleep; sleep(1)", "`sleep`"),
        ("no-sleep", "def wait(run): run.page.wait_for_timeout(100)", "`wait_for_timeout`"),
        ("no-bare-except", "try: pass\nexcept: pass", "`except:`"),
        ("raises", "LoginFailed('no')", "`LoginFailed`"),
        ("raises", "toolkit.VendorDown", "`VendorDown`"),
        ("raises", "ValueError('no')", "`ValueError`"),
        ("raises", "class OwnError(Exception): pass\nOwnError()", "`OwnError`"),
        ("no-print", "print('password')", "`print`"),
    ],
)
def test_what_a_connector_may_not_do(project: Project, rule: str, line: str, word: str) -> None:
    """Each is found, and nothing else, at its line; the code is not run."""
    project.edit(project.connector / "connector.py", "\n\ndef log_in", f"\n{line}\n\ndef log_in")

    found = project.wrong(rule)

    assert [word in wrong for _, wrong in found] == [True]
    assert found[0][0] == f"connector.py:{6 + line.count(chr(10))}"


@pytest.mark.parametrize(
    "line",
    [
        "from playwright.sync_api import Error, Locator",
        "from datetime import date",
        "raise_ = LoginFailed('kept for later')",
        "try: pass\nexcept Exception: pass",
        "LoginFailed.code",
    ],
)
def test_what_a_connector_may_do(project: Project, line: str) -> None:
    """Playwright's errors and types, the standard library, an error that is kept."""
    project.edit(project.connector / "connector.py", "\n\ndef log_in", f"\n{line}\n\ndef log_in")

    assert project.find() == []


def test_a_file_without_a_docstring(project: Project) -> None:
    """Also one that connector.py imports; its own files are its own."""
    project.edit(project.connector / "connector.py", "import toolkit\n", "import toolkit\nfrom . import more\n")
    (project.connector / "more.py").write_text("from .deep.rows import X\nY = X\n")
    (project.connector / "deep").mkdir()
    (project.connector / "deep" / "rows.py").write_text('"""Rows."""\nfrom ..more import Y\nX = 1\n')

    assert project.wrong("docstring") == [("more.py:1", "the file has no docstring")]


def test_a_connector_that_is_none(project: Project) -> None:
    """`connector` must be there by its name; an annotated one counts."""
    path = project.connector / "connector.py"
    project.edit(path, "connector = ", "connector: toolkit.Connector = ")
    assert project.find() == []
    project.edit(path, "connector: toolkit.Connector = ", "konnector = ")

    assert project.wrong("connector") == [("connector.py:1", "there is no `connector`")]


def test_files_that_are_not_imported_are_no_part_of_it(tmp_path: Path) -> None:
    """An installed package may hold much else; its own absolute imports are followed."""
    for name, text in {
        "connector": "from acme.rows import x",
        "rows": "from acme import y",
        "y": "",
        "other": "",
    }.items():
        (tmp_path / f"{name}.py").write_text(text)

    assert sorted(path.name for path in own_files(tmp_path, "acme")) == ["connector.py", "rows.py", "y.py"]
    assert [path.name for path in own_files(tmp_path)] == ["connector.py"]
