"""Values known by their shape."""

import pytest

from toolkit.transport.masking import mask, mask_path


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("0b0e7a52-1111-4222-8333-444455556666", "<uuid>"),
        ("1700000000", "<epoch>"),
        ("1700000000123", "<epoch>"),
        ("2025-03-09T12:00:00.123+02:00", "<time>"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "<jwt>"),
        ("d41d8cd98f00b204e9800998ecf8427e", "<hex>"),
        ("0.123456789012", "<chance>"),
        ("aB3dE5fG7hI9jK1lM3nO", "<token>"),
        ("qB-DFyjydJeB-v8FRkV-IC5G", "<token>"),
        ("-TQ_BnJEumHjBqVwzbJZttBR", "<token>"),
    ],
)
def test_a_shape_stands_for_the_value(value: str, shape: str) -> None:
    """And the value is kept beside it."""
    assert mask(f"a {value} b") == (f"a {shape} b", ((shape[1:-1], value),))


@pytest.mark.parametrize(
    "value",
    [
        "2025-03-09",
        "12345678",
        "page=2",
        "a-sentence-of-many-plain-words",
        "INV-2025-000123",
        "12.50",
        "cafe",
        "getMyBillPdfByCustId",
        "Facture_Numero_ACME_FRANCE_2025",
        "Invoice-2025-03-Acme-Telecom",
    ],
)
def test_what_selects_content_is_kept(value: str) -> None:
    """A day, a number, a word, an amount."""
    assert mask(value) == (value, ())


def test_an_identifier_in_a_path_is_found() -> None:
    """Whatever stands before it."""
    assert mask("/user/0b0e7a52-1111-4222-8333-444455556666/bills").text == "/user/<uuid>/bills"
    assert mask("/session/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln").text == "/session/<jwt>"


def test_each_segment_of_a_path_is_masked_alone() -> None:
    """A mixed segment is no reason to lose the words around it; words with a number are no token."""
    assert mask_path("/documents/aB3dE5fG7hI9jK1lM3nO/pdf").text == "/documents/<token>/pdf"
    assert mask_path("/documents/2024/InvoiceABC123").text == "/documents/2024/InvoiceABC123"


def test_base64_with_slashes_is_a_token_and_an_address_is_none() -> None:
    """What stands between slashes tells them apart."""
    assert mask("aB3/E5fG7hI9jK1lM3nO+x7==").text == "<token>"
    assert mask("example/api/Facture2024ABCdef/list").text == "example/api/Facture2024ABCdef/list"
