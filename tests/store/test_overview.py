"""Tests of the list of bills."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from toolkit.models import BankOperation, Bill, File
from toolkit.store import BillRow, LinkedOperation, Provenance, Store

MakeBill = Callable[..., Bill]


def test_a_bill_comes_with_its_file_and_its_payment(
    store: Store, provenance: Provenance, bill: MakeBill, file: Callable[..., File]
) -> None:
    """A row has all that a person wants to see, the amount exact."""
    store.insert(bill(_id="bill", number="F-1", amount="42.105", is_refund=True), provenance, file())
    store.create(BankOperation(_id="operation", date="2025-04-02", amount="42.105", label="ACME"))
    store.link("bill", "operation", "same amount", provenance)

    paid = LinkedOperation("ACME", date(2025, 4, 2))
    expected = BillRow(
        id="bill",
        date=date(2025, 3, 31),
        vendor="acme",
        account="me",
        number="F-1",
        amount=Decimal("42.105"),
        currency="EUR",
        is_refund=True,
        file="acme/march.pdf",
        operations=(paid,),
    )
    assert [expected] == store.overview()
    assert store.overview()[0].operation == paid


def test_a_bill_without_file_and_payment_is_listed_too(store: Store, provenance: Provenance, bill: MakeBill) -> None:
    """No bill is left out, and they come by date."""
    for day in (3, 1, 2):
        store.insert(bill(date=date(2025, 3, day)), provenance)

    rows = store.overview()

    assert [row.date.day for row in rows] == [1, 2, 3]
    assert [(row.file, row.operation) for row in rows] == [("", None)] * 3


def test_a_bill_paid_twice_is_one_row(store: Store, provenance: Provenance, bill: MakeBill) -> None:
    """Several operations of one bill come in one row, by date."""
    store.create(bill(_id="bill"))
    store.create(bill(_id="other"))
    for id_, day in (("a", 9), ("b", 4)):
        store.create(BankOperation(_id=id_, date=date(2025, 4, day), amount=-21, label=f"part {day}"))
        store.link("bill", id_, "adds up", provenance)

    labels = {row.id: [operation.label for operation in row.operations] for row in store.overview()}

    assert labels == {"bill": ["part 4", "part 9"], "other": []}
    assert len(store.overview()) == 2
