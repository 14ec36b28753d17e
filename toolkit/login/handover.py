"""`hand_over`: what the browser won goes to the requests session, and the browser closes."""

from toolkit.run import Run
from toolkit.web import browser_face

__all__ = ["hand_over"]

SHORTEST_SECRET = 8


def hand_over(run: Run) -> str:
    """Give `run.session` the browser's cookies, user agent, languages and the tokens its page sent.

    A token goes to the origin it was seen on and nowhere else. The page is closed before the first request, so that
    only one side can renew what expires.
    """
    context = run.page.context
    run.settle()
    cookies = context.cookies()
    origin_headers = run.watch.origin_headers()
    for secret in [cookie["value"] for cookie in cookies] + _values(origin_headers):
        if len(secret) >= SHORTEST_SECRET:
            run.mask.add(secret)
    run.session.adopt(cookies=cookies, headers=browser_face(run.watch), origin_headers=origin_headers)
    run.close_browser()
    return f"{_count(len(cookies), 'cookie')}, {_count(len(origin_headers), 'token')}"


def _values(origin_headers: dict[str, dict[str, str]]) -> list[str]:
    """The header values and, for "Bearer abc", the bare token too."""
    values = [value for headers in origin_headers.values() for value in headers.values()]
    return values + [value.rpartition(" ")[2] for value in values]


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
