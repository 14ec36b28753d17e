"""Labels that hold an identifier."""

import re

import pytest

from toolkit.operations.identifier import Identifier, Labels


@pytest.mark.parametrize(
    ("identifier", "label", "found"),
    [
        ("acme telecom", "PRLV SEPA ACME-TELECOM 0312", "acme telecom"),
        ("Électricité", "VIR ELECTRICITE DE FRANCE", "electricite"),
        ("edf", "PRLV É.D.F", None),
        ("free", "PRLV FREE.", "free"),
        ("free", "CB FREELANCE", None),
        ("free", "CB CAREFREE", None),
        ("free", "FREE2025", None),
        ("acme", "", None),
        (["orange", "orange bank"], "ORANGE BANK SA", "orange bank"),
        (("acme", "orma"), "prlv orma", "orma"),
        ("東京電力", "口座振替 東京電力", "東京電力"),
        (re.compile(r"\bedf\b|électricité"), "PRLV EDF", "edf"),
        (re.compile(r"électricité"), "prlv ÉLECTRICITÉ", "electricite"),
        (re.compile(r"acme \d{3}"), "PRLV ÀCME 123", "acme 123"),
        (re.compile(r"acme \d{3}"), "PRLV ACME 12", None),
        (re.compile("東京"), "口座振替東京電力", "東京"),
        ("a.c", "ABC", None),
    ],
)
def test_a_label_holds_whole_words_or_a_pattern(identifier: Identifier, label: str, found: str | None) -> None:
    """Case, accents and punctuation do not matter, borders of words do; the longest identifier is named."""
    assert Labels(identifier).find(label) == found


@pytest.mark.parametrize("identifier", ["", " ", "--", [], ["acme", ""]])
def test_an_identifier_without_a_word_is_refused(identifier: Identifier) -> None:
    """It would be in every label, and every bill would find a payment."""
    with pytest.raises(ValueError, match="no word to look for"):
        Labels(identifier)


@pytest.mark.parametrize(
    ("identifier", "said"), [("Acme", "'Acme'"), (["a", "b"], "'a' or 'b'"), (re.compile("a+"), "/a+/")]
)
def test_an_identifier_reads_as_it_was_given(identifier: Identifier, said: str) -> None:
    """For the reasons that a person reads."""
    assert str(Labels(identifier)) == said
