"""The forms of one secret."""

import re

import pytest

from toolkit.transport.forms import Secret, forms_of, place_pattern
from toolkit.transport.shapes import Reach, reach_of


@pytest.mark.parametrize("value", ["hunter2!", "Jean Dupré", "FR76 3000 6000 0112 3456 7890 189", "p%41&amp;x\\n9"])
def test_forms_keep_their_length_and_cover_the_encodings(value: str) -> None:
    """Each form of a secret is as long as the form of its stand-in."""
    forms = list(forms_of(Secret("x", value, reach_of(value)), value.swapcase()))

    assert {form.encoding for form in forms} == {"plain", "hex", "utf-16", "base64"}
    assert [form for form in forms if len(form.old) != len(form.new)] == []


def test_a_word_is_found_as_a_word() -> None:
    """Not inside another; a number not inside another number."""
    word = next(forms_of(Secret("x", "Paul", Reach.WORD), "Luap"))
    number = next(forms_of(Secret("x", "482913", Reach.WORD), "111111"))

    assert [bool(re.search(word.pattern, text)) for text in (b"Paul", b"(Paul)", b"Pauline", b"StPaul")] == [1, 1, 0, 0]
    assert [bool(re.search(number.pattern, text)) for text in (b"x482913y", b"1482913", b"4829130")] == [1, 0, 0]


def test_a_place_is_a_name_and_a_value() -> None:
    """The value is the only group, so that nothing else is touched."""
    found = place_pattern(Secret("pin", "12", Reach.PLACE)).search(b'{"spin":12,"pin": "12"}')

    assert found is not None
    assert found.span(1) == (19, 21)


def test_a_secret_does_not_show_itself() -> None:
    """Not even in a failing test."""
    assert "hunter2!" not in repr(Secret("password", "hunter2!", Reach.ANYWHERE))
