"""Accounts and the mask that hides their secrets."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.account import Account, Mask

SECRET = 'pâss "word"/7%'


def test_an_account_never_shows_its_secrets() -> None:
    """The repr has the login and a mask in place of the password."""
    account = Account("me", {"login": "ada", "password": SECRET})

    assert "ada" in repr(account)
    assert SECRET not in repr(account)


@pytest.mark.parametrize("form", [SECRET, quote(SECRET, safe=""), json.dumps(SECRET), json.dumps({"p": SECRET})])
def test_a_secret_is_hidden_in_every_form(form: str) -> None:
    """As it stands, percent-encoded and JSON-escaped."""
    hidden = Mask([SECRET])(f"before {form} after")

    assert "word" not in hidden
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")


def test_a_secret_inside_another_is_hidden_with_it() -> None:
    """The longer secret goes first, so that no tail of it is left."""
    assert "long" not in Mask(["secret", "secret-long"])("a secret-long b")


@given(st.text(min_size=4, max_size=30), st.text(max_size=30))
def test_no_text_keeps_a_masked_secret(secret: str, around: str) -> None:
    """Whatever stands around it, the secret itself is gone unless the mask's own sign contains it."""
    masked = Mask([secret])(around + secret + around)

    assert secret not in masked or secret in "•••"


def test_the_values_of_queries_are_hidden() -> None:
    """A signed link that nobody named as a secret keeps its names and loses its values."""
    said = Mask()('GET /x?token=tok123&page=2#access_token=abc (url: https://a.example/?k=v) "/y?z=1" a = b; c=d')

    assert said == ('GET /x?token=•••&page=•••#access_token=••• (url: https://a.example/?k=•••) "/y?z=•••" a = b; c=d')


@pytest.mark.parametrize("told", ['- fill("abc")', "- type('1')", '{"x": "- fill(\\"abc\\")"}'])
def test_what_a_browser_was_made_to_type_is_hidden(told: str) -> None:
    """However short it is, and though nobody named it a secret."""
    said = Mask()(told)

    assert "•••" in said
    assert "abc" not in said
    assert "'1'" not in said


def test_the_open_fields_are_those_without_the_secrets() -> None:
    """Whichever they are."""
    account = Account(fields={"login": "ada", "pin": "1234"}, secret=frozenset({"pin"}))

    assert account.open_fields == {"login": "ada"}
