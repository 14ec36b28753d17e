"""Values known by their shape."""

import pytest

from toolkit.transport.masking import mask


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
    ],
)
def test_a_shape_stands_for_the_value(value: str, shape: str) -> None:
    """And the value is kept beside it."""
    assert mask(f"a {value} b") == (f"a {shape} b", (value,))


@pytest.mark.parametrize(
    "value", ["2025-03-09", "12345678", "page=2", "a-sentence-of-many-plain-words", "INV-2025-000123", "12.50", "cafe"]
)
def test_what_selects_content_is_kept(value: str) -> None:
    """A day, a number, a word, an amount."""
    assert mask(value) == (value, ())


def test_an_identifier_in_a_path_is_found() -> None:
    """Whatever stands before it."""
    assert mask("/user/0b0e7a52-1111-4222-8333-444455556666/bills").text == "/user/<uuid>/bills"
    assert mask("/session/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln").text == "/session/<jwt>"
