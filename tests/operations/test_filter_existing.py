"""Keeping what is new."""

from collections.abc import Callable

from toolkit.models import Bill
from toolkit.operations import filter_existing, save_data_and_file
from toolkit.report import Outcome
from toolkit.run import Run

MakeRun = Callable[..., Run]


def bill(number: str | None = None, **fields: object) -> Bill:
    """A bill of the same day and amount as any other."""
    return Bill(**{"date": "2025-03-09", "amount": "23.90", "currency": "EUR", "number": number, **fields})


def listed(run: Run, *bills: Bill) -> Run:
    """The run, as if the site had listed these bills now and no others."""
    run.entries.fetched = []
    for one in bills:
        run.add(one)
    return run


def outcomes(run: Run, *bills: Bill) -> list[Outcome | None]:
    """How these entries ended."""
    return [run.report.of(one).outcome for one in bills]


def test_what_is_stored_is_filtered_out(make_run: MakeRun) -> None:
    """By number; the stored one gets its id, and its outcome."""
    run = listed(make_run(), bill("1"))
    filter_existing(Bill)(run)
    save_data_and_file(Bill)(run)
    old, new = bill("1", amount="99"), bill("2")
    words = filter_existing(Bill)(listed(run, old, new))

    assert run.entries.filtered == [new]
    assert words == "1 new"
    assert old.id is not None
    assert outcomes(run, old, new) == [Outcome.ALREADY_THERE, None]


def test_an_entry_listed_twice_is_kept_once(make_run: MakeRun) -> None:
    """The second is named with the row of the first."""
    first, second = bill("1"), bill("1")
    run = listed(make_run(), first, second)
    filter_existing(Bill)(run)

    assert run.entries.filtered == [first]
    assert outcomes(run, second) == [Outcome.LISTED_TWICE]
    assert run.report.of(second).reason == "the same entry as row 1"


def test_two_equal_bills_of_one_day_are_two(make_run: MakeRun) -> None:
    """Without a number they are told apart by rank, at the next run too."""
    run = listed(make_run(), bill(), bill())
    filter_existing(Bill)(run)
    save_data_and_file(Bill)(run)
    again = [bill(), bill(), bill()]
    filter_existing(Bill)(listed(run, *again))

    assert run.entries.filtered == [again[2]]


def test_an_hour_or_a_bit_of_noise_makes_no_new_bill(make_run: MakeRun) -> None:
    """A site that begins to give them is still told by what it means."""
    run = listed(make_run(), bill())
    filter_existing(Bill)(run)
    save_data_and_file(Bill)(run)
    noisy = bill(date="2025-03-09T09:30:00+01:00", amount=23.900000001)

    assert filter_existing(Bill)(listed(run, noisy)) == "0 new"
    assert outcomes(run, noisy) == [Outcome.ALREADY_THERE]


def test_keys_and_vendor_may_be_chosen(make_run: MakeRun) -> None:
    """As in the seed: bills of one day are one bill when the date is the key."""
    run = listed(make_run(), bill("1"), bill("2"))
    filter_existing(Bill, keys=["date"], vendor="Other")(run)

    assert [one.vendor for one in run.entries.filtered] == ["Other"]


def test_a_deleted_file_is_missed(make_run: MakeRun) -> None:
    """A stored bill whose file is gone is to be completed; one that never had a file is not."""
    run = listed(make_run(), bill("1", fetch=lambda _: b"%PDF-1.4 %%EOF"), bill("2"))
    filter_existing(Bill)(run)
    save_data_and_file(Bill)(run)
    next((run.files.root / "acme").iterdir()).unlink()
    again = bill("1", fetch=lambda _: b"%PDF-1.4 %%EOF")
    filter_existing(Bill)(listed(run, again, bill("2")))

    assert run.entries.filtered == [again]
