"""Natural keys."""

from typing import Any

from toolkit.models import BaseModel, Bill
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


def test_vendor_and_account_are_part_of_the_key() -> None:
    """Two accounts may have the same number."""
    assert len(set(keys_of({"number": "7", "account": "a"}, {"number": "7", "account": "b"}))) == 2
    assert len(set(keys_of({"number": "7", "vendor": "a"}, {"number": "7", "vendor": "b"}))) == 2


def test_chosen_keys_replace_the_natural_ones() -> None:
    """As in the seed, `keys` names the fields that count."""
    one, other = keys_of({"number": "7"}, {"number": "8"}, keys=["date"])

    assert one == other


def test_other_documents_are_the_same_when_all_their_fields_are() -> None:
    """A declared doctype without keys is compared as a whole."""
    kitten = BaseModel.create_new(name="me.cozy.kitten")
    entries = [kitten(name="Tom"), kitten(name="Tom"), kitten(name="Ada")]
    give_natural_keys(entries)

    assert entries[0].natural_key == entries[1].natural_key != entries[2].natural_key
