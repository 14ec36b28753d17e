"""Which of the lists in an answer is one of bills, and which of its columns is what."""

from __future__ import annotations

from typing import Any

import pytest

from toolkit.debug.probe import is_locator
from toolkit.jobs.new.rows import Rows, Shown, find_rows

URL = "https://acme.example/api/bills"


def bills(**more: list[Any]) -> list[dict[str, Any]]:
    """Three rows with more columns."""
    rows: list[dict[str, Any]] = [{"id": f"A{n}", "day": f"2025-0{n}-01", "total": n * 10.5} for n in (3, 2, 1)]
    return [{**row, **{name: values[at] for name, values in more.items()}} for at, row in enumerate(rows)]


def found(answer: Any, documents: tuple[str, ...] = (), shown: str = "") -> Rows:
    """What is found, which is something."""
    rows = find_rows(answer, URL, documents, Shown(shown))
    assert rows is not None
    return rows


def code(rows: Rows) -> dict[str, str]:
    """The Python of each field."""
    return {name: field.code for name, field in rows.fields.items()}


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        (bills(), "answer"),
        ({"items": bills()}, 'answer["items"]'),
        (
            {"data": {"me": {"bills": bills(), "contracts": [{"id": 1, "since": "2020-01-01"}]}}},
            'answer["data"]["me"]["bills"]',
        ),
    ],
)
def test_where_the_list_is(answer: Any, path: str) -> None:
    """However deep; a list without amounts is none of bills."""
    assert found(answer).code == path


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        "text",
        None,
        [1, 2],
        [[]],
        {"items": []},
        {"items": [{"id": 1, "name": "Ada"}]},
        [{"day": "2025-01-01", "count": 3}],
        [{"total": 12.5, "name": "x"}],
    ],
)
def test_where_there_is_none(answer: Any) -> None:
    """Neither a day alone, nor an amount alone, makes a bill."""
    assert find_rows(answer, URL) is None


def test_columns_by_their_names_and_values() -> None:
    """Nested too, with due dates, quantities and taxes beside them."""
    rows = [
        {
            "uuid": f"u-{n}",
            "invoiceNumber": f"2025/{n}",
            "dueDate": f"2025-0{n}-20",
            "issueDate": f"0{n}.02.2025",
            "quantity": 1,
            "vat": {"amount": 1.99 + n},
            "amount": {"gross": f"{n}1,90", "currency": "EUR"},
            "type": "refund" if n == 1 else "bill",
        }
        for n in (1, 2, 3)
    ]

    assert code(found(rows)) == {
        "number": 'row["invoiceNumber"]',
        "date": 'row["issueDate"]',
        "amount": 'row["amount"]["gross"]',
        "currency": 'row["amount"]["currency"]',
        "is_refund": 'row["type"] == "refund"',
    }


def test_hundredths_are_told_by_their_name() -> None:
    """And marked as a guess."""
    field = found([{"date": "2025-01-01", "amountCents": 1250}]).fields["amount"]

    assert field.code == 'Decimal(row["amountCents"]) / 100'
    assert field.guess == "guessed from its name: hundredths"


@pytest.mark.parametrize(
    ("more", "documents", "made"),
    [
        ({"pdf": ["/pdf/3", "/pdf/2", "/pdf/1"]}, (), 'row["pdf"]'),
        ({"link": ["/x/3", "/x/2", "/x/1"], "pdf": ["/p/3", "/p/2", "/p/1"]}, ("/x/2",), 'row["link"]'),
        ({}, ("/bill/A2.pdf",), "f'/bill/{row[\"id\"]}.pdf'"),
        ({}, ("/get?doc=A2&as={pdf}",), "f'/get?doc={row[\"id\"]}&as={{pdf}}'"),
        ({}, ("/it's/A2",), "f'/it\\'s/{row[\"id\"]}'"),
        ({}, ("https://files.example/A2/download",), "f'https://files.example/{row[\"id\"]}/download'"),
        ({}, ("/unrelated.pdf",), None),
    ],
)
def test_where_the_document_is(more: dict[str, list[Any]], documents: tuple[str, ...], made: str | None) -> None:
    """In a column that leads to one that was opened, else in one that looks so, else made of what the row has."""
    assert code(found(bills(**more), documents)).get("pdfurl") == made


@pytest.mark.parametrize("shown", ["Net 3,00 € to pay 31.50 €", "CHF 31.50", "31,50 EUR"])
def test_what_a_page_showed_goes_before_names(shown: str) -> None:
    """The person sees the amount that is paid; without a page, names decide."""
    rows = [{"date": "2025-01-01", "amount": 26.25, "x": 31.5}]

    assert code(found(rows))["amount"] == 'row["amount"]'
    assert code(found(rows, shown=shown))["amount"] == 'row["x"]'


def test_of_two_lists_the_one_that_was_shown_counts() -> None:
    """Although the other has more columns."""
    answer = {"offers": bills(currency=["EUR"] * 3), "rows": [{"day": "2025-01-01", "total": 7.77}]}

    assert found(answer).code == 'answer["offers"]'
    assert found(answer, shown="Your bill: 7.77").code == 'answer["rows"]'


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ('get_by_role("button", name="Log in")', True),
        ('locator("iframe").content_frame.locator("#a").first', True),
        ('get_by_role("x", name="\\"); import os; (\\"")', True),
        ('locator("a"); import os', False),
        ('__import__("os").system("x")', False),
        ('locator(open("/etc/passwd").read())', False),
        ("", False),
    ],
)
def test_what_a_page_calls_a_button_never_becomes_code(text: str, is_one: bool) -> None:
    """Only a chain of Playwright's own locators, with texts in them, is written into a connector."""
    assert is_locator(text) is is_one
