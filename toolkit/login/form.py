"""`login_form`: the declared shape of the common login; it waits for whichever outcome shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from toolkit.errors import LoginFailed, ToolkitError, UnknownError, UsageError, UserActionNeeded, VendorDown
from toolkit.web import network_error
from toolkit.whereabouts import declared

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Response

    from toolkit.run import Run

__all__ = ["login_form"]

SERVER_ERROR = 500
SECOND = 1000
LOADING = 30
GLIMPSES = 20  # how often an outcome may show and be gone before it can be looked at


def login_form(
    url: str,
    *,
    fields: Mapping[str, str],
    submit: str,
    ok: str,
    wrong: str | None = None,
    action: str | None = None,
    down: str | None = None,
    timeout: float = 30,
) -> Callable[[Run], str]:
    """An operation that logs in through a form.

    `url` may be relative to the run's base address. `fields` maps the account's field names to selectors, filled in
    their order; `submit` is clicked. Then the first of these to be visible decides: `ok` goes on, `wrong` raises
    LoginFailed, `action` UserActionNeeded, `down` VendorDown, each with the words the page shows. When `ok` shows
    instead of the form, the login still lives and that is success. Selectors are Playwright's. The page may take 30
    seconds to load, each outcome `timeout` seconds to show.

    Raises VendorDown when the site does not answer, and UnknownError when nothing expected shows in time: a slow
    or changed page is never called a wrong password.
    """
    outcomes = {"ok": ok, "wrong": wrong, "action": action, "down": down}
    shown = {name: selector for name, selector in outcomes.items() if selector}

    def login_form(run: Run) -> str:
        missing = [name for name in fields if not run.fields.get(name)]
        if missing:
            raise UsageError(f"The login needs the field `{missing[0]}`, which has no value.")
        page = run.page
        page.set_default_timeout(timeout * SECOND)
        _open(run, page, url)
        first = next(iter(fields.values()))
        if _wait_for(run, page, {"form": first, **{name: shown[name] for name in shown if name != "wrong"}}) == "form":
            _fill_in(run, page, fields)
            page.locator(submit).click()
            _wait_for(run, page, shown)
            return "logged in"
        return "still logged in"

    return declared(login_form)


def _open(run: Run, page: Page, url: str) -> None:
    from playwright.sync_api import Error  # noqa: PLC0415 - playwright is slow to import

    try:
        response: Response | None = page.goto(url, wait_until="domcontentloaded", timeout=LOADING * SECOND)
    except Error as error:
        failure = run.watch.failure()
        reason = failure.reason if failure else network_error(error.message) or "timeout"
        raise VendorDown(f"The site does not answer ({reason}): try again later.") from error
    if response is not None and response.status >= SERVER_ERROR:
        raise VendorDown(f"The login page answers HTTP {response.status}: try again later.")


def _fill_in(run: Run, page: Page, fields: Mapping[str, str]) -> None:
    for name, selector in fields.items():
        page.locator(selector).fill(run.fields[name])


def _wait_for(run: Run, page: Page, outcomes: Mapping[str, str]) -> str:
    """The name of the first outcome to be visible; raises the error that it means."""
    from playwright.sync_api import TimeoutError as PlaywrightTimeout  # noqa: PLC0415 - playwright is slow to import

    visible = {name: page.locator(selector).filter(visible=True) for name, selector in outcomes.items()}
    name = None
    for _ in range(GLIMPSES):
        try:
            _either(list(visible.values())).first.wait_for()
        except PlaywrightTimeout as error:
            raise _nothing_showed(run, page, outcomes) from error
        name = next((name for name, locator in visible.items() if locator.count()), None)
        if name is not None:
            break
    if name is None:
        raise _nothing_showed(run, page, outcomes)
    meant = {"wrong": LoginFailed, "action": UserActionNeeded, "down": VendorDown}.get(name)
    if meant is not None:
        raise meant(_words(meant, visible[name]))
    return name


def _either(locators: list[Locator]) -> Locator:
    union = locators[0]
    for locator in locators[1:]:
        union = union.or_(locator)
    return union


def _words(meant: type[ToolkitError], locator: Locator) -> str:
    said = " ".join("".join(locator.all_inner_texts()[:1]).split())[:200]  # it may be gone again
    return f'{meant().message.rstrip(".")}. The site says: "{said}"' if said else ""


def _nothing_showed(run: Run, page: Page, outcomes: Mapping[str, str]) -> ToolkitError:
    failure = run.watch.failure()
    if failure is not None:
        return VendorDown(f"The site does not answer ({failure.reason} from {failure.url}): try again later.")
    tried = ", ".join(f"{name} `{selector}` ({page.locator(selector).count()})" for name, selector in outcomes.items())
    return UnknownError(f"The login page showed none of what was expected: {tried} matched nothing visible.")
