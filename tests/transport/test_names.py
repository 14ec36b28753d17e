"""Names that announce a secret."""

import pytest

from toolkit.transport.names import is_secret


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "login[password]",
        "newPassword",
        "passwd",
        "pwd",
        "pass",
        "pin",
        "otp",
        "user.otp",
        "sms_code",
        "loginCode",
        "motDePasse",
    ],
)
def test_what_people_type_is_secret_whatever_it_looks_like(name: str) -> None:
    """In a request; in an answer it may be a label."""
    assert is_secret(name, "ab", asked=True)
    assert not is_secret(name, "Mot de passe", asked=False)
    assert not is_secret(name, "", asked=True)


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "accessToken",
        "refresh_token",
        "X-CSRF-Token",
        "csrfmiddlewaretoken",
        "__RequestVerificationToken",
        "XSRF-TOKEN",
        "x-api-key",
        "apiKey",
        "client_secret",
        "PHPSESSID",
        "JSESSIONID",
        "sid",
        "sessionId",
        "code",
        "state",
        "authorization_code",
        "SAMLAssertion",
        "jwt",
    ],
)
def test_tokens_are_secret_when_they_look_random(name: str) -> None:
    """A header that asks for a token, or the name of a type, is none."""
    assert is_secret(name, "aB3dE5fG7hI9", asked=False)
    assert not is_secret(name, "Fetch", asked=True)


@pytest.mark.parametrize(
    "name", ["tokenType", "expires_in", "keyboard", "passenger", "pinned", "codes", "author", "design", "email"]
)
def test_other_names_are_not(name: str) -> None:
    """However random the value looks."""
    assert not is_secret(name, "aB3dE5fG7hI9", asked=True)


@pytest.mark.parametrize("name", ["identifier", "u", "to", ""])
def test_an_address_that_is_sent_is_somebodys(name: str) -> None:
    """Under whatever name; those on a page may be the vendor's."""
    assert is_secret(name, "ada.lovelace+bills@acme.example", asked=True)
    assert not is_secret(name, "ada.lovelace+bills@acme.example", asked=False)
    assert not is_secret(name, "https://key@o1.ingest.example/2", asked=True)
