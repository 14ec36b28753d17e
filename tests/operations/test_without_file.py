"""Saving entries that have no file."""

from collections.abc import Callable

from toolkit.models import Bill
from toolkit.operations import filter_existing, save_data_and_file
from toolkit.report import Outcome
from toolkit.run import Run

MakeRun = Callable[..., Run]


def bill(number: str, **fields: object) -> Bill:
    """A bill of the same day and amount as any other."""
    return Bill(**{"date": "2025-03-09", "amount": "23.90", "currency": "EUR", "number": number, **fields})


def saved(run: Run, *bills: Bill) -> str:
    """What saving says when the site lists these."""
    for one in bills:
        run.add(one)
    filter_existing(Bill)(run)
    return save_data_and_file(Bill)(run)


def test_one_that_cannot_be_stored_costs_no_other(make_run: MakeRun) -> None:
    """It is refused, and said so."""
    run, wrong = make_run(), bill("2", lines=[b"\xff"])

    assert saved(run, bill("1"), wrong, bill("3")) == "2 saved, 1 failed"
    assert run.report.of(wrong).outcome is Outcome.REFUSED
    assert "bill cannot be stored" in run.report.of(wrong).reason
    assert [one.number for one in Bill.all(run.store)] == ["1", "3"]


def test_entries_with_and_without_a_file_are_saved_in_the_order_of_the_site(make_run: MakeRun) -> None:
    """Whichever is stored first, and each has its id."""
    run = make_run()

    assert saved(run, bill("1", fetch=lambda _: b"%PDF-1.4 %%EOF"), bill("2"), bill("3")) == "3 saved"
    assert [one.summary()["number"] for one in run.entries.saved] == ["1", "2", "3"]
    assert {one.id for one in run.entries.saved} == {one.id for one in Bill.all(run.store)}


def test_what_another_run_saves_meanwhile_is_there(make_run: MakeRun) -> None:
    """It was new when it was filtered, and is stored once."""
    run, late = make_run(), bill("1")
    run.add(late)
    filter_existing(Bill)(run)
    run.store.insert(late, run.provenance)

    assert save_data_and_file(Bill)(run) == "1 saved"
    assert run.report.of(late).outcome is Outcome.ALREADY_THERE
    assert run.entries.saved == []
