"""What every document is."""

import json
from datetime import date
from typing import Any

import pytest

from toolkit.errors import UsageError
from toolkit.models import BaseModel, Bill


def test_building_a_wrong_entry_never_raises_and_names_each_field() -> None:
    """One bad row must not cost the rows after it."""
    bill = Bill(date=None, amount=float("nan"), currency="EUR", number="7")

    assert bill.problems == ["date is missing", "amount: nan is not a finite amount"]
    assert bill.number == "7"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"amount": "1", "currency": "EUR"}, "date is missing"),
        ({"date": "2025-01-02", "currency": "EUR"}, "amount is missing"),
        ({"date": "2025-01-02", "amount": "1"}, "currency is missing"),
        ({"date": "2025-01-02", "amount": "1", "currency": "euro"}, "currency"),
        ({"date": "03/04/2025", "amount": "1", "currency": "EUR"}, "may be 2025-03-04 or"),
        ({"date": "2025-01-02", "amount": "1,500", "currency": "EUR"}, "may be 1.500 or 1500"),
        ({"date": "2025-01-02", "amount": True, "currency": "EUR"}, "not an amount"),
        ({"date": "2025-01-02", "amount": "Infinity", "currency": "EUR"}, "not a finite amount"),
    ],
)
def test_each_fault_is_said(fields: dict[str, object], problem: str) -> None:
    """Missing, not finite, ambiguous: a sentence each."""
    assert [found for found in Bill(**fields).problems if problem in found] != []


def test_a_good_entry_has_no_problems() -> None:
    """Names work in snake_case and camelCase; numbers become text where text is meant."""
    bill = Bill(date="2025-01-02T23:59:00+02:00", amount=12.5, currency="EUR", number=12, isRefund=True)

    assert bill.problems == []
    assert (str(bill.date), str(bill.amount), bill.number, bill.is_refund) == ("2025-01-02", "12.5", "12", True)


def test_defaults_fill_only_what_is_empty() -> None:
    """What the site said stays."""
    bill = Bill(date="2025-01-02", amount="1", vendor="Site")
    bill.fill_in(vendor="Manifest", currency="EUR", unknown="x")

    assert (bill.vendor, bill.currency, bill.problems) == ("Site", "EUR", [])


def test_any_doctype_can_have_a_model() -> None:
    """`create_new` makes one, and unknown fields are kept."""
    kitten = BaseModel.create_new(name="me.cozy.kitten", display_name="my kitten")
    tom = kitten(name="Tom", _id="1")

    assert (kitten.doctype, kitten.display_name, kitten.__name__) == ("me.cozy.kitten", "my kitten", "MyKitten")
    assert tom.model_dump(by_alias=True)["name"] == "Tom"
    assert tom.id == "1"


def test_half_a_character_becomes_a_question_mark() -> None:
    """A site that cuts a text in the middle of an emoji does not end the run."""
    assert Bill(date="2025-01-02", amount="1", currency="EUR", title="Hi \ud83d").title == "Hi ?"


def test_a_text_that_the_site_leaves_null_is_filled_in() -> None:
    """As one that it leaves out."""
    bill = Bill(date="2025-01-02", amount="1", currency=None, vendor=None)
    bill.fill_in(vendor="Acme", currency="EUR")

    assert (bill.problems, bill.currency, bill.vendor) == ([], "EUR", "Acme")


def test_a_missing_currency_is_said_once() -> None:
    """Null, and none in the manifest."""
    assert len(Bill(date="2025-01-02", amount="1", currency=None).problems) == 1


def test_the_summary_of_a_document_is_its_own_fields() -> None:
    """As plain values and without its id, which is another at each run: a replay compares them."""
    kitten = BaseModel.create_new(name="me.cozy.kitten")(id="1", vendor="Shop", name="Mimi", born=date(2025, 1, 2))

    assert kitten.summary() == {"vendor": "Shop", "fields": {"name": "Mimi", "born": "2025-01-02"}}


def test_the_summary_of_a_wrong_entry_is_plain_text() -> None:
    """Whatever a site puts in its place, it can be shown and written as JSON."""
    summary = Bill(date=[1], amount={}, number=["x"], vendor=b"\xff", is_refund="maybe").summary()

    assert json.loads(json.dumps(summary)) == summary
    assert {type(value) for value in summary.values()} <= {str, bool}


@pytest.mark.parametrize("name", ["", "a b", "a\0b", "\ud800", "a/b", "a\nb", None])
def test_a_name_that_is_no_doctype_is_told(name: Any) -> None:
    """Where it is declared, in a sentence, not where the first document is stored."""
    with pytest.raises(UsageError, match="is no doctype such as"):
        BaseModel.create_new(name=name)


def test_a_display_name_may_be_anything() -> None:
    """It is for people; the class has a name of its own."""
    assert [BaseModel.create_new(name="me.kitten", display_name=one).display_name for one in ("\0", "Кот (1)")] == [
        "\0",
        "Кот (1)",
    ]


def test_a_field_may_be_called_as_python_calls_things() -> None:
    """What a site's row is called is the site's affair."""
    row = {"self": 1, "cls": 2, "data": 3, "summary": 4, "problems": 5, "doctype": 6, "model_dump": 7, "store": 8}
    entry = BaseModel.create_new(name="me.kitten")(**row)
    assert (entry.problems, entry.model_extra) == ([], row)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_lacks_is_refused(value: float) -> None:
    """In any field: it would be stored as nothing."""
    entry = BaseModel.create_new(name="me.kitten")(weight=value, age=3.5)
    assert entry.problems == [f"weight: {value} is not a finite number"]
