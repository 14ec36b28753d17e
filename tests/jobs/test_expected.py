"""What a run saved, and how another differs."""

import hashlib
from pathlib import Path

from toolkit.errors import LoginFailed
from toolkit.jobs.expected import differences, expected_of
from toolkit.models import Bill
from toolkit.report import Link, Outcome, Report


def saved(folder: Path, *amounts: str) -> Report:
    """A report of saved bills, each with a file and the operation that paid it."""
    report = Report("acme", "1.0", "default", "run1")
    for number, amount in enumerate(amounts):
        bill = Bill(date="2025-03-09", amount=amount, currency="EUR", number=number)
        (folder / f"{number}.pdf").write_bytes(amount.encode())
        report.listed(bill).link = Link("same amount", {"label": "PRLV"})
        report.outcome(bill, Outcome.SAVED, file=f"{number}.pdf")
    return report


def test_it_holds_what_was_saved(tmp_path: Path) -> None:
    """Fields, outcome, the file's name and sha256, and what paid it."""
    found = expected_of(saved(tmp_path, "1.50"), tmp_path)

    assert found["error"] is None
    assert found["entries"] == [
        {
            "date": "2025-03-09",
            "vendor": "",
            "number": "0",
            "amount": "1.50",
            "currency": "EUR",
            "is_refund": False,
            "outcome": "saved",
            "file": "0.pdf",
            "sha256": hashlib.sha256(b"1.50").hexdigest(),
            "paid_by": {"label": "PRLV"},
        }
    ]


def test_the_same_run_differs_in_nothing(tmp_path: Path) -> None:
    """Twice the same is the same."""
    assert differences(expected_of(saved(tmp_path, "1"), tmp_path), expected_of(saved(tmp_path, "1"), tmp_path)) == []


def test_each_difference_is_a_sentence(tmp_path: Path) -> None:
    """The error, the number of entries, and each field with its row."""
    wanted = expected_of(saved(tmp_path, "1", "2"), tmp_path)
    other = saved(tmp_path, "3")
    other.error = LoginFailed()
    found = differences(wanted, expected_of(other, tmp_path))

    assert found[:2] == [
        "the end of the run should be no error, and is LOGIN_FAILED",
        "the number of listed entries should be 2, and is 1",
    ]
    assert "row 1, `amount` should be '1', and is '3'" in found
    assert any("`sha256`" in sentence for sentence in found)
