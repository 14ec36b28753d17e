"""The way in: the web client's chain of dialogs, in whatever language it speaks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Locator, Response

from toolkit import LoginFailed, Run, TooManyAttempts, VendorDown, WrongTwoFaCode

from .rpc import database, host, server

__all__ = ["log_in"]

DATABASE = ".login-dialog [name=database]:visible"
USER = ".login-dialog [name=login]"
LOGGED_IN = "#user-preferences > *, .wizard"  # a user may have a wizard open at start, before the menu
UNUSABLE = ".warning-dialog:visible"  # the client found no server, or one of another version

# Milliseconds. A server that has refused some passwords thinks for up to half a minute about the next one.
SLOW = 60_000


def log_in(run: Run) -> None:
    """Answer the dialogs one by one, each for what the server says it wants, until it wants nothing more.

    Raises LoginFailed, TooManyAttempts, WrongTwoFaCode or VendorDown. Nothing is ever sent twice: a second refusal
    would bring the account nearer to being locked.
    """
    with _silence_means_down(run):
        if not _open_client(run):
            return
        _choose_database(run.page.locator(DATABASE), run.fields["database"])
        question = _submit(run, run.page.locator(USER), run.fields["login"])
        answered: set[str] = set()
        while question:
            name, message = question
            if name in answered:
                raise WrongTwoFaCode
            answered.add(name)
            field = run.page.locator(f".ask-dialog [name={json.dumps(name)}]")
            question = _submit(run, field, _answer(run, name, message))
        run.page.locator(LOGGED_IN).first.wait_for(state="attached")


@contextmanager
def _silence_means_down(run: Run) -> Iterator[None]:
    try:
        yield
    except BrowserError as error:
        raise VendorDown(
            f"{host(run)} does not answer as a Tryton 8 server does: try again later, or check its address."
        ) from error


def _open_client(run: Run) -> bool:
    """Open the web client; False when it is logged in already."""
    page = run.page
    answer = page.goto(f"{server(run)}/#{database(run)}")
    if answer is not None and not answer.ok:
        raise VendorDown(f"{host(run)} answers HTTP {answer.status} instead of Tryton's web client.")
    page.locator(f"{DATABASE}, {LOGGED_IN}, {UNUSABLE}").first.wait_for(state="attached")
    if page.locator(UNUSABLE).count():
        raise VendorDown(f"Tryton's web client at {host(run)} says: {page.locator(UNUSABLE).inner_text().strip()}")
    return page.locator(DATABASE).count() > 0


def _choose_database(field: Locator, name: str) -> None:
    """The field is a list, a text that can only be read (there is one), or a free text (the server tells none)."""
    if field.evaluate("field => field.tagName") == "SELECT":
        offered = field.locator("option").evaluate_all("options => options.map(option => option.value)")
    elif field.is_editable():
        field.fill(name)
        return
    else:
        offered = [field.input_value()]
    if not offered:
        raise VendorDown("The server cannot list its databases: try again later.")
    if name not in offered:
        raise LoginFailed(f"The server has no database {name!r}; it has {', '.join(offered)}.")
    if len(offered) > 1:
        field.select_option(name)


def _answer(run: Run, name: str, message: str) -> str:
    """What the server asks for by that name; `message` is its own words."""
    if name == "password":
        return run.fields["password"]
    if name == "sms_code":
        return run.ask("sms", f"Code sent by SMS to {run.fields['login']} for {host(run)}")
    return run.ask(name.removesuffix("_code"), message)


def _submit(run: Run, field: Locator, value: str) -> tuple[str, str] | None:
    """Send one dialog: the name and the words of what the server wants next, None when it has let us in."""
    field.fill(value)
    with run.page.expect_response(_is_login, timeout=SLOW) as caught:
        field.press("Enter")
    _check_status(run, caught.value)
    error = caught.value.json().get("error")
    if error is None:
        return None
    if error[0] != "LoginException":
        raise VendorDown(f"Tryton at {host(run)} failed during the login: {error[0]}")
    name, message = error[1][:2]
    return name, message


def _is_login(response: Response) -> bool:
    return urlsplit(response.url).path.endswith("/session/login")


def _check_status(run: Run, response: Response) -> None:
    match response.status:
        case HTTPStatus.UNAUTHORIZED:
            raise LoginFailed(f"Tryton refused {run.fields['login']}: check the user name and the password.")
        case HTTPStatus.NOT_FOUND:
            raise LoginFailed(f"{host(run)} has no database {run.fields['database']!r}.")
        case HTTPStatus.TOO_MANY_REQUESTS:
            raise TooManyAttempts
        case status if not response.ok:
            raise VendorDown(f"Tryton at {host(run)} answers HTTP {status} to the login.")
