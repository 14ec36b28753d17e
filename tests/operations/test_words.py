"""The words of a text."""

import pytest

from toolkit.operations.words import fold, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PRLV ACME-TELECOM n_3.", ["PRLV", "ACME", "TELECOM", "n", "3"]),
        ("Énergie & Cie", ["Énergie", "Cie"]),
        ("東京電力・株", ["東京電力", "株"]),
        ("बिजली बिल", ["बिजली", "बिल"]),
        ("--- ...", []),
    ],
)
def test_words_are_runs_of_letters_marks_and_digits(text: str, found: list[str]) -> None:
    """Vowel signs of Indian scripts belong to their word."""
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "folded"),
    [("ÉLECTRICITÉ", "electricite"), ("Straße", "strasse"), ("ＡＢＣ", "abc"), ("Acme", "acme"), ("ガス", "ガス")],
)
def test_folding_drops_case_and_accents(text: str, folded: str) -> None:
    """The accents of Latin, Greek and Cyrillic go; a mark that makes another letter elsewhere stays."""
    assert fold(text) == fold(folded)
    assert fold("カス") != fold("ガス")
