"""The answer at the end of a run."""

from pathlib import Path
from typing import Any

import pytest

from toolkit.account import Mask
from toolkit.cli.show import show_report, show_trouble
from toolkit.errors import LoginFailed
from toolkit.jobs import Workspace
from toolkit.models import BaseModel, Bill
from toolkit.report import Link, Outcome, Report

PAID = Link("same amount", {"date": "2025-04-02", "label": "PRLV SEPA ACME 1234 5678 ABCDEFGHIJKLMNOP", "amount": "-9"})
UNPAID = Link("no bank operation of 23.90 EUR between 2025-03-21 and 2025-04-10")


def bill(**fields: Any) -> Bill:
    """A bill of Acme."""
    return Bill(**{"vendor": "Acme Telecom", "date": "2025-03-31", "amount": "23.90", "currency": "EUR", **fields})


def report(*lines: tuple[BaseModel, Outcome, str, Link | None]) -> Report:
    """A report with (entry, outcome, file or reason, link) each."""
    made = Report("acme", "1", "default", "run1", log="data/logs/run1.jsonl")
    for entry, outcome, text, link in lines:
        made.listed(entry).link = link
        made.outcome(entry, outcome, **{"reason" if outcome.lost else "file": text})
    return made


def shown(capsys: pytest.CaptureFixture[str], made: Report) -> str:
    """What is on standard output."""
    show_report(made, Workspace(Path("data")), folder="data/files/acme", as_json=False)
    return capsys.readouterr().out


@pytest.fixture
def linked() -> Report:
    """Two bills with their file, one paid."""
    name = "acme/2025-03-31_acme-telecom_23.90.pdf"
    return report((bill(), Outcome.SAVED, name, PAID), (bill(), Outcome.SAVED, name, UNPAID))


def test_wide(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, linked: Report) -> None:
    """At 120 columns each entry is a line, and why one is not paid comes below, whole."""
    monkeypatch.setenv("COLUMNS", "120")

    bill_and_file = "2025-03-31  Acme Telecom  23.90 EUR  2025-03-31_acme-telecom_23.90.pdf  "
    assert shown(capsys, linked).splitlines() == [
        "Date        Vendor           Amount  File                               Bank operation",
        bill_and_file + "2025-04-02 PRLV SEPA ACME 1234 5678 ABCDEFGHIJK…",
        bill_and_file + "none",
        "",
        "2025-03-31, 23.90 EUR: no bank operation of 23.90 EUR between 2025-03-21 and 2025-04-10",
        "",
        "2 listed: 2 saved; 1 linked to a bank operation",
        "",
        "Files     data/files/acme",
        "Database  data/toolkit.sqlite",
        "Logs      data/logs",
    ]


def test_narrow(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, linked: Report) -> None:
    """At 80 columns the only vendor and the dates of operations make room, and labels are cut."""
    monkeypatch.setenv("COLUMNS", "80")

    assert shown(capsys, linked).splitlines()[:3] == [
        "Date           Amount  File                               Bank operation",
        "2025-03-31  23.90 EUR  2025-03-31_acme-telecom_23.90.pdf  PRLV SEPA ACME 1234 5…",
        "2025-03-31  23.90 EUR  2025-03-31_acme-telecom_23.90.pdf  none",
    ]


def test_vendors_are_told_apart(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 columns several vendors keep their column."""
    monkeypatch.setenv("COLUMNS", "80")
    two = report((bill(), Outcome.SAVED, "a.pdf", None), (bill(vendor="Other"), Outcome.SAVED, "b.pdf", None))

    assert shown(capsys, two).startswith("Date        Vendor ")


def test_what_is_lost_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    """An entry without its file says so in the file's place, and below why."""
    lost = report(
        (bill(number="A-1"), Outcome.FAILED, "HTTP 503 after 3 tries", None),
        (Bill(), Outcome.REFUSED, "date is missing", None),
    )

    out = shown(capsys, lost)

    assert [line.split()[-1] for line in out.splitlines()[1:3]] == ["failed", "refused"]
    assert "2025-03-31, A-1, 23.90 EUR: failed, HTTP 503 after 3 tries\n" in out
    assert "row 2: refused, date is missing\n" in out
    assert "2 listed: 1 failed, 1 refused\n" in out


def test_many_without_payment(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no bank operations are known the reasons do not fill the screen."""
    unpaid = report(*[(bill(), Outcome.SAVED, "a.pdf", UNPAID)] * 7)

    lines = shown(capsys, unpaid).splitlines()

    assert sum("no bank operation" in line for line in lines) == 5
    assert "and 2 more without; --json says why" in lines


def test_old_news_is_only_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """What was there already is in the verdict, not in the table."""
    mixed = report((bill(), Outcome.ALREADY_THERE, "old.pdf", None), (bill(), Outcome.SAVED, "new.pdf", None))

    out = shown(capsys, mixed)

    assert "old.pdf" not in out
    assert "new.pdf" in out
    assert "2 listed: 1 saved, 1 already there" in out


def test_other_documents(capsys: pytest.CaptureFixture[str]) -> None:
    """A document that is no bill has neither date nor amount, and is shown all the same."""
    kitten = BaseModel.create_new(name="me.cozy.kitten")(vendor="Shelter")

    out = shown(capsys, report((kitten, Outcome.SAVED, "tom.jpg", None)))

    assert out.startswith("Vendor   File\nShelter  tom.jpg\n")


def test_nothing_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """A run that finds nothing says so; one that fails before that has nothing to answer."""
    failed = report()
    failed.error = LoginFailed()

    assert shown(capsys, report()).startswith("nothing listed\n")
    assert shown(capsys, failed) == ""


def test_trouble(capsys: pytest.CaptureFixture[str]) -> None:
    """An error is its code and sentence, then the log; what the site said cannot command the terminal."""
    failed = report()
    failed.error = LoginFailed("No.\x1b[2J Really")

    show_trouble(failed, verbose=False)

    assert capsys.readouterr().err == ("LOGIN_FAILED: No. [2J Really\nLog: data/logs/run1.jsonl\n")


def test_traceback_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    """With -v there is the traceback, with its secrets masked."""
    failed = report()
    failed.error = LoginFailed("sesame is wrong")
    failed.error.__cause__ = ValueError("sesame")

    failed.mask = Mask(["sesame"])
    show_trouble(failed, verbose=True)

    err = capsys.readouterr().err
    assert "ValueError: •••" in err
    assert "sesame" not in err.partition("Log:")[2]


def test_all_well_is_silent(capsys: pytest.CaptureFixture[str], linked: Report) -> None:
    """Without trouble nothing is on standard error."""
    show_trouble(linked, verbose=True)

    assert capsys.readouterr().err == ""
