"""`login_form`: the declared shape of the common login; it fills what a person sees and waits for what shows then."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from toolkit.errors import Blocked, UnknownError, UsageError, VendorDown
from toolkit.login.codes import enter_code
from toolkit.login.keypad import is_keypad, press
from toolkit.login.outcome import PAUSE, out_of_the_way, wait_for
from toolkit.run import DEADLINE
from toolkit.web import network_error, seen
from toolkit.whereabouts import declared

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Response

    from toolkit.run import Run

__all__ = ["login_form", "open_page"]

SERVER_ERROR = 500
SECOND = 1000
LOADING = 30
OF_THE_MOMENT = re.compile("ERR_SOCKET_NOT_CONNECTED|ERR_NETWORK_CHANGED")  # what else is wrong, a second try tells
TEXT_FIELDS = ", ".join(f"input[type={kind}]" for kind in ("text", "email", "tel", "number")) + ", input:not([type])"
MOMENT = 1.0  # seconds in which the rest of a form shows, once some of it does


def login_form(
    url: str,
    *,
    fields: Mapping[str, str],
    submit: str,
    ok: str,
    codes: Mapping[str, str] | None = None,
    approve: str | None = None,
    wrong: str | None = None,
    wrong_code: str | None = None,
    cancelled: str | None = None,
    expired: str | None = None,
    locked: str | None = None,
    terms: str | None = None,
    change_password: str | None = None,
    action: str | None = None,
    down: str | None = None,
    dismiss: Sequence[str] = (),
    timeout: float = 30,
    deadline: float = DEADLINE,
) -> Callable[[Run], str]:
    """An operation that logs in through a form.

    `url` may be relative to the run's base address. `fields` maps the account's field names to selectors, filled in
    their order; `submit` is clicked. A site that asks for one field after another has each step filled and submitted.
    `codes` maps kinds of codes to the selector of their field, or of a box for each digit: where one shows, beside the
    password or after it, the code is asked for and typed as `enter_code` does, and a page that submits itself is left
    alone. {"totp": "#otp"} is answered from the account's seed when it has one. `approve` is what shows while the site
    waits for a person to approve the login elsewhere. For either he has `deadline` seconds.

    Then the first of these to show decides: `ok` goes on; `wrong`, `wrong_code`, `cancelled`, `expired`, `locked`,
    `terms`, `change_password`, `action` and `down` raise the error that `outcome` says; `wrong` after a step of a code
    alone is a wrong code. When `ok` shows instead of the form, the login still lives and that is success. What
    `dismiss` names is clicked as soon as it shows, such as the button of a cookie banner.

    Selectors are Playwright's, looked for in the page first, then in its frames; only what a person can see counts, so
    a field that is hidden to trap robots stays empty. A selector that means several keys is a keypad, whose keys are
    pressed by what they mean. The page may take 30 seconds to load, each outcome `timeout` seconds.

    Raises VendorDown when the site does not answer, Blocked when a wall before it keeps the page out, and UnknownError
    when nothing expected shows in time: a slow or changed page is never called a wrong password.
    """
    given = {
        "ok": ok,
        "approve": approve,
        "wrong": wrong,
        "wrong_code": wrong_code,
        "cancelled": cancelled,
        "expired": expired,
        "locked": locked,
        "terms": terms,
        "change_password": change_password,
        "action": action,
        "down": down,
    }
    shown = {name: (selector,) for name, selector in given.items() if selector}

    def login_form(run: Run) -> str:
        missing = [name for name in fields if not run.fields.get(name)]
        if missing:
            raise UsageError(f"The login needs the field `{missing[0]}`, which has no value.")
        run.page.set_default_timeout(timeout * SECOND)
        open_page(run, url)
        waiting, wanted = dict(fields), dict(codes or {})
        before = {name: shown[name] for name in shown if name not in {"wrong", "wrong_code"}}
        form = {"form": (*waiting.values(), *wanted.values())}
        if wait_for(run, {**form, **before}, dismiss=dismiss, timeout=timeout) != "form":
            return "still logged in"
        while form:
            with out_of_the_way(run.page, dismiss):
                only_code = _fill_in(run, waiting, wanted, submit, deadline)
            form = {"form": (*waiting.values(), *wanted.values())} if waiting or wanted else {}
            after = {**(_of_codes(shown) if only_code else shown), **form}
            if wait_for(run, after, dismiss=dismiss, timeout=timeout, deadline=deadline) != "form":
                break
        return "logged in"

    return declared(login_form)


def open_page(run: Run, url: str) -> None:
    """Open a page of the site. Raises VendorDown when it does not answer."""
    from playwright.sync_api import Error  # noqa: PLC0415 - playwright is slow to import

    try:
        response = _go_to(run.page, url)
    except Error as error:
        failure = run.watch.failure()
        reason = failure.reason if failure else network_error(error.message) or "timeout"
        down = VendorDown(f"The site does not answer ({reason}): try again later.")
        raise run.watch.refusal() or down from error
    if response is not None and response.status >= SERVER_ERROR:
        refusal = run.watch.refusal()
        if not isinstance(refusal, Blocked):  # a wall may open by itself
            raise refusal or VendorDown(f"The login page answers HTTP {response.status}: try again later.")


def _go_to(page: Page, url: str) -> Response | None:
    from playwright.sync_api import Error  # noqa: PLC0415 - playwright is slow to import

    try:
        return page.goto(url, wait_until="domcontentloaded", timeout=LOADING * SECOND)
    except Error as error:
        if not OF_THE_MOMENT.search(error.message):
            raise
    return page.goto(url, wait_until="domcontentloaded", timeout=LOADING * SECOND)


def _of_codes(shown: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The outcomes of a step in which nothing but a code can be wrong."""
    return {"wrong_code" if name == "wrong" and "wrong_code" not in shown else name: shown[name] for name in shown}


def _fill_in(run: Run, waiting: dict[str, str], codes: dict[str, str], submit: str, deadline: float) -> bool:
    """Fill what shows of the fields and codes, take it off those that wait, and submit; whether it was a code alone."""
    _settle(run.page, waiting.values())
    before, field, order = len(waiting), None, list(waiting)
    for name, selector in list(waiting.items()):
        found = seen(run.page, selector, near=field)
        if is_keypad(found):
            press(partial(seen, run.page, selector, near=field), run.fields[name])
        elif found:
            _only(selector, found).fill(run.fields[name])
        if found:
            field = found[0]
            del waiting[name]
    kind = next((kind for kind, where in codes.items() if seen(run.page, where)), None)
    if kind is not None:
        enter_code(run, kind, codes.pop(kind), submit=submit, deadline=deadline)
        return len(waiting) == before
    _refuse_half(run.page, order, waiting, field)
    buttons = seen(run.page, submit, near=field)
    if not buttons:
        error = UnknownError(f"The login page has no button `{submit}` to be seen.")
        error.tried = [("submit", submit)]
        raise error
    _only(submit, buttons).click()
    return False


def _refuse_half(page: Page, order: Sequence[str], waiting: Mapping[str, str], field: Locator | None) -> None:
    """Submit no form that lacks what comes before its last field, where it shows an empty one that may be for that.

    A site that knows the browser may ask for the password alone. What is half is refused as a wrong password would be.
    """
    filled = [place for place, name in enumerate(order) if name not in waiting]
    lacking = [name for place, name in enumerate(order) if name in waiting and place < max(filled, default=0)]
    if not lacking or field is None:
        return
    form = field.locator("xpath=ancestor::form[1]")
    if any(not one.input_value() for one in seen(page, form.locator(TEXT_FIELDS))):
        error = UnknownError(
            f"The login page has no field `{waiting[lacking[0]]}` for `{lacking[0]}`, and nothing was sent."
        )
        error.tried = [("form", waiting[name]) for name in lacking]
        raise error


def _settle(page: Page, selectors: Iterable[str]) -> None:
    """Give a form that is still being built its time: what is submitted by half may count as a wrong password."""
    end = monotonic() + MOMENT
    while monotonic() < end and not all(seen(page, selector) for selector in selectors):
        page.wait_for_timeout(PAUSE)


def _only(selector: str, found: list[Locator]) -> Locator:
    if len(found) > 1:
        raise UnknownError(f"The login page shows {len(found)} elements that `{selector}` means: say it more exactly.")
    return found[0]
