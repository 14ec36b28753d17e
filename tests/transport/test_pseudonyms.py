"""The map from secrets to stand-ins."""

from uuid import UUID

import pytest

from toolkit.transport.pseudonyms import Pseudonyms
from toolkit.transport.shapes import is_iban


def test_what_is_not_known_is_given_back() -> None:
    """Only secrets have stand-ins."""
    assert Pseudonyms("seed").stand_in("hello") == "hello"


def test_a_stand_in_is_no_news() -> None:
    """Nor is what is known, or nothing."""
    names = Pseudonyms("seed")

    assert names.add("sid", "s3ss10nValue")
    assert not names.add("sid", names.stand_in("s3ss10nValue"))
    assert not names.add("sid", "s3ss10nValue")
    assert not names.add("sid", "")


def test_every_single_digit_may_be_secret() -> None:
    """Where no stand-in is left that is none of the secrets, another value must do."""
    names = Pseudonyms("seed")
    for digit in "0123456789":
        names.add("pin", digit)

    assert all(len(names.stand_in(digit)) == 1 for digit in "0123456789")


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_a_stand_in_is_none_of_the_secrets(seed: str) -> None:
    """Where all digits but one are secret, that one stands in."""
    names = Pseudonyms(seed)
    for digit in "12345678":
        names.add("pin", digit)

    assert names.stand_in("1") == "9"


def test_an_iban_that_holds_an_account_number_stays_one() -> None:
    """The stand-in of the number stands in that of the IBAN, and the check digits hold."""
    names = Pseudonyms("seed")
    names.add("iban", "FR7630006000011234567890189")
    names.add("account", "12345678901")

    assert names.stand_in("12345678901") in names.stand_in("FR7630006000011234567890189")
    assert is_iban(names.stand_in("FR7630006000011234567890189"))


def test_most_of_a_secret_changes() -> None:
    """Chance may give a letter back, not half of them."""
    names = Pseudonyms("seed")
    for n in range(200):
        names.add("code", f"{n:03d}000")

    changed = [
        sum(a != b for a, b in zip(f"{n:03d}000", names.stand_in(f"{n:03d}000"), strict=True)) for n in range(200)
    ]
    assert min(changed) >= 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("S3cr3tS3ss10nC00k13Value", "Aq9_zZ-abcdefGHIJKL0129z"),
        ("GG_abcdefghijklmnoPQ==", "0123456789abcdefghAA=="),
        ("c0b2f8f3d1a3a4f9", "00112233445566aa"),
        ("123e4567-e89b-42d3-a456-426614174000", "00000000-0000-4000-8000-00000000000a"),
    ],
)
def test_random_values_of_two_takes_have_one_stand_in(one: str, other: str) -> None:
    """Where a random value has its digits is chance, and two takes of one journey are to be alike."""
    names = [Pseudonyms("seed"), Pseudonyms("seed")]
    for pseudonyms, value in zip(names, (one, other), strict=True):
        pseudonyms.add("session", value)

    assert names[0].stand_in(one) == names[1].stand_in(other) != one


def test_a_random_value_stays_of_its_kind() -> None:
    """A UUID keeps its version, hex stays hex, what fills up base64 stays."""
    names = Pseudonyms("seed")
    values = ["123e4567-e89b-12d3-a456-426614174000", "c0b2f8f3d1a3a4f9", "GG_abcdefghijklmnoPQ=="]
    for value in values:
        names.add("session", value)
    uuid, hex_, base64 = map(names.stand_in, values)

    assert (uuid[14], uuid[19] in "89ab", len(UUID(uuid).bytes)) == ("1", True, 16)
    assert len(bytes.fromhex(hex_)) == 8
    assert len(base64) == 22
    assert base64.endswith("==")
