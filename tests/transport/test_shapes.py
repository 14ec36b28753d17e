"""Stand-ins of the same shape, and what is safe to replace."""

import json
import re
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.transport.shapes import Reach, is_iban, looks_secret, reach_of, stand_in

IBANS = ["FR7630006000011234567890189", "DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NO93 8601 1117 947"]


def classes(text: str) -> str:
    """A text with each character by its class."""
    return re.sub(r"[^\W\d_]", lambda c: "A" if c[0].isupper() else "a", re.sub(r"[0-9]", "0", text))


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), st.text(max_size=5))
@settings(deadline=None)
def test_the_shape_of_any_text_is_kept(value: str, seed: str) -> None:
    """Length in characters and in UTF-8, signs and digits; the same seed gives the same stand-in."""
    new = stand_in(value, seed)

    assert (len(new), len(new.encode())) == (len(value), len(value.encode()))
    assert new == stand_in(value, seed)
    if any(map(str.isalnum, value)):
        assert [c for c in new if not c.isalnum()] == [c for c in value if not c.isalnum()]


@given(st.from_regex(r"[A-Za-z0-9_.-]{1,30}", fullmatch=True).filter(lambda value: any(map(str.isalnum, value))))
@settings(deadline=None)
def test_the_classes_of_plain_text_are_kept(value: str) -> None:
    """Digits stay digits, capitals capitals."""
    assert classes(stand_in(value, "seed")) == classes(value)


@given(st.uuids(version=4))
@settings(deadline=None)
def test_a_uuid_stays_a_uuid(value: uuid.UUID) -> None:
    """Of the same version and variant."""
    new = uuid.UUID(stand_in(str(value), "seed"))

    assert (new.version, new.variant) == (4, value.variant)
    assert new != value


@pytest.mark.parametrize("value", IBANS)
def test_an_iban_stays_an_iban(value: str) -> None:
    """Of the same country and grouping, with check digits that hold."""
    new = stand_in(value, "seed")

    assert is_iban(new)
    assert (new[:2], [i for i, c in enumerate(new) if c == " "]) == (
        value[:2],
        [i for i, c in enumerate(value) if c == " "],
    )
    assert new != value


def test_an_e_mail_stays_an_e_mail() -> None:
    """Its last label is kept: a site may check it."""
    assert re.fullmatch(r"[a-z]{4}\.[a-z]{6}@[a-z]{4}\.com", stand_in("jean.dupont@acme.com", "s"))


@pytest.mark.parametrize("value", ["deadbeef00112233", "D41D8CD98F00B204E9800998ECF8427E"])
def test_hex_stays_hex(value: str) -> None:
    """In the same case."""
    assert int(stand_in(value, "seed"), 16) != int(value, 16)
    assert stand_in(value, "seed").isupper() == value.isupper()


@given(st.integers(min_value=1, max_value=10**12))
@settings(deadline=None)
def test_a_number_stays_a_number(value: int) -> None:
    """Without a zero in front, which JSON forbids."""
    assert isinstance(json.loads(stand_in(str(value), "seed")), int)


def test_a_phone_number_goes_on_beginning_with_zero() -> None:
    """A site may check it."""
    assert stand_in("0612345678", "seed").startswith("0")


def test_signs_alone_change_too() -> None:
    """A password of nothing but signs is a password."""
    assert stand_in("!!!!????", "seed") != "!!!!????"


@pytest.mark.parametrize(
    ("value", "reach"),
    [
        *((value, Reach.PLACE) for value in ("1", "true", "en", "EUR", "fr-FR", "abc", "2024", "12345", "----")),
        *((value, Reach.WORD) for value in ("Paul", "Jean Luc", "482913", "a1b2")),
        *((value, Reach.ANYWHERE) for value in ("hunter2", "0612345678", "Jean-Luc Dupont", "a@b.fr", "s3ss10n")),
    ],
)
def test_how_far_a_secret_reaches(value: str, reach: Reach) -> None:
    """Trivial values only in their place, words and short numbers as such, the rest anywhere."""
    assert reach_of(value) is reach


@pytest.mark.parametrize(
    "value",
    [
        "s3ss10nValue",
        "482913",
        "KjHgFdSaQwErTyUiOpZx",
        "-TQ_BnJEumHjBqVwzbJZttBR",
        "nZLpwnezOylGsREgPtwwvej5",
        "GA1.2.123456.7654321",
        "eyJhIjoxfQ.YWJjZGVm1",
        "a1b2c3d4",
    ],
)
def test_random_values_look_secret(value: str) -> None:
    """Mixed letters and digits, codes, long mixed cases."""
    assert looks_secret(value)


@pytest.mark.parametrize(
    "value",
    [
        "true",
        "fr-FR",
        "functional",
        "dark-mode",
        "2025-03-09",
        "2025-03-09T10:00:00Z",
        "1700000000",
        "1700000000123",
        "12.50",
        "1.2.3-beta1",
        "https://acme.example/a1b2c3d4",
        "/api/v2/bills1",
        "text/html2",
        "ERR_INVALID",
        "passwordConfirmation",
        "12345",
        "X-CSRF-Token",
    ],
)
def test_words_and_times_do_not(value: str) -> None:
    """Labels, dates, versions, paths, constants."""
    assert not looks_secret(value)
