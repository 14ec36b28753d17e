"""What a failed run leaves: enough to see why, no secret, and for its owner only."""

from __future__ import annotations

import json
import os
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.debug.conftest import Author
from tests.debug.troubles import LISTING, PASSWORD, ROWS, Portal, form_login
from toolkit.debug import failures, find_failure, sweep
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from toolkit.web import Browser

BANNER = next(row for row in ROWS if "banner" in row.name)


@pytest.fixture
def folder(author: Author, portal: Portal) -> Path:
    """What is left of a run whose button was covered."""
    BANNER.breaks(portal)
    author.write(form_login(), LISTING)
    return Path(author.run().failure).parent


def test_what_is_left_is_whole_and_holds_no_secret(folder: Path, closed_browser: Browser) -> None:
    """The report opens without a network and marks the last step, the trace has the steps; what was typed is gone."""
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    with zipfile.ZipFile(folder / "trace.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    context = closed_browser.new_context()
    page = context.new_page()
    page.goto((folder / "report.html").as_uri())

    assert sorted(kept) == ["failure.json", "report.html", "trace.zip"]
    assert not [name for name, data in {**kept, **members}.items() if PASSWORD.encode() in data]
    assert not [name for name, data in members.items() if name.endswith(".trace") and b"ada@example.org" in data]
    assert page.locator("#cause").inner_text() == BANNER.cause
    assert page.locator("#mark").is_visible()
    assert page.locator("#picture").evaluate("(one) => one.naturalWidth") > 0
    assert [row.split()[0] for row in page.locator("#actions b").all_inner_texts()] == ["goto", "fill", "fill", "click"]
    assert page.console_messages() == []
    steps = [json.loads(line) for name in members if name.endswith(".trace") for line in members[name].splitlines()]
    assert {step["method"] for step in steps if step["type"] == "before"} == {"goto", "fill", "click"}
    context.close()


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_the_owner_may_read_it(folder: Path) -> None:
    """The folder and each file."""
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_it_is_found_by_number_and_by_name_and_kept_for_30_days(folder: Path) -> None:
    """A wrong number is told, with those that there are."""
    root = folder.parent
    (kept,) = failures(root)

    assert find_failure(root, "1") == kept == find_failure(root, kept.run[:12])
    assert kept.cause == BANNER.cause
    with pytest.raises(UsageError, match="there are 1 to 1"):
        find_failure(root, "2")

    sweep(root, kept.at + timedelta(days=29))
    assert failures(root)
    sweep(root, kept.at + timedelta(days=31))
    assert not failures(root)


def test_a_run_that_goes_well_leaves_nothing(author: Author) -> None:
    """Neither a folder nor a trace."""
    author.write(form_login(), LISTING)

    report = author.run()

    assert (report.exit_code, report.failure) == (0, "")
    assert not author.workspace.failures.exists()


def test_what_goes_wrong_while_evidence_is_taken_does_not_hide_the_failure(
    author: Author,
) -> None:
    """The error is told as ever where no report can be written."""
    author.workspace.prepare()
    author.workspace.failures.write_text("in the way")
    author.write(form_login(), LISTING)

    report = author.run("wrong")

    assert report.error is not None
    assert (report.error.code, report.failure) == ("LOGIN_FAILED", "")
