"""`outcome`: what became of a login, by what the page shows first."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING

from toolkit.errors import (
    ChangePassword,
    LoginFailed,
    TermsToAccept,
    ToolkitError,
    TooManyAttempts,
    TwoFaCancelled,
    TwoFaExpired,
    UnknownError,
    UserActionNeeded,
    VendorDown,
    WrongTwoFaCode,
)
from toolkit.run import DEADLINE
from toolkit.web import seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from playwright.sync_api import Locator, Page

    from toolkit.run import Run

__all__ = ["MEANT", "out_of_the_way", "outcome", "wait_for"]

SECOND = 1000
PAUSE = 50  # milliseconds between two looks
MEANT: dict[str, type[ToolkitError]] = {
    "wrong": LoginFailed,
    "wrong_code": WrongTwoFaCode,
    "cancelled": TwoFaCancelled,
    "expired": TwoFaExpired,
    "locked": TooManyAttempts,
    "terms": TermsToAccept,
    "change_password": ChangePassword,
    "action": UserActionNeeded,
    "down": VendorDown,
}


def outcome(
    run: Run,
    *,
    ok: str | Locator,
    code: str | Locator | None = None,
    approve: str | Locator | None = None,
    wrong: str | Locator | None = None,
    wrong_code: str | Locator | None = None,
    cancelled: str | Locator | None = None,
    expired: str | Locator | None = None,
    locked: str | Locator | None = None,
    terms: str | Locator | None = None,
    change_password: str | Locator | None = None,
    action: str | Locator | None = None,
    down: str | Locator | None = None,
    dismiss: Sequence[str | Locator] = (),
    timeout: float = 30,
    deadline: float = DEADLINE,
) -> str:
    """Wait for what `run.page` shows first after a login, or a step of one, and raise the error that it means.

    Each is a selector of Playwright's, looked for in the page and its frames, or a Locator; it counts when a person can
    see it. `ok` and `code` (the site asks for a second factor) are returned by name. The others raise, with the words
    of the page: `wrong` LoginFailed, `wrong_code` WrongTwoFaCode, `locked` TooManyAttempts, `terms` TermsToAccept,
    `change_password` ChangePassword, `action` UserActionNeeded, `down` VendorDown. What `dismiss` names is clicked as
    soon as it shows: the button that closes a cookie banner or skips a survey. `timeout` is in seconds.

    `approve` is what a page shows that waits for a person to approve the login elsewhere, as in an app of the site. He
    is told so with the words of the page, and has `deadline` seconds. Of the ends that this may have, `cancelled`
    raises TwoFaCancelled, `expired` TwoFaExpired, as does the end of the time.

    Raises Blocked when a wall before the site took what the page sent. When nothing of it shows in time, raises
    VendorDown if a request of the page failed, else UnknownError: a slow or changed page is never called a wrong
    password.
    """
    given = {
        "ok": ok,
        "code": code,
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
    shown = {name: (wanted,) for name, wanted in given.items() if wanted is not None}
    return wait_for(run, shown, dismiss=dismiss, timeout=timeout, deadline=deadline)


def wait_for(
    run: Run,
    outcomes: Mapping[str, Sequence[str | Locator]],
    *,
    dismiss: Sequence[str | Locator],
    timeout: float,
    deadline: float = DEADLINE,
) -> str:
    """The name of the first outcome of which anything is seen; raises the error that it means, as `outcome` does."""
    first = _first(run, outcomes, dismiss, timeout)
    if first != "approve":
        return first
    approve, others = outcomes["approve"], {name: outcomes[name] for name in outcomes if name != "approve"}
    said = [_text(place) for one in approve for place in seen(run.page, one)[:1]]
    run.tell(" ".join(said) or "The site wants the login approved.")  # it may have been meanwhile
    try:
        return _first(run, others, dismiss, deadline)
    except UnknownError:
        if any(seen(run.page, one) for one in approve):
            raise TwoFaExpired(f"The login was not approved within {deadline:.0f} seconds.") from None
        raise


def _first(
    run: Run, outcomes: Mapping[str, Sequence[str | Locator]], dismiss: Sequence[str | Locator], timeout: float
) -> str:
    page = run.page
    end = monotonic() + timeout
    while True:
        _dismiss(page, dismiss)
        for name, wanted in outcomes.items():
            found = next((place for one in wanted for place in seen(page, one)), None)
            if found is not None:
                if name in MEANT:  # what the page says may be about an answer that was not its site's
                    raise run.watch.refusal() or MEANT[name](_words(MEANT[name], found))
                return name
        if monotonic() > end:
            raise _nothing_showed(run, page, outcomes)
        page.wait_for_timeout(PAUSE)


@contextmanager
def out_of_the_way(page: Page, dismiss: Sequence[str | Locator]) -> Iterator[None]:
    """While the block lasts, what shows over a button that is to be clicked is clicked away first."""
    _dismiss(page, dismiss)
    locators = [(page.locator(one) if isinstance(one, str) else one).first for one in dismiss]
    for locator in locators:
        page.add_locator_handler(locator, lambda button: button.click())
    try:
        yield
    finally:
        for locator in locators:
            page.remove_locator_handler(locator)


def _dismiss(page: Page, dismiss: Sequence[str | Locator]) -> None:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    for button in [button for wanted in dismiss for button in seen(page, wanted)[:1]]:
        with suppress(Error):  # it may be gone already, or take its time to go
            button.click(timeout=SECOND)
            button.wait_for(state="hidden", timeout=SECOND)


def _words(meant: type[ToolkitError], locator: Locator) -> str:
    said = _text(locator)
    return f'{meant().message.rstrip(".")}. The site says: "{said}"' if said else ""


def _text(locator: Locator) -> str:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):  # it may be gone again
        return " ".join("".join(locator.all_inner_texts()[:1]).split())[:200]
    return ""


def _nothing_showed(run: Run, page: Page, outcomes: Mapping[str, Sequence[str | Locator]]) -> ToolkitError:
    if refusal := run.watch.refusal():
        return refusal
    failure = run.watch.failure()
    if failure is not None:
        return VendorDown(f"The site does not answer ({failure.reason} from {failure.url}): try again later.")
    pairs = [(name, str(one)) for name, wanted in outcomes.items() for one in wanted]
    tried = [f"{name} `{one}` ({_count(page, one)})" for name, wanted in outcomes.items() for one in wanted]
    error = UnknownError(f"The page showed none of what was expected: {', '.join(tried)} matched nothing visible.")
    error.tried = pairs
    return error


def _count(page: Page, wanted: str | Locator) -> int:
    return sum(frame.locator(wanted).count() for frame in page.frames) if isinstance(wanted, str) else wanted.count()
