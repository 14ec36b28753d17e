"""Accounts and the mask that hides their secrets."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
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


@pytest.mark.parametrize("before", ["", "a", "ab", "ada@acme.example:"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_secret_in_base64_is_hidden(before: str, encode: Callable[[bytes], bytes]) -> None:
    """Whatever stands before it, as in a Basic header: only the characters that it shares with that are left."""
    told = encode(f"{before}{SECRET}?>".encode()).decode()

    assert len(Mask([SECRET])(told)) < len(told) - len(SECRET)


TOKENS = [
    "kqx7vt2mx9cl4pz8swq1yb3n",
    "9F86D081884C7D659A2FEAA0C55AD015",
    "gh_9xKc-2mQzL_7vTa-pW4e",
    "eyJhbGciOiJIUzI1NiJ9",
]


@pytest.mark.parametrize("token", TOKENS)
def test_what_looks_like_a_token_is_hidden(token: str) -> None:
    """Though nobody has named it, and wherever it stands: in an address, in JSON, at the end of a sentence."""
    said = Mask()(f'GET /d/{token}/a.pdf {{"t": "{token}"}} {token}.')

    assert said == 'GET /d/•••/a.pdf {"t": "•••"} •••.'


PLAIN = [
    "/home/ada/.venv/lib/python3.11/site-packages/requests/sessions.py",
    "data/logs/20261126T040818-9ad115.jsonl",
    "2025-08-06_orma-telecom_29.80.pdf",
    "HTTPConnectionPool(host='127.0.0.1', port=42187)",
    "FACTURE-2025-08-000123456, FR2025000123456789, OT-202408-R",
    "2026-11-26T04:08:18.123456+00:00",
    "<Locator frame=<Frame name= url='https://acme.example/home'> selector='button[type=submit]'>",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_a_log_is_read_for_stays(text: str) -> None:
    """Paths, times, file names, numbers of bills, names of classes."""
    assert Mask()(text) == text


def test_an_account_is_known_by_what_is_no_secret() -> None:
    """Whichever they are; another key alone is another person's, who must not be given this one's session."""
    account = Account(fields={"login": "ada", "pin": "1234"}, secret=frozenset({"pin"}))
    alone = {"url": "https://acme.example", "pin": "1234"}

    assert account.identity == {"login": "ada"}
    assert Account(fields=alone, secret=frozenset({"pin"})).identity == alone
