"""`hand_over`: what the browser won goes to the requests session, and the browser closes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal, overload

from toolkit.errors import UsageError
from toolkit.run import Run
from toolkit.web import InPageAdapter, SessionState, browser_face, keys_of, places_of, session_storage_of, storage_of
from toolkit.whereabouts import declared

if TYPE_CHECKING:
    from playwright.sync_api import Route

__all__ = ["hand_over", "hands_over", "held_by", "stays_in_page"]

BOUND = '; the site has a key in the browser, and may renew the session only there: hand_over(via="page") stays in it'
Via = Literal["requests", "page"]


@overload
def hand_over(run: Run) -> str: ...


@overload
def hand_over(*, via: Via, origins: Sequence[str] = ()) -> Callable[[Run], str]: ...


def hand_over(
    run: Run | None = None, *, via: Via = "requests", origins: Sequence[str] = ()
) -> str | Callable[[Run], str]:
    """Give `run.session` the browser's cookies, user agent, languages, and what the page's own calls carried.

    Each header goes to the origin it was seen on and nowhere else. The page may finish its calls, for five seconds at
    most, and is closed before the first request, so that only one side can renew what expires. What was won is kept
    for the next run, encrypted, where the run keeps any.

    It stands in the list of operations as it is; or as `hand_over(via="page")`, for sites that bind their session to
    the browser itself: then the page stays open, and `run.session` sends its requests from inside it, those to
    `origins` only when any are given. Raises UsageError for another `via`.
    """
    if run is not None:
        return _hand_over(run, "requests", ())
    if via not in {"requests", "page"}:
        raise UsageError(f'hand_over(via={via!r}): it is "requests" or "page".')
    operation = partial(_hand_over, via=via, origins=tuple(origins))
    vars(operation).update(__name__="hand_over", via=via)
    return declared(operation)


def hands_over(operation: object) -> bool:
    """Whether an operation is the end of the login: `hand_over`, in either form, or one that says so of itself."""
    return (
        getattr(operation, "ends_login", False)
        or operation is hand_over
        or (isinstance(operation, partial) and operation.func is _hand_over)
    )


def stays_in_page(operation: object) -> bool:
    """Whether an operation is `hand_over(via="page")`."""
    return getattr(operation, "via", "") == "page"


def _hand_over(run: Run, via: Via, origins: Sequence[str]) -> str:
    run.watch.rest(run.page)
    run.settle()
    if via == "page":
        run.take_over(state := held_by(run))
        for prefix in origins or ("http://", "https://"):
            run.session.mount(prefix, InPageAdapter(run.page, run.transport.retries()))
        advice = ""
    else:
        run.page.context.route("**/*", _hold_back)  # a token renewed from now on would be lost with the page
        advice = BOUND if run.watch.binds_to_device or keys_of(run.page.context) else ""
        run.take_over(state := held_by(run))
        run.close_browser()
    carried = sum(not one.left_out for one in state.learned)
    return f"{_count(len(state.storage['cookies']), 'cookie')}, {_count(carried, 'header')}{advice}"


def _hold_back(_: Route) -> None:
    """Neither send a request nor refuse it, which a page would take as the end of its session."""


def held_by(run: Run) -> SessionState:
    """What `hand_over` would take now: what the browser holds, and what its page has sent."""
    context = run.page.context
    storage, tabs = storage_of(context), session_storage_of(context)
    return SessionState(
        won=run.now(),
        storage=storage,
        session_storage=tabs,
        headers=browser_face(run.watch),
        learned=tuple(run.watch.learned(places_of(context, storage, tabs))),
        # Who is still logged in is not led to the login again.
        login_pages=run.state.login_pages if run.state else tuple(run.watch.login_pages(run.page.url)),
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
