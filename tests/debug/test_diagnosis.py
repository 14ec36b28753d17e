"""A report names the cause, not the symptom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.debug.conftest import Author
from tests.debug.troubles import PASSWORD, ROWS, Portal, Trouble, form_login

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_broken_login_tells_its_cause_and_one_command_makes_it_work(
    row: Trouble, portal: Portal, author: Author
) -> None:
    """The connector is run, mended as its report says, and run again."""
    if row.first:
        author.write(form_login(), row.listing)
        assert author.run().exit_code == 0
    row.breaks(portal)
    author.write(row.login, row.listing)

    report = author.run(row.password)

    assert report.error is not None
    said = re.sub(r"for \d+ seconds", "for 31 seconds", report.error.cause)
    assert said == row.cause.format(site=portal.url())
    page = Path(report.failure).read_text()
    assert "What was tried" in page
    assert PASSWORD not in page

    if row.repaired:
        portal.repair()
    author.write(row.login_after or row.login, row.listing_after or row.listing, row.options_after)
    assert author.run().exit_code == 0


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_table_says_so(row: Trouble) -> None:
    """docs/debugging.md holds each row."""
    said = row.cause.format(site="https://site.example")
    line = f"| {row.name} | {said} | {row.mended}; `{'`, `'.join(row.steps)}` |"

    assert line in (ROOT / "docs" / "debugging.md").read_text().splitlines()
