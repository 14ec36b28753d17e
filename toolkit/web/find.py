"""Which browser to use: the first Chromium, Chrome or Edge that is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import BrowserMissing, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LINUX = {
    "system chromium": ("chromium", "chromium-browser"),
    "chrome": ("google-chrome", "google-chrome-stable", "chrome"),
    "edge": ("microsoft-edge", "microsoft-edge-stable", "msedge"),
}
MAC = {
    "system chromium": "Chromium.app/Contents/MacOS/Chromium",
    "chrome": "Google Chrome.app/Contents/MacOS/Google Chrome",
    "edge": "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
}
WINDOWS = {
    "system chromium": "Chromium/Application/chrome.exe",
    "chrome": "Google/Chrome/Application/chrome.exe",
    "edge": "Microsoft/Edge/Application/msedge.exe",
}
WINDOWS_BASES = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
CACHES = {
    "darwin": ("HOME", "Library/Caches/ms-playwright"),
    "win32": ("LOCALAPPDATA", "ms-playwright"),
    "linux": ("HOME", ".cache/ms-playwright"),
}
VERSION = re.compile(r"\d+(?:\.\d+)+")


@dataclass(frozen=True)
class FoundBrowser:
    """A browser on this machine. `kind` says where it comes from, as in "playwright chromium" or "chrome"."""

    kind: str
    path: Path

    def version(self) -> str:
        """Return its version, as in "156.0.8078.79", "" when it starts but does not say.

        Raises BrowserMissing when it does not start, with what it said.
        """
        if sys.platform == "win32":  # there, --version opens a window
            return next((name for name in _names_beside(self.path) if VERSION.fullmatch(name)), "")
        said = _run_version(self)
        found = VERSION.search(said)
        return found[0] if found else ""


def find_browser(
    environ: Mapping[str, str] = os.environ,
    *,
    platform: str = sys.platform,
    bundled: Callable[[], str] | None = None,
) -> FoundBrowser | None:
    """Return the browser to use, None when there is none.

    In this order: the path in TOOLKIT_BROWSER, Playwright's own Chromium, then Chromium, Chrome or Edge where the
    system keeps them. `bundled` tells the path of Playwright's own; asking its driver, the default, takes 0.4 s and is
    done only where Playwright has downloaded something.

    Raises UsageError when TOOLKIT_BROWSER leads to no file.
    """
    if environ.get("TOOLKIT_BROWSER"):
        return _named(Path(environ["TOOLKIT_BROWSER"]))
    return next(
        (
            FoundBrowser(kind, path)
            for kind, path in _places(environ, platform, bundled or _ask_driver)
            if path.is_file()
        ),
        None,
    )


def _named(path: Path) -> FoundBrowser:
    if not path.is_file():
        raise UsageError(f"TOOLKIT_BROWSER is {path}, and no such file is there.")
    return FoundBrowser("TOOLKIT_BROWSER", path)


def _places(environ: Mapping[str, str], platform: str, bundled: Callable[[], str]) -> Iterator[tuple[str, Path]]:
    if any(_cache(environ, platform).glob("chromium-*")):
        yield "playwright chromium", Path(bundled())
    if platform == "win32":
        yield from _below([environ[name] for name in WINDOWS_BASES if name in environ], WINDOWS)
    elif platform == "darwin":
        yield from _below([f"{environ.get('HOME', '')}/Applications", "/Applications"], MAC)
    else:
        yield from _on_path(environ)


def _cache(environ: Mapping[str, str], platform: str) -> Path:
    """Where Playwright keeps the browsers that it downloads."""
    if environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(environ["PLAYWRIGHT_BROWSERS_PATH"])
    base, place = CACHES.get(platform, CACHES["linux"])
    return Path(environ.get(base, "")) / place


def _below(bases: list[str], places: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    for kind, place in places.items():
        for base in bases:
            yield kind, Path(base) / place


def _on_path(environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    for kind, names in LINUX.items():
        for name in names:
            found = shutil.which(name, path=environ.get("PATH", os.defpath))
            if found:
                yield kind, Path(found)


def _ask_driver() -> str:
    """Ask Playwright's driver in a thread of its own: a thread can hold only one, and may hold one already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_executable_path).result()


def _executable_path() -> str:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _run_version(browser: FoundBrowser) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the path is the user's own browser
            [browser.path, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrowserMissing(does_not_start(browser, str(error))) from error
    if done.returncode:
        raise BrowserMissing(does_not_start(browser, done.stderr))
    return done.stdout


def does_not_start(browser: FoundBrowser, said: str) -> str:
    """Return the sentence for a browser that is there but does not start, and what helps."""
    reason = next((line.strip() for line in said.splitlines() if "librar" in line), said.strip().partition("\n")[0])
    help_ = "ask an administrator to run `playwright install-deps chromium`" if "librar" in said else "reinstall it"
    return f"The browser {browser.path} does not start ({reason or 'it says nothing'}): {help_}."


def _names_beside(path: Path) -> list[str]:
    """Chrome and Edge keep their files in a folder named by the version, beside the program."""
    return sorted((entry.name for entry in path.parent.iterdir()), reverse=True)
