"""One driver for all browsers of a thread."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import sync_playwright

from toolkit.errors import UsageError
from toolkit.web import open_driver
from toolkit.web.driver import driver_is_open, lend_driver


def test_a_thread_shares_its_driver() -> None:
    """Whoever asks while it runs gets the same; it works until the last has gone, whatever ends them."""

    def both() -> bool:
        with open_driver() as first:
            with pytest.raises(KeyError), open_driver() as second:
                raise KeyError
            return first is second and bool(first.chromium.executable_path)

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(both).result()


def test_after_the_last_one_a_new_one_starts() -> None:
    """Nothing is left of the one before."""

    def two() -> bool:
        with open_driver() as first:
            pass
        with open_driver() as second:
            return first is not second and bool(second.chromium.executable_path)

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(two).result()


def test_says_why_none_can_start() -> None:
    """In a notebook, or beside somebody else's Playwright, one sentence tells."""

    async def notebook() -> None:
        with open_driver():
            raise AssertionError

    with ThreadPoolExecutor(1) as thread, pytest.raises(UsageError, match="runs an event loop"):
        thread.submit(asyncio.run, notebook()).result()


def test_each_thread_has_its_own() -> None:
    """They do not meet."""

    def name() -> str:
        with open_driver() as driver:
            return driver.chromium.name

    with open_driver() as mine, ThreadPoolExecutor(2) as threads:
        assert [thread.result() for thread in [threads.submit(name), threads.submit(name)]] == ["chromium"] * 2
        assert mine.chromium.name == "chromium"


def test_a_driver_can_be_lent() -> None:
    """Browsers of the thread use it while the block lasts, and do not stop what others have started."""

    def lent() -> bool:
        with sync_playwright() as theirs:
            with lend_driver(theirs), open_driver() as ours:
                shared = ours is theirs and driver_is_open()
            return shared and not driver_is_open() and bool(theirs.chromium.executable_path)

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(lent).result()


def test_a_driver_trusts_whom_runs_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told when it starts, and nothing else of the process is."""
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", "/etc/theirs.pem")
    monkeypatch.setenv("TOOLKIT_CA_FILE", "/etc/ours.pem")
    seen = []

    class Driver:
        def start(self) -> Driver:
            seen.append(os.environ["NODE_EXTRA_CA_CERTS"])
            return self

        def stop(self) -> None:
            """Nothing runs."""

    def start() -> None:
        with open_driver():
            pass

    monkeypatch.setattr("playwright.sync_api.sync_playwright", Driver)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(start).result()

    assert seen == ["/etc/ours.pem"]
    assert os.environ["NODE_EXTRA_CA_CERTS"] == "/etc/theirs.pem"
