"""`signin`: log in through a plain HTML form, without a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from toolkit.errors import LoginFailed, UnknownError, UsageError, VendorDown
from toolkit.web import Page, SessionState
from toolkit.web.origin import origin_of
from toolkit.whereabouts import declared

if TYPE_CHECKING:
    from toolkit.run import Run
    from toolkit.web import Session

__all__ = ["signin"]

SERVER_ERROR, TOO_MANY = 500, 429
FormData = Mapping[str, str] | Callable[["Run"], Mapping[str, str]]


def signin(
    url: str,
    form_selector: str,
    form_data: FormData,
    validate: Callable[[Page], bool] | None = None,
    *,
    wrong: str | None = None,
) -> Callable[[Run], str]:
    """An operation that logs in where the login is a page with a form: no browser starts.

    The page at `url` is asked for, and the form sent back with all that is in it, such as a token against forgery, and
    with `form_data`: the names of its inputs, each with the name of the account's field; or a function of the run that
    gives the values. `validate` tells from the answer, whose page is its `.html`, whether somebody is logged in; by
    default that is so when it shows no form with a password any more. `wrong` selects the site's own words on a
    refusal.

    It is the end of the login, like `hand_over`: the session is kept, and won anew when it ends.

    Raises LoginFailed when it is refused, VendorDown when the site is in trouble, UnknownError when the form is not
    there, UsageError when a field has no value.
    """

    def signin(run: Run) -> str:
        values = form_data(run) if callable(form_data) else _values(run, form_data)
        with run.session.twin() as session:  # what is over must not be renewed by what renews it
            session.trail = run.trail  # and a login that fails shows what it asked
            page = _whole(session.get(url))
            answer = _whole(_send(session, page, form_selector, values))
            if not (validate or _no_form)(answer):
                raise LoginFailed(_words(answer, wrong))
            cookies = session.cookies.to_playwright()
        storage = {"cookies": cookies, "origins": []}
        run.take_over(SessionState(run.now(), storage, login_pages=(page.url.partition("?")[0],)))
        return f"logged in, {len(cookies)} cookie{'' if len(cookies) == 1 else 's'}"

    vars(signin).update(ends_login=True)
    return declared(signin)


def _values(run: Run, fields: Mapping[str, str]) -> dict[str, str]:
    missing = [name for name in fields.values() if not run.fields.get(name)]
    if missing:
        raise UsageError(f"The login needs the field `{missing[0]}`, which has no value.")
    return {name: run.fields[field] for name, field in fields.items()}


def _whole(page: Page) -> Page:
    """The page, unless the site is in trouble: then raises VendorDown."""
    if page.status_code >= SERVER_ERROR or page.status_code == TOO_MANY:
        raise VendorDown(f"The login answers HTTP {page.status_code}: try again later.")
    return page


def _send(session: Session, page: Page, form_selector: str, values: Mapping[str, str]) -> Page:
    form: Any = next((found.root for found in page.html.css(form_selector) if found.root.tag == "form"), None)
    if form is None:
        raise UnknownError(f"The login page {page.url.partition('?')[0]} has no form `{form_selector}`.")
    data = [(name, value) for name, value in form.form_values() if name not in values] + [*values.items()]
    address = urljoin(page.html.css("base::attr(href)").get(page.url), form.get("action") or page.url)
    if (form.get("method") or "get").lower() != "post":
        return session.get(address, params=data, headers={"Referer": page.url})
    headers = {"Referer": page.url, "Origin": origin_of(page.url)}
    return session.post(address, data=data, headers=headers)


def _no_form(answer: Page) -> bool:
    return answer.ok and not answer.html.css("form input[type=password]")


def _words(answer: Page, wrong: str | None) -> str:
    said = " ".join(answer.html.css(wrong).xpath("string()").get("").split()) if wrong else ""
    return f"The site refused the login: {said}" if said else "The site refused the login."
