"""What says that a session is over, and what only looks like it."""

import json
from typing import Any

import pytest
import requests

from toolkit.web.logged_out import LONGEST, bare_address, is_logged_out

LOGIN = "https://acme.example/login"


def answer(
    body: str | object = "", kind: str = "text/html", *, status: int = 200, url: str = LOGIN, **headers: str
) -> requests.Response:
    """An answer of a site."""
    response: Any = requests.Response()
    response.status_code, response.url = status, url
    response._content = (body if isinstance(body, str) else json.dumps(body)).encode()
    response.headers.update({"Content-Type": kind, **headers})
    return response  # type: ignore[no-any-return]


def graphql(**error: object) -> requests.Response:
    """What a GraphQL server says of one error."""
    return answer({"data": None, "errors": [{"message": "no", **error}]}, "application/graphql-response+json")


def test_a_refusal() -> None:
    """By status."""
    assert [status for status in (200, 401, 403, 404, 429, 503) if is_logged_out(answer(status=status))] == [401, 403]


def test_a_page_that_asks_for_a_password() -> None:
    """However it is written; a page that speaks of one does not, nor does a script."""
    assert is_logged_out(answer("<form><INPUT name=p\n type='password'></form>", "text/html; charset=utf-8"))
    assert not is_logged_out(answer("<p>Your password is safe</p>"))
    assert not is_logged_out(answer("'<input type=password>'", "text/javascript"))
    long = answer("<input type=password>")
    long.headers["Content-Length"] = str(LONGEST + 1)
    assert not is_logged_out(long)
    long.headers["Content-Length"] = "what it is"
    assert is_logged_out(long)


@pytest.mark.parametrize("location", ["/login?next=%2Fbills", "https://acme.example/login/", "login#top"])
def test_a_redirect_to_the_login(location: str) -> None:
    """Where it is followed and where it is not, relative or not, with whatever query."""
    pages = {bare_address(LOGIN)}
    redirect = answer(status=302, url="https://acme.example/bills", Location=location)
    followed = answer("<div id=app>")
    followed.history = [redirect]

    assert is_logged_out(redirect, pages)
    assert is_logged_out(followed, pages)
    assert not is_logged_out(answer("<div id=app>"), pages)
    assert not is_logged_out(answer(status=302, url="https://acme.example/bills", Location="/pdf"), pages)


@pytest.mark.parametrize(
    "error",
    [
        {"extensions": {"code": "UNAUTHENTICATED"}},
        {"extensions": {"code": "AUTH_NOT_AUTHENTICATED"}},
        {"extensions": {"code": "invalid-jwt"}},
        {"extensions": {"http": {"status": 401}}},
        {"extensions": {"status": 401}},
        {"errorType": "UnauthorizedException"},
    ],
)
def test_graphql_that_says_so_with_status_200(error: dict[str, object]) -> None:
    """As its servers do, each in its place."""
    assert is_logged_out(graphql(**error))


@pytest.mark.parametrize(
    "response",
    [
        graphql(),
        graphql(extensions={"code": "BAD_USER_INPUT"}),
        graphql(extensions=None),
        graphql(extensions=["UNAUTHENTICATED"]),
        answer({"errors": None}, "application/json"),
        answer({"errors": ["UNAUTHENTICATED"]}, "application/json"),
        answer('"errors"', "application/json"),
        answer('{"errors"', "application/json"),
        answer({"errors": [{"extensions": {"code": "UNAUTHENTICATED"}}]}, "text/plain"),
    ],
)
def test_json_that_does_not(response: requests.Response) -> None:
    """Another error, and what is no GraphQL at all."""
    assert not is_logged_out(response)
