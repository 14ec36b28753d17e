"""Reports."""

import json

from toolkit.errors import LoginFailed
from toolkit.models import Bill
from toolkit.report import Link, Outcome, Report


def report_of(*outcomes: Outcome | None) -> Report:
    """A report that lists one bill for each outcome."""
    report = Report("acme", "1.0", "default", "run1")
    for number, outcome in enumerate(outcomes):
        bill = Bill(date="2025-03-09", amount="1", currency="EUR", number=number)
        report.listed(bill)
        if outcome is not None:
            report.outcome(bill, outcome)
    return report


def test_every_listed_entry_ends_in_one_outcome() -> None:
    """An entry that nobody spoke of is reported as not saved, with the reason."""
    report = report_of(Outcome.SAVED, None)
    report.close("the run stopped at bills")

    assert [line.outcome for line in report.entries] == [Outcome.SAVED, Outcome.NOT_SAVED]
    assert report.entries[1].reason == "the run stopped at bills"
    assert report.exit_code == 1


def test_the_verdict_is_one_sentence() -> None:
    """Counts by outcome, and short when there is nothing to say."""
    assert report_of().verdict == "nothing listed"
    assert report_of(Outcome.SAVED, Outcome.SAVED, Outcome.FAILED).verdict == "3 listed: 2 saved, 1 failed"
    assert report_of(Outcome.ALREADY_THERE).verdict == "1 bill, all already there"


def test_exit_codes() -> None:
    """An interruption, then an error, then a loss, then all well."""
    well, lost = report_of(Outcome.SAVED, Outcome.LISTED_TWICE), report_of(Outcome.REFUSED)
    refused, stopped = report_of(), report_of()
    refused.error = LoginFailed()
    stopped.interrupted = True

    assert [well.exit_code, lost.exit_code, refused.exit_code, stopped.exit_code] == [0, 1, 3, 130]


def test_a_report_is_json() -> None:
    """`as_dict` holds plain JSON values only, the link with its reason among them."""
    report = report_of(Outcome.SAVED)
    report.entries[0].link = Link("same amount", {"label": "PRLV ACME"})
    found = json.loads(json.dumps(report.as_dict()))

    assert found["entries"][0]["link"] == {"operation": {"label": "PRLV ACME"}, "reason": "same amount"}
    assert found["counts"] == {"saved": 1}
