"""Playwright's driver. A thread can hold only one, so the browsers of a thread share it."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Playwright


EXTRA = "NODE_EXTRA_CA_CERTS"


class _Held(threading.local):
    playwright: Playwright | None = None
    users: int = 0


_held = _Held()


@contextmanager
def open_driver() -> Iterator[Playwright]:
    """Give this thread's driver, started for the first who asks and stopped after the last has gone.

    Raises UsageError in a thread that runs an event loop, or a driver that was not started here.
    """
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    playwright = _held.playwright = _held.playwright or _start()
    _held.users += 1
    try:
        yield playwright
    finally:
        _held.users -= 1
        if not _held.users:
            _held.playwright = None
            with suppress(Error):
                playwright.stop()


@contextmanager
def lend_driver(playwright: Playwright) -> Iterator[None]:
    """Let the browsers of this thread use a driver that somebody else has started, and will stop after the block."""
    _held.playwright = playwright
    _held.users += 1
    try:
        yield
    finally:
        _held.users -= 1
        _held.playwright = None


def driver_is_open() -> bool:
    """Whether this thread has a driver, so that no other can start in it."""
    return _held.playwright is not None


def _start() -> Playwright:
    import asyncio  # noqa: PLC0415 - slow to import

    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        with _trusting(os.environ.get("TOOLKIT_CA_FILE")):
            return sync_playwright().start()
    raise UsageError(
        "No browser can start in this thread: it runs an event loop, as notebooks do, or Playwright itself."
    )


@contextmanager
def _trusting(ca_file: str | None) -> Iterator[None]:
    """The driver itself speaks TLS with a site that is shown a client certificate."""
    before = os.environ.get(EXTRA)
    if ca_file:
        os.environ[EXTRA] = ca_file
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(EXTRA, None)
        else:
            os.environ[EXTRA] = before
