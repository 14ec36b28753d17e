"""Bills tied to the bank operations that paid them, in a real store."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from toolkit.models import BankOperation, BaseModel, Bill
from toolkit.operations import link_bank_operation
from toolkit.report import Link
from toolkit.run import Run, Silent

MakeRun = Callable[..., Run]


def listed(run: Run, number: str, day: str, amount: str = "23.90", *, stored: bool = True, **fields: Any) -> Bill:
    """A bill that this run has listed and, as a rule, stored."""
    bill = Bill(number=number, date=day, amount=amount, currency=fields.pop("currency", "EUR"), **fields)
    run.add(bill)
    if stored:
        bill.id = run.store.insert(bill, run.provenance)
    return bill


def moved(run: Run, day: str, amount: str = "-23.90", label: str = "PRLV ACME", currency: str = "EUR") -> str:
    """The id of a stored bank operation."""
    return run.store.create(BankOperation(date=day, amount=amount, label=label, currency=currency))


def link_of(run: Run, bill: Bill) -> Link:
    """What the report says on the bill's link."""
    link = run.report.of(bill).link
    assert link is not None
    return link


def test_a_bill_is_linked_in_the_store_and_in_the_report(make_run: MakeRun) -> None:
    """With the reason, and what a person needs to recognise the operation."""
    run = make_run()
    bill, operation = listed(run, "7", "2025-03-09"), moved(run, "2025-03-12")

    assert link_bank_operation(Bill, identifier="acme")(run) == "1 linked"
    reason = "the label holds 'acme', 23.90 EUR, 3 days after the bill"
    [row] = run.store.links()
    assert (row.bill_id, row.operation_id, row.reason) == (bill.id, operation, reason)
    assert link_of(run, bill) == Link(
        reason, {"date": "2025-03-12", "label": "PRLV ACME", "amount": "-23.90", "currency": "EUR"}
    )


def test_a_bill_without_a_payment_says_why(make_run: MakeRun) -> None:
    """Nothing is written for it."""
    run = make_run()
    moved(run, "2025-03-12")
    first, second = listed(run, "7", "2025-03-09"), listed(run, "8", "2025-03-10", "50")

    assert link_bank_operation(Bill, identifier="acme", date_delta=5)(run) == "1 linked, 1 not"
    assert [row.bill_id for row in run.store.links()] == [first.id]
    assert link_of(run, second) == Link("no operation of 50.00 EUR between 2025-03-05 and 2025-03-15")


def test_running_again_changes_nothing_and_reports_the_same(make_run: MakeRun) -> None:
    """A link that stands stays, even when an operation that suits better has come since."""
    run = make_run()
    moved(run, "2025-03-15")
    bill = listed(run, "7", "2025-03-09")
    operation = link_bank_operation(Bill, identifier="acme")
    operation(run)
    before, said = run.store.links(), link_of(run, bill)
    moved(run, "2025-03-09")
    run.report.of(bill).link = None

    assert operation(run) == "1 linked"
    assert run.store.links() == before
    assert link_of(run, bill) == said


def test_an_operation_with_a_standing_link_pays_no_other_bill(make_run: MakeRun) -> None:
    """However well it would suit the bill that was listed since."""
    run = make_run()
    moved(run, "2025-03-15")
    listed(run, "7", "2025-03-09")
    operation = link_bank_operation(Bill, identifier="acme")
    operation(run)
    other = listed(run, "8", "2025-03-14")

    assert operation(run) == "1 linked, 1 not"
    assert link_of(run, other).reason == "the operation of 2025-03-15 already pays bill 7"


def test_an_operation_may_be_taken_by_a_bill_that_this_run_does_not_list(make_run: MakeRun) -> None:
    """Sites forget old bills; the store does not."""
    run = make_run()
    operation = moved(run, "2025-03-12")
    old = run.store.create(Bill(number="1", date="2025-03-01", amount="23.90", currency="EUR"))
    run.store.link(old, operation, "by hand", run.provenance)
    bill = listed(run, "7", "2025-03-09")

    assert link_bank_operation(Bill, identifier="acme")(run) == "0 linked, 1 not"
    assert link_of(run, bill).reason == "the operation of 2025-03-12 already pays another bill"


def test_a_bill_that_is_not_stored_is_left_alone(make_run: MakeRun) -> None:
    """There is nothing to link; and entries of another model are not bills."""
    run = make_run()
    moved(run, "2025-03-12")
    run.add(BaseModel.create_new(name="me.cozy.kitten")(_id="1"))
    bill = listed(run, "7", "2025-03-09", stored=False)

    assert link_bank_operation(Bill, identifier="acme")(run) == "0 linked"
    assert run.report.of(bill).link is None
    assert run.store.links() == []


@pytest.mark.parametrize(
    ("bill", "options", "amount"),
    [
        ({"is_refund": True}, {}, "23.90"),
        ({"is_refund": True, "amount": "-23.90"}, {}, "23.90"),
        ({"amount": "-23.90"}, {}, "23.90"),
        ({}, {"is_refund": True}, "23.90"),
        ({}, {}, "-23.90"),
    ],
)
def test_a_refund_is_a_credit_and_a_bill_a_debit(
    make_run: MakeRun, bill: dict[str, Any], options: dict[str, Any], amount: str
) -> None:
    """Said by the bill, by the connector, or by a negative amount."""
    run = make_run()
    right = moved(run, "2025-03-12", amount)
    moved(run, "2025-03-09", str(-Decimal(amount)))
    listed(run, "7", "2025-03-09", **bill)
    link_bank_operation(Bill, identifier="acme", **options)(run)

    assert [row.operation_id for row in run.store.links()] == [right]


@pytest.mark.parametrize(
    ("options", "day", "amount", "currency"),
    [
        ({"date_delta": 20}, "2025-03-29", "-23.90", "EUR"),
        ({"future_window": 20}, "2025-03-29", "-23.90", "EUR"),
        ({"past_window": 20}, "2025-02-18", "-23.90", "EUR"),
        ({"amount_delta": 0.1}, "2025-03-09", "-24.00", "EUR"),
        ({"any_currency": True}, "2025-03-09", "-23.90", "USD"),
    ],
)
def test_options_let_more_operations_fit(
    make_run: MakeRun, options: dict[str, Any], day: str, amount: str, currency: str
) -> None:
    """Each lets in what the defaults keep out; a delta of 0.1 is a tenth and not a float's idea of it."""
    run = make_run()
    moved(run, day, amount, currency=currency)
    listed(run, "7", "2025-03-09")

    assert link_bank_operation(Bill, identifier="acme")(run) == "0 linked, 1 not"
    assert link_bank_operation(Bill, identifier=["orma", "acme"], **options)(run) == "1 linked"


@pytest.mark.parametrize(
    "wrong", [{"identifier": ""}, {"identifier": []}, {"date_delta": -1}, {"past_window": -1}, {"amount_delta": "-1"}]
)
def test_a_rule_that_cannot_be_is_refused_when_the_connector_is_read(wrong: dict[str, Any]) -> None:
    """Not in the middle of a run."""
    with pytest.raises(ValueError, match=r"no word|0 or more"):
        link_bank_operation(Bill, **{"identifier": "acme", **wrong})


class Watcher(Silent):
    """An observer that remembers how far an operation was."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, int]] = []

    def advanced(self, done: int, total: int) -> None:
        """One more."""
        self.heard.append((done, total))


def test_progress_is_told(make_run: MakeRun) -> None:
    """Link by link; and the operation has the name that reports show."""
    run = make_run()
    run.observer = watcher = Watcher()
    for month in range(1, 4):
        listed(run, str(month), f"2025-0{month}-01")
        moved(run, f"2025-0{month}-03")
    operation = link_bank_operation(Bill, identifier="acme")

    assert operation(run) == "3 linked"
    assert watcher.heard == [(1, 3), (2, 3), (3, 3)]
    assert operation.__name__ == "link_bank_operation"


def test_sums_are_linked_on_both_sides_and_stay(make_run: MakeRun) -> None:
    """Two bills of one debit, one bill of two debits; the next run finds them as they are."""
    run = make_run()
    first, second = listed(run, "1", "2025-03-01", "10"), listed(run, "2", "2025-03-02", "20")
    whole, later = moved(run, "2025-03-05", "-30"), listed(run, "3", "2025-06-01", "50")
    parts = [moved(run, "2025-06-02", "-15"), moved(run, "2025-06-03", "-35")]
    operation = link_bank_operation(Bill, identifier="acme")

    assert operation(run) == "3 linked"
    rows = {(row.bill_id, row.operation_id) for row in run.store.links()}
    assert rows == {(first.id, whole), (second.id, whole), *((later.id, part) for part in parts)}
    assert operation(run) == "3 linked"
    assert {(row.bill_id, row.operation_id) for row in run.store.links()} == rows
    assert link_of(run, later).reason.startswith("50.00 EUR were paid in 2 parts: 15.00 on")


def test_what_was_undone_is_not_made_again(make_run: MakeRun) -> None:
    """The operation is free for another bill; the bill may get another operation, and says that a link was undone."""
    run = make_run()
    first, paying = listed(run, "1", "2025-03-01"), moved(run, "2025-03-03")
    operation = link_bank_operation(Bill, identifier="acme")
    operation(run)

    assert run.store.unlink(str(first.id)) == [paying]
    assert (operation(run), run.store.links()) == ("0 linked, 1 not", [])
    assert "a link was undone" in link_of(run, first).reason

    second, other = listed(run, "2", "2025-03-02"), moved(run, "2025-03-04")
    operation(run)

    assert {(row.bill_id, row.operation_id) for row in run.store.links()} == {(second.id, paying), (first.id, other)}
