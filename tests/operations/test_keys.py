"""Natural keys."""

from typing import Any

import pytest

from toolkit.errors import UsageError
from toolkit.models import BaseModel, Bill
from toolkit.operations import filter_existing, update_or_create
from toolkit.operations.keys import give_natural_keys


def keys_of(*rows: dict[str, Any], keys: list[str] | None = None) -> list[str]:
    """The natural keys of bills with these fields."""
    bills = [Bill(**{"date": "2025-03-09", "amount": "12.50", "currency": "EUR", **row}) for row in rows]
    give_natural_keys(bills, keys)
    return [bill.natural_key for bill in bills]


def test_a_number_is_the_key() -> None:
    """With a number, a date or an amount that the site corrects makes no new bill."""
    one, other = keys_of({"number": "7"}, {"number": "7", "amount": "13"})

    assert one == other


def test_without_a_number_equal_bills_are_told_apart_by_rank() -> None:
    """Two equal bills of one day are two bills, and stay the same two at the next run."""
    first = keys_of({}, {})

    assert len(set(first)) == 2
    assert first == keys_of({}, {})


def test_keys_compare_by_value() -> None:
    """12.5 is 12.50, and an hour in the date is no new day."""
    assert keys_of({"amount": 12.5}) == keys_of({"amount": "12.50", "date": "2025-03-09T23:00:00Z"})
    assert keys_of({"amount": "100"}) == keys_of({"amount": "1e2"})


def test_amounts_count_in_the_smallest_unit_of_their_currency() -> None:
    """12.500000001 is 12.50; what some currencies have more or fewer of counts too; no amount is too large."""
    assert keys_of({"amount": 12.500000001}) == keys_of({"amount": "12.50"})
    assert keys_of({"amount": "12.501", "currency": "KWD"}) != keys_of({"amount": "12.502", "currency": "KWD"})
    assert keys_of({"amount": "1200.4", "currency": "JPY"}) == keys_of({"amount": "1200", "currency": "JPY"})
    assert keys_of({"amount": "1e40"}) == keys_of({"amount": "1" + "0" * 40})
    assert keys_of({"amount": 12.500000001}, keys=["amount"]) == keys_of({"amount": "12.5"}, keys=["amount"])


def test_a_refund_is_no_bill_of_the_same_amount() -> None:
    """Whichever of the two the site lists first, or alone."""
    bill, refund = keys_of({}, {"is_refund": True})

    assert keys_of({"is_refund": True}, {}) == [refund, bill]


def test_any_text_in_a_key_is_itself() -> None:
    """Signs that JSON escapes, and halves that look like another whole, make no two keys one."""
    vendors = ['A"', "A", 'A","me', "É", "\n"]
    numbers = ['7"', "7", '7","rank', "É", "\n"]
    keys = keys_of(*({"vendor": vendor, "number": number} for vendor in vendors for number in numbers))

    assert len(set(keys)) == len(keys)


def test_vendor_and_account_are_part_of_the_key() -> None:
    """Two accounts may have the same number."""
    assert len(set(keys_of({"number": "7", "account": "a"}, {"number": "7", "account": "b"}))) == 2
    assert len(set(keys_of({"number": "7", "vendor": "a"}, {"number": "7", "vendor": "b"}))) == 2


def test_chosen_keys_replace_the_natural_ones() -> None:
    """As in the seed, `keys` names the fields that count."""
    one, other = keys_of({"number": "7"}, {"number": "8"}, keys=["date"])

    assert one == other


def test_an_entry_that_has_none_of_the_chosen_fields_keeps_its_own_key() -> None:
    """Else all of them would be one, and lost."""
    chosen = keys_of({"title": "a"}, {}, {}, {"amount": "7"}, keys=["title"])

    assert len(set(chosen)) == 4
    assert chosen[1:] == keys_of({}, {}, {"amount": "7"})


@pytest.mark.parametrize(
    ("keys", "words"), [("number", "list of field names"), ([], "list of"), (["nr"], "no field `nr`")]
)
def test_wrong_keys_are_told_where_they_are_declared(keys: list[str], words: str) -> None:
    """Before anything runs."""
    for operation in (filter_existing, update_or_create):
        with pytest.raises(UsageError, match=f"`keys` of {operation.__name__}.*{words}"):
            operation(Bill, keys=keys)


def test_other_documents_are_the_same_when_all_their_fields_are() -> None:
    """A declared doctype without keys is compared as a whole."""
    kitten = BaseModel.create_new(name="me.cozy.kitten")
    entries = [kitten(name="Tom"), kitten(name="Tom"), kitten(name="Ada")]
    give_natural_keys(entries)

    assert entries[0].natural_key == entries[1].natural_key != entries[2].natural_key
