"""The bills as PDF."""

import re

import pytest

from toolkit.demo.bills import BILLS, Bill
from toolkit.demo.pdf import render


@pytest.mark.parametrize("bill", BILLS, ids=lambda bill: bill.id)
def test_the_file_has_the_structure_of_a_pdf(bill: Bill) -> None:
    """Every object stands at the byte that the table names, and the stream is as long as it says."""
    content = render(bill)

    assert content.startswith(b"%PDF-1.4\n")
    assert content.endswith(b"%%EOF\n")
    table = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
    assert content[table:].startswith(b"xref\n0 7\n")
    offsets = [int(entry) for entry in re.findall(rb"^(\d{10}) 00000 n \n", content[table:], re.MULTILINE)]
    assert [content[at:].split(b" 0 obj\n")[0] for at in offsets] == [b"1", b"2", b"3", b"4", b"5", b"6"]
    stream = re.search(rb"/Length (\d+) >>\nstream\n(.*)\nendstream", content, re.DOTALL)
    assert stream is not None
    assert int(stream[1]) == len(stream[2])


def test_every_file_is_different_and_always_the_same() -> None:
    """Twenty-four files that a hash tells apart, of many sizes, none of them dependent on the day."""
    files = [render(bill) for bill in BILLS]

    assert files == [render(bill) for bill in BILLS]
    assert len(set(files)) == 24
    assert len({len(file) for file in files}) > 12


def test_the_paper_says_number_date_and_total() -> None:
    """What a person would look for is on it."""
    newest = render(BILLS[0])

    assert b"(Invoice)" in newest
    assert b"(OT-202509)" in newest
    assert b"(06/09/2025)" in newest
    assert "(22.70 €)".encode("cp1252") in newest


def test_the_lines_add_up_to_the_total() -> None:
    """An invoice of 31.20 is made of the plan, the calls and the data."""
    bill = next(bill for bill in BILLS if bill.id == "OT-202408")
    amounts = re.findall(rb"\(([\d.]+) \x80\)", render(bill))

    assert amounts == [b"19.90", b"2.50", b"8.80", b"31.20", b"5.20"]


def test_a_refund_is_a_credit_note() -> None:
    """The one paper that pays money back says so."""
    refund = next(bill for bill in BILLS if bill.kind == "refund")

    assert b"(Credit note)" in render(refund)
    assert b"(Invoice)" not in render(refund)
