"""What the vendor has billed."""

from decimal import Decimal

from toolkit.demo.bills import BILLS, find


def test_there_are_23_invoices_and_a_refund_newest_first() -> None:
    """24 bills, each with an id of its own, in the order in which the site lists them."""
    assert [bill.kind for bill in BILLS].count("refund") == 1
    assert len({bill.id for bill in BILLS}) == len(BILLS) == 24
    assert sorted(BILLS, key=lambda bill: bill.issued, reverse=True) == list(BILLS)


def test_two_invoices_in_a_row_have_the_same_amount_a_few_days_apart() -> None:
    """The one pair that only its dates tell apart; every other amount is different."""
    first, second = find("OT-202405"), find("OT-202406")

    assert first is not None
    assert second is not None
    assert first.total == second.total == Decimal("23.90")
    assert (second.issued - first.issued).days == 9
    assert len({bill.total for bill in BILLS}) == 23


def test_a_row_is_what_the_api_lists() -> None:
    """Dates are ISO, amounts are text with two decimals, and the file has a relative address."""
    bill = find("OT-202408-R")

    assert bill is not None
    assert bill.as_json() == {
        "id": "OT-202408-R",
        "issued": "2024-08-19",
        "total": "12.00",
        "currency": "EUR",
        "kind": "refund",
        "pdf": "/pdf/OT-202408-R",
    }


def test_an_unknown_id_finds_nothing() -> None:
    """No bill, no error."""
    assert find("OT-190001") is None
