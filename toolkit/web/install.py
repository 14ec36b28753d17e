"""Make sure that there is a browser: use what is there, else get one."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from toolkit.errors import BrowserMissing
from toolkit.web.find import FoundBrowser, find_browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Command = Sequence[str]

APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get")


def run_command(command: Command) -> int:
    """Run a command, what it says going to stderr, and return its exit code; 127 when there is no such command."""
    try:
        return subprocess.run(command, stdout=sys.stderr, check=False).returncode  # noqa: S603 - our own commands
    except FileNotFoundError:
        return 127


def is_root() -> bool:
    """Whether this process may install software for the whole machine."""
    return sys.platform != "win32" and os.geteuid() == 0


def install_browser(
    echo: Callable[[str], object],
    *,
    run: Callable[[Command], int] = run_command,
    find: Callable[[], FoundBrowser | None] = find_browser,
    is_root: Callable[[], bool] = is_root,
) -> FoundBrowser:
    """Return a browser that starts. When there is none, download Playwright's, else install apt's.

    `echo` is told each step; `run` runs a command and returns its exit code.

    Raises BrowserMissing with what to do when neither works, or when a browser is there and does not start; UsageError
    when TOOLKIT_BROWSER leads to no file.
    """
    found = _working(find)
    ways = _ways(run, as_root=_as_root(run, is_root)) if found is None else ()
    for name, commands in ways:
        echo(f"No browser is here that starts: trying {name}.")
        found = _working(find) if all(run(command) == 0 for command in commands) else None
        if found:
            break
    return found or _explain(find())


def _working(find: Callable[[], FoundBrowser | None]) -> FoundBrowser | None:
    """The browser that is found, None when there is none or it does not start."""
    found = find()
    try:
        version = found and found.version()
    except BrowserMissing:
        if found and found.kind == "TOOLKIT_BROWSER":
            raise  # it is what the user wants; another one would not be used
        return None
    return found if version is not None else None


def _as_root(run: Callable[[Command], int], is_root: Callable[[], bool]) -> tuple[str, ...] | None:
    """What to write before a command to run it as root, None when that needs a password."""
    if is_root():
        return ()
    return ("sudo", "-n") if run(("sudo", "-n", "true")) == 0 else None


def _ways(run: Callable[[Command], int], *, as_root: tuple[str, ...] | None) -> Iterator[tuple[str, list[Command]]]:
    libraries = () if as_root is None else ("--with-deps",)
    yield "Playwright's Chromium", [(sys.executable, "-m", "playwright", "install", *libraries, "chromium")]
    if as_root is not None and run((*as_root, *APT, "--version")) == 0:
        yield "apt's chromium", [(*as_root, *APT, "update"), (*as_root, *APT, "install", "-y", "chromium")]


def _explain(found: FoundBrowser | None) -> FoundBrowser:
    """Raise BrowserMissing, with what is wrong with the browser that is there."""
    if found is not None:
        found.version()
    raise BrowserMissing(
        "No browser could be installed: install Chromium, Chrome or Edge, or let TOOLKIT_BROWSER be the path of one."
    )
