"""The line of a connector that is at work, or went wrong."""

import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from toolkit import Bill, filter_existing
from toolkit.connector import create_new
from toolkit.errors import ToolkitError, UnknownError
from toolkit.jobs import SharedBrowser
from toolkit.whereabouts import at_work, line_at_work, line_in_traceback, line_of

HERE = str(Path(__file__).parent)


def line(offset: int) -> str:
    """This file, so many lines below the caller's."""
    return f"tests/test_whereabouts.py:{sys._getframe(1).f_lineno + offset}"


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are told relative to the working folder."""
    monkeypatch.chdir(Path(HERE).parent)


def test_an_operation_that_the_toolkit_makes_is_where_it_was_asked_for() -> None:
    """The author knows that line; the toolkit's own would help nobody."""
    operation, expected = filter_existing(Bill), line(0)

    assert line_of(operation) == expected


def test_an_operation_of_ones_own_is_where_it_is_written() -> None:
    """Its first line; what has no code at all has no line."""
    expected = line(2)

    def mine(_: Any) -> None:
        """Nothing."""

    assert line_of(mine) == expected
    assert line_of(len) == ""


def test_a_line_outside_the_working_folder_is_told_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path that leads nowhere from here would be of no use."""
    monkeypatch.chdir(tmp_path)

    assert line_of(line_of).startswith(str(Path(HERE).parent / "toolkit" / "whereabouts.py:"))


def test_the_innermost_line_of_the_connector_is_named() -> None:
    """Not that of the library in which it went wrong, nor that of who called the connector."""
    with pytest.raises(ValueError, match="not a float") as caught:
        float("not a float")
    expected = line(-1)

    assert line_in_traceback(caught.value.__traceback__, HERE) == expected
    assert line_in_traceback(caught.value.__traceback__, "/elsewhere") == ""


def test_another_thread_sees_the_line_at_work() -> None:
    """The replay's server does, when the browser asks for what was not recorded."""
    seen: list[str] = []

    def operation(_: Any) -> None:
        watcher = threading.Thread(target=lambda: seen.append(line_at_work(me)))
        for step in (watcher.start, watcher.join):
            step()
        seen.append(line(-1))

    me = threading.get_ident()
    with at_work(operation, HERE):
        operation(None)
    told, expected = seen
    assert told == expected
    assert line_at_work(me) == ""


def test_a_thread_of_the_connectors_own_is_at_its_own_line() -> None:
    """A pool that fetches papers runs the connector's code, while the operation waits for it."""
    seen: list[str] = []

    def fetch() -> None:
        seen.extend([line_at_work(me, here=True), line(0)])

    me = threading.get_ident()
    with at_work(line_of, HERE):
        fetcher = threading.Thread(target=fetch)
        fetcher.start()
        fetcher.join()
    told, expected = seen
    assert told == expected


def test_the_line_that_waits_for_the_browser_is_seen(shared_pages: SharedBrowser) -> None:
    """A call of Playwright leaves the caller's frames."""
    me, seen = threading.get_ident(), []
    with closing(shared_pages.browser().new_context()) as context:
        page = context.new_page()
        page.expose_function("look", lambda: seen.append(line_at_work(me)))

        with at_work(line_of, HERE):
            page.evaluate("look()")
            expected = line(-1)

    assert seen == [expected]


MANY_LOOK = """
import gc, threading, time, weakref
from toolkit.whereabouts import at_work, line_at_work

class Loop:
    pass

def look():
    for _ in range(300):
        for _ in range(3):  # garbage that lets other threads go on when it is collected
            one = Loop()
            one.me = one
            kept.append(weakref.ref(one, lambda _: time.sleep(0)))
        line_at_work(main)

kept, main = [], threading.get_ident()
gc.set_threshold(5)
with at_work(look, "/nowhere"):
    threads = [threading.Thread(target=look, daemon=True) for _ in range(6)]
    for each in [threading.Thread.start, threading.Thread.join]:
        for thread in threads:
            each(thread)
"""


def test_many_may_look_while_garbage_is_collected() -> None:
    """Python 3.11 would wait for itself: its garbage collector may let another thread look while one does."""
    done = subprocess.run([sys.executable, "-c", MANY_LOOK], timeout=60, check=False)

    assert done.returncode == 0


def test_where_the_connector_is_not_at_work_the_operation_is_named() -> None:
    """A declared operation has no line of its own."""
    operation, expected = filter_existing(Bill), line(0)

    with at_work(operation, "/elsewhere"):
        assert line_at_work(threading.get_ident()) == expected


def test_an_error_of_a_run_has_the_line(make_run: Any) -> None:
    """The connector's folder is that of the file that calls create_new."""

    def breaks(_: Any) -> None:
        raise KeyError("total")

    expected = line(-2)
    connector = create_new(name="acme", models=[Bill], fetch_operations=[breaks])

    with pytest.raises(UnknownError, match="KeyError") as caught:
        connector.fetch(make_run())
    assert caught.value.line == expected
    assert ToolkitError().line == ""
