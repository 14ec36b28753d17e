"""The names of files."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathvalidate import is_valid_filename

from toolkit.models import BaseModel, Bill
from toolkit.operations.naming import NameOptions, get_entry_file_name


def bill(**fields: Any) -> Bill:
    """A bill with these fields."""
    return Bill(**{"date": "2025-03-09", "amount": "23.9", "currency": "EUR", "vendor": "Lumen", **fields})


def test_by_default_a_name_is_date_vendor_and_amount() -> None:
    """What a person looks for in a folder."""
    assert get_entry_file_name(bill()) == "2025-03-09_lumen_23.90.pdf"


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [("1200", "JPY", "1200"), ("1.5", "KWD", "1.500"), ("12.345", "EUR", "12.345"), ("1e3", "EUR", "1000.00")],
)
def test_an_amount_has_the_decimals_of_its_currency(amount: str, currency: str, written: str) -> None:
    """More, when the site gives more: two different amounts never read the same."""
    assert get_entry_file_name(bill(amount=amount, currency=currency)) == f"2025-03-09_lumen_{written}.pdf"


@pytest.mark.parametrize(
    ("vendor", "slug"),
    [
        ("Orma Telecom", "orma-telecom"),
        ("Énergie & Cie, S.A.", "énergie-cie-s-a"),
        ("東京電力", "東京電力"),
        ("बिजली", "बिजली"),
        ("../../etc", "etc"),
    ],
)
def test_a_vendor_keeps_its_script(vendor: str, slug: str) -> None:
    """Small letters and hyphens; accents and characters stay."""
    assert get_entry_file_name(bill(vendor=vendor)) == f"2025-03-09_{slug}_23.90.pdf"


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("Rechnung März.PDF", "Rechnung März.PDF"),
        ("Invoice No. 3", "Invoice No. 3.pdf"),
        ("bill 23.90", "bill 23.90.pdf"),
        ("data.csv", "data.csv"),
        ("../../etc/passwd.txt", "etc-passwd.txt"),
        ("2025/03: bill?.pdf", "2025-03- bill.pdf"),
        ("con.pdf", "con_.pdf"),
        ("aux .pdf", "aux_.pdf"),
        ("/nul.tar.gz", "nul_.tar.gz"),
        ("-rf.pdf", "rf.pdf"),
        ("bill. . .pdf", "bill.pdf"),
        ("bill\u202efdp.exe\x00.pdf", "billfdp.exe.pdf"),
        ("a\nb\x7f.pdf", "a b.pdf"),
    ],
)
def test_the_connectors_own_name_wins_once_it_is_safe(filename: str, name: str) -> None:
    """It keeps its extension, and can neither leave the folder nor be hidden nor be a device."""
    assert get_entry_file_name(bill(filename=filename), "ignored") == name


@pytest.mark.parametrize("filename", ["", ".pdf", "...", "/.pdf", "\ud800.pdf", "\u200b.pdf"])
def test_a_filename_that_says_nothing_counts_as_none(filename: str) -> None:
    """A site may build a name from an empty title."""
    assert get_entry_file_name(bill(filename=filename)) == "2025-03-09_lumen_23.90.pdf"


def test_options_change_the_parts() -> None:
    """The seed's options: format of the date, vendor, other fields, extension."""
    options = NameOptions(date_format="%Y%m", vendor="My Vendor", others=("number", "missing"), extension=".xml")

    assert get_entry_file_name(bill(number="OT-7"), options) == "202503_my-vendor_ot-7.xml"


def test_a_text_as_options_is_the_seeds_short_form() -> None:
    """Month, then the text."""
    assert get_entry_file_name(bill(), "free mobile") == "202503_free-mobile.pdf"


def test_the_extension_follows_the_type() -> None:
    """An entry may say what its file is; a word in the options wins, the name's own extension wins over both."""
    assert get_entry_file_name(bill(mime="text/csv")).endswith(".csv")
    assert get_entry_file_name(bill(mime="text/csv"), NameOptions(extension="txt")).endswith(".txt")
    assert get_entry_file_name(bill(mime="text/csv", filename="a.xml")) == "a.xml"


def test_any_document_has_a_name() -> None:
    """What is missing is left out."""
    kitten = BaseModel.create_new(name="me.cozy.kitten")

    assert get_entry_file_name(kitten()) == "document.pdf"
    assert get_entry_file_name(kitten(vendor="Cats", date="May 3", amount=1.5)) == "may-3_cats_1.50.pdf"


def test_a_long_name_keeps_date_amount_and_extension() -> None:
    """The vendor is cut, between two characters."""
    name = get_entry_file_name(bill(vendor="漢" * 300))

    assert name == f"2025-03-09_{'漢' * 26}_23.90.pdf"


@pytest.mark.parametrize("letter", ["a", "é", "漢", "🧾"])
def test_a_long_filename_is_cut_before_its_extension(letter: str) -> None:
    """To at most 200 bytes, whatever a character takes."""
    name = get_entry_file_name(bill(filename=f"{letter * 300}.csv"))

    assert name.strip(letter) == ".csv"
    assert 180 <= len(name.encode()) <= 200


@given(filename=st.text() | st.text(alphabet="./\\ -conua\u202e$~:é", max_size=30), vendor=st.text())
def test_every_name_is_safe(filename: str, vendor: str) -> None:
    """Whatever the site says: valid on every system, visible, at most 200 bytes, one path segment, always the same."""
    entry = bill(filename=filename, vendor=vendor)
    name = get_entry_file_name(entry)

    assert is_valid_filename(name, platform="universal")
    assert len(name.encode()) <= 200
    assert name[0] not in " .-"
    assert name[-1] not in " ."
    assert not {"/", "\\", "\0"} & set(name)
    assert not [char for char in name if unicodedata.category(char) == "Cc"]
    assert name == unicodedata.normalize("NFC", name)
    assert name == get_entry_file_name(entry)


@given(filename=st.text(max_size=60))
def test_a_safe_name_stays_as_it_is(filename: str) -> None:
    """Made safe twice is made safe once."""
    name = get_entry_file_name(bill(filename=filename))

    assert get_entry_file_name(bill(filename=name)) == name
