"""What should have been saved beside what was."""

from typing import Any

import pytest

from toolkit.testing.comparing import Comparison, groups_of, names_of


def bill(number: str, **fields: Any) -> dict[str, Any]:
    """A bill as expected.json tells it."""
    return {"number": number, "amount": "1.00", "outcome": "saved", "file": f"{number}.pdf", "paid_by": None, **fields}


def test_fields_are_in_groups() -> None:
    """Unknown ones are details; files and links have tests of their own."""
    assert groups_of(bill("1", colour="red")) == ["identity", "money", "outcome", "details"]


@pytest.mark.parametrize(
    ("entries", "names"),
    [
        ([{"number": "7"}, {"number": "8"}], ["7", "8"]),
        (
            [{"number": None, "date": "2025-03-09"}, {"fields": {"name": 5}}, {"colour": "red"}],
            ["2025-03-09", "5", "row-3"],
        ),
        ([{"number": "7"}, {"number": "7"}], ["7-row-1", "7-row-2"]),
    ],
)
def test_each_entry_has_a_name_of_its_own(entries: list[dict[str, Any]], names: list[str]) -> None:
    """The number, else the first of its own fields, the date or the row; the row as well when it is not alone."""
    assert names_of(entries) == names


def test_the_same_differs_in_nothing() -> None:
    """Neither in its entries nor in anything else."""
    same = Comparison([bill("1"), bill("2")], [bill("1"), bill("2")])

    assert [same.entry(row, group) for row in (0, 1) for group in ("identity", "money", "outcome", "file")] == [[]] * 8
    assert (same.links(), same.others()) == ([], [])


def test_a_changed_field_is_told_in_its_group() -> None:
    """With what should be and what is; an outcome with its reason."""
    changed = Comparison([bill("1")], [bill("1", amount="2.00", outcome="failed", file="")], ["HTTP 503"])

    assert changed.entry(0, "money") == ["row 1 (1), `amount` should be '1.00', and is '2.00'"]
    assert changed.entry(0, "outcome") == ["row 1 (1), `outcome` should be 'saved', and is 'failed': HTTP 503"]
    assert changed.entry(0, "file") == ["row 1 (1), `file` should be '1.pdf', and is ''"]
    assert changed.entry(0, "identity") == []


def test_another_number_in_its_place_is_the_same_entry() -> None:
    """Only its identity differs."""
    changed = Comparison([bill("1"), bill("2"), bill("3")], [bill("1"), bill("9"), bill("3")])

    assert changed.entry(1, "identity") == ["row 2 (2), `number` should be '2', and is '9'"]
    assert (changed.entry(1, "money"), changed.others()) == ([], [])


def test_an_entry_that_is_gone_or_new_leaves_the_others_in_place() -> None:
    """One is missing, and says how the run ended; another is not expected."""
    other = Comparison([bill("1"), bill("2"), bill("3")], [bill("1"), bill("3"), bill("4")], ended="VENDOR_DOWN")

    assert other.entry(1, "money") == ["row 2 (2) should be listed, and is not: the run ended in VENDOR_DOWN"]
    assert other.entry(2, "identity") == []
    assert other.others() == ["row 3 (4) is listed, and is not expected"]


def test_an_entry_in_another_row_is_told_once() -> None:
    """As part of its identity; it is neither missing nor new."""
    moved = Comparison([bill("1"), bill("2"), bill("3")], [bill("3"), bill("1"), bill("2")])

    assert moved.entry(2, "identity") == ["row 3 (3) is listed as row 1"]
    assert (moved.entry(2, "money"), moved.entry(0, "identity"), moved.others()) == ([], [], [])


def test_what_is_more_than_expected_is_something_else() -> None:
    """A field, or a file of an entry that had none; a link belongs to the links."""
    more = Comparison([bill("1", file="")], [bill("1", colour="red", paid_by={"label": "ACME"})])

    assert more.others() == [
        "row 1 (1) has `file` '1.pdf', and none is expected",
        "row 1 (1) has `colour` 'red', and none is expected",
    ]
    assert more.links() == ["row 1 (1), `paid_by` should be None, and is {'label': 'ACME'}"]
