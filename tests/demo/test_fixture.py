"""The bank operations that go with the bills."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import toolkit.demo
from toolkit.demo.bills import BILLS, Bill

UNPAID = "OT-202509"


@pytest.fixture(scope="module")
def operations() -> list[dict[str, Any]]:
    """The documents of the fixture, amounts exact."""
    path = Path(toolkit.demo.__file__).with_name("fixture.json")
    documents: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return documents["io.cozy.bank.operations"]


def pays(operation: dict[str, Any], bill: Bill) -> bool:
    """Whether an operation is the payment of a bill: label, exact amount with its sign, one to nine days later."""
    wanted = bill.total if bill.kind == "refund" else -bill.total
    days = (date.fromisoformat(operation["date"]) - bill.issued).days
    return "SEPA ORMA TELECOM" in operation["label"] and operation["amount"] == wanted and 1 <= days <= 9


def test_every_bill_but_one_has_exactly_one_payment(operations: list[dict[str, Any]]) -> None:
    """22 debits and a credit; the newest bill is not paid yet."""
    payments = {bill.id: [operation["_id"] for operation in operations if pays(operation, bill)] for bill in BILLS}

    assert payments.pop(UNPAID) == []
    assert [len(found) for found in payments.values()] == [1] * 23
    assert len({found[0] for found in payments.values()}) == 23


def test_the_rest_is_noise(operations: list[dict[str, Any]]) -> None:
    """Fifteen operations pay nothing of this vendor; ids differ, everything is in euros and in order of time."""
    noise = [operation for operation in operations if not any(pays(operation, bill) for bill in BILLS)]

    assert len(noise) == 15
    assert len({operation["_id"] for operation in operations}) == len(operations) == 38
    assert {operation["currency"] for operation in operations} == {"EUR"}
    assert [operation["date"] for operation in operations] == sorted(operation["date"] for operation in operations)


def test_the_unpaid_bill_has_three_false_friends(operations: list[dict[str, Any]]) -> None:
    """In its days: the amount under another label, the vendor's word inside another, the vendor's label and more."""
    near = {operation["label"]: operation["amount"] for operation in operations if operation["date"] >= "2025-09-06"}

    assert near == {
        "CB LIBRAIRIE DES DEUX PONTS": Decimal("-22.70"),
        "CB BOUTIQUE INFORMATIQUE": Decimal("-22.70"),
        "CB ORMA TELECOM BOUTIQUE": Decimal("-25.60"),
    }


def test_the_nearest_payment_is_not_always_the_right_one(operations: list[dict[str, Any]]) -> None:
    """Of two equal bills the second is nearer to the payment of the first than to its own."""
    equal = [
        date.fromisoformat(operation["date"]) for operation in operations if operation["amount"] == Decimal("-23.90")
    ]
    second = next(bill for bill in BILLS if bill.id == "OT-202406").issued

    assert [abs((day - second).days) for day in equal] == [7, 8]
