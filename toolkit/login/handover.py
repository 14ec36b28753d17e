"""`hand_over`: what the browser won goes to the requests session, and the browser closes."""

from toolkit.run import Run
from toolkit.web import SessionState, browser_face, places_of, session_storage_of

__all__ = ["hand_over"]


def hand_over(run: Run) -> str:
    """Give `run.session` the browser's cookies, user agent, languages, and what the page's own calls carried.

    Each header goes to the origin it was seen on and nowhere else. The page is closed before the first request, so that
    only one side can renew what expires. What was won is kept for the next run, encrypted, where the run keeps any.
    """
    run.transport.settle(run.page)
    context = run.page.context
    storage, tabs = context.storage_state(indexed_db=True), session_storage_of(context)
    state = SessionState(
        won=run.now(),
        storage=storage,
        session_storage=tabs,
        headers=browser_face(run.watch),
        learned=tuple(run.watch.learned(places_of(context, storage, tabs))),
        login_pages=tuple(run.watch.login_pages()),
    )
    run.close_browser()
    run.take_over(state)
    carried = sum(not one.left_out for one in state.learned)
    return f"{_count(len(storage['cookies']), 'cookie')}, {_count(carried, 'header')}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
