"""Addresses that end: listed again once, and only where that helps."""

from collections.abc import Callable, Iterator

from toolkit.models import Bill
from toolkit.operations.links import Links
from toolkit.run import Run

MakeRun = Callable[..., Run]


def listing(run: Run, *, signed: bool) -> list[int]:
    """Have two bills of a day listed, whose addresses end or do not; gives the numbers of the listings."""
    calls: list[int] = []

    def bills(_: Run) -> Iterator[Bill]:
        calls.append(len(calls) + 1)
        end = f"?{calls[-1]}" if signed else ""
        yield Bill(date="2025-03-09", amount="1.50", currency="EUR", pdfurl=f"/a{end}")
        yield Bill(date="2025-03-09", amount="1.50", currency="EUR", pdfurl=f"/b{end}")

    run.listings.append(bills)
    for bill in bills(run):
        bill.vendor = "Set later"
        run.add(bill)
    return calls


def test_all_that_was_listed_gets_its_new_address(make_run: MakeRun) -> None:
    """Two equal bills keep theirs apart; who comes later with the old one is not listed for."""
    run, links = make_run(), Links()
    calls = listing(run, signed=True)
    first, second = run.entries.fetched

    assert links.renew(run, first, "/a?1")
    assert [first.pdfurl, second.pdfurl] == ["/a?2", "/b?2"]
    assert links.renew(run, second, "/b?1")
    assert calls == [1, 2]


def test_addresses_that_do_not_end_are_listed_once(make_run: MakeRun) -> None:
    """However many files are missing."""
    run, links = make_run(), Links()
    calls = listing(run, signed=False)

    assert not any(links.renew(run, entry, str(entry.pdfurl)) for entry in run.entries.fetched * 5)
    assert calls == [1, 2]


def test_new_addresses_that_do_not_help_are_asked_for_three_times(make_run: MakeRun) -> None:
    """One that helped begins the count anew."""
    run, links = make_run(), Links()
    calls = listing(run, signed=True)
    entry = run.entries.fetched[0]

    assert [links.renew(run, entry, str(entry.pdfurl)) for _ in range(2)] == [True] * 2
    links.helped()
    assert [links.renew(run, entry, str(entry.pdfurl)) for _ in range(5)] == [True] * 3 + [False] * 2
    assert calls == [1, 2, 3, 4, 5, 6]
