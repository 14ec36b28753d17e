"""Tests of documents as rows."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from toolkit.errors import StoreError
from toolkit.models import BankOperation, Bill
from toolkit.store.rows import as_document, minor_units, to_row


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("12.5", "EUR", 1250),
        ("-12.34", "EUR", -1234),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("7", "XYZ", 700),
        ("1E+3", "EUR", 100000),
        ("0E+90", "EUR", 0),
        ("92233720368547758.07", "EUR", 2**63 - 1),
    ],
)
def test_money_is_counted_in_the_smallest_unit(amount: str, currency: str, expected: int) -> None:
    """The currency says how many decimals there are; an unknown one has two."""
    assert expected == minor_units(Decimal(amount), currency)


@pytest.mark.parametrize(("amount", "expected"), [("0.125", 12), ("0.135", 14), ("0.1251", 13), ("1e-999999", 0)])
def test_more_decimals_than_the_currency_has_are_rounded_half_to_even(amount: str, expected: int) -> None:
    """The column is for matching, and rounds; the document keeps the exact amount."""
    row = to_row(BankOperation(date="2025-01-01", amount=amount))

    assert expected == row["amount_minor"]
    assert Decimal(amount) == Decimal(json.loads(row["doc"])["amount"])


@pytest.mark.parametrize("amount", ["92233720368547758.08", "-1e30", "1e999999"])
def test_an_amount_too_large_to_count_costs_no_document(amount: str) -> None:
    """Beyond 64 bits there is no count, and the document has the amount all the same."""
    row = to_row(Bill(date="2025-01-01", amount=amount, currency="EUR"))

    assert row["amount_minor"] is None
    assert Decimal(amount) == Decimal(json.loads(row["doc"])["amount"])


def test_a_row_says_each_thing_once() -> None:
    """What has a column is not in the JSON too, the exact amount aside; JSON has the names of a Cozy."""
    row = to_row(Bill(date="2025-01-31", amount=5, currency="EUR", is_refund=True, title="T", natural_key="k"))

    doc = json.loads(row.pop("doc"))
    assert doc.items() >= {"amount": "5", "title": "T", "filename": None, "invoice": None}.items()
    assert not doc.keys() & {"_id", "vendor", "account", "number", "date", "currency", "isRefund", "naturalKey"}
    assert row == {
        "natural_key": "k",
        "vendor": "",
        "account": "",
        "number": None,
        "date": date(2025, 1, 31),
        "currency": "EUR",
        "is_refund": True,
        "amount_minor": 500,
    }


def test_the_way_to_the_file_is_not_stored() -> None:
    """Addresses of downloads may hold tokens, and functions cannot be stored."""
    entry = Bill(date="2025-01-31", amount=5, currency="EUR", pdfurl="https://x/y?token=z", fetch=lambda _: b"")

    assert "token" not in str(to_row(entry))
    assert "fetch" not in str(to_row(entry))


@pytest.mark.parametrize("value", [b"\xff\xfe"])
def test_what_cannot_be_text_is_said(value: Any) -> None:
    """A value that has no place in JSON is a sentence, not a crash of the library below."""
    with pytest.raises(StoreError, match=r"^This bill cannot be stored: Error serializing to JSON"):
        to_row(Bill(date="2025-01-31", amount=5, currency="EUR", odd=value))


def test_what_json_cannot_hold_becomes_text() -> None:
    """An odd value that a connector leaves in an entry does not cost the entry."""
    odd = Bill(date="2025-01-31", amount=5, currency="EUR", at=datetime(2025, 1, 1, tzinfo=UTC), price=Decimal("1.10"))
    odd.__pydantic_extra__ = {**(odd.__pydantic_extra__ or {}), "odd": object}

    document = as_document(odd)

    assert document["at"] == "2025-01-01T00:00:00Z"
    assert document["price"] == "1.10"
    assert document["odd"] == "<class 'object'>"
