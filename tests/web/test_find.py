"""Which browser is used, on machines of all kinds."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from toolkit.errors import BrowserMissing, UsageError
from toolkit.web import FoundBrowser, find_browser

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Put a program somewhere below the test's own folder; it does what `script` says."""

    def install(place: str, script: str = "true") -> Path:
        program = tmp_path / place
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    return install


def never() -> str:
    """Playwright's driver, which is slow, is not to be asked."""
    raise AssertionError


def test_the_user_decides(install: Install, tmp_path: Path) -> None:
    """TOOLKIT_BROWSER comes before everything else."""
    mine = install("mine")
    install("bin/chromium")

    assert find_browser({"TOOLKIT_BROWSER": str(mine), "PATH": str(tmp_path / "bin")}) == FoundBrowser(
        "TOOLKIT_BROWSER", mine
    )


def test_a_wrong_path_is_said(tmp_path: Path) -> None:
    """It does not silently become another browser."""
    with pytest.raises(UsageError, match=r"TOOLKIT_BROWSER is .*/nothing, and no such file is there\."):
        find_browser({"TOOLKIT_BROWSER": str(tmp_path / "nothing")})


@pytest.mark.parametrize(
    ("platform", "cache", "environ"),
    [
        ("linux", ".cache/ms-playwright", "HOME"),
        ("darwin", "Library/Caches/ms-playwright", "HOME"),
        ("win32", "ms-playwright", "LOCALAPPDATA"),
        ("linux", ".", "PLAYWRIGHT_BROWSERS_PATH"),
    ],
)
def test_playwrights_own_comes_next(platform: str, cache: str, environ: str, install: Install, tmp_path: Path) -> None:
    """Where Playwright has downloaded something, its driver says which one fits."""
    chrome = install(f"{cache}/chromium-1255/chrome")
    install("bin/chromium")
    found = find_browser(
        {environ: str(tmp_path), "PATH": str(tmp_path / "bin")}, platform=platform, bundled=lambda: str(chrome)
    )

    assert found == FoundBrowser("playwright chromium", chrome)


def test_playwrights_own_of_another_version_is_none(install: Install, tmp_path: Path) -> None:
    """The driver names a file that is not there; the system's browser is used."""
    install(".cache/ms-playwright/chromium-1/chrome")
    system = install("bin/chromium")
    found = find_browser(
        {"HOME": str(tmp_path), "PATH": str(system.parent)}, platform="linux", bundled=lambda: str(tmp_path / "nothing")
    )

    assert found == FoundBrowser("system chromium", system)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["msedge", "google-chrome", "chromium-browser"], "system chromium"),
        (["microsoft-edge-stable", "google-chrome-stable"], "chrome"),
        (["microsoft-edge"], "edge"),
    ],
)
def test_linux_keeps_browsers_on_the_path(names: list[str], kind: str, install: Install, tmp_path: Path) -> None:
    """Chromium, then Chrome, then Edge; no driver is started for that."""
    for name in names:
        install(f"bin/{name}")
    found = find_browser({"HOME": str(tmp_path), "PATH": str(tmp_path / "bin")}, platform="linux", bundled=never)

    assert found == FoundBrowser(kind, tmp_path / "bin" / names[-1])


@pytest.mark.parametrize(
    ("platform", "base", "place"),
    [
        ("darwin", "HOME", "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
        ("win32", "PROGRAMFILES", "Google/Chrome/Application/chrome.exe"),
        ("win32", "LOCALAPPDATA", "Google/Chrome/Application/chrome.exe"),
    ],
)
def test_other_systems_keep_them_elsewhere(
    platform: str, base: str, place: str, install: Install, tmp_path: Path
) -> None:
    """In their usual places, in the same order."""
    chrome = install(place)
    install("Microsoft/Edge/Application/msedge.exe")
    install("Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge")

    assert find_browser({base: str(tmp_path)}, platform=platform, bundled=never) == FoundBrowser("chrome", chrome)


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_no_browser_is_none(platform: str, tmp_path: Path) -> None:
    """Nothing is invented."""
    assert find_browser({"HOME": str(tmp_path), "PATH": str(tmp_path)}, platform=platform, bundled=never) is None


def test_the_driver_is_asked_beside_one_that_runs(install: Install, tmp_path: Path) -> None:
    """A browser can be looked for while another one is open."""
    install("chromium-1/chrome")
    found = find_browser({"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path), "PATH": ""}, platform="linux")

    assert found is None or found.kind == "playwright chromium"


@pytest.mark.parametrize(
    ("says", "version"),
    [("Chromium 156.0.8078.79 built on Debian", "156.0.8078.79"), ("Google Chrome 99.1", "99.1"), ("hello", "")],
)
def test_version(says: str, version: str, install: Install) -> None:
    """The number in what the browser says."""
    assert FoundBrowser("chrome", install("chrome", f"echo {says}")).version() == version


def test_the_version_on_windows_is_a_folder(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """There, asking the program would open a window."""
    program = install("Application/chrome.exe", "exit 1")
    install("Application/156.0.8078.79/chrome.dll")
    monkeypatch.setattr(sys, "platform", "win32")

    assert FoundBrowser("chrome", program).version() == "156.0.8078.79"


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (
            "echo chrome: error while loading shared libraries: libnss3.so: cannot open >&2; exit 127",
            r"does not start \(chrome: .* libnss3\.so: cannot open\): .*`playwright install-deps chromium`",
        ),
        ("echo damaged >&2; exit 1", r"does not start \(damaged\): reinstall it\."),
        ("exit 1", r"does not start \(it says nothing\): reinstall it\."),
    ],
)
def test_one_that_does_not_start_says_why(script: str, sentence: str, install: Install) -> None:
    """With what helps."""
    with pytest.raises(BrowserMissing, match=sentence):
        FoundBrowser("playwright chromium", install("chrome", script)).version()


def test_one_that_is_no_program_says_so(tmp_path: Path) -> None:
    """A file of another kind."""
    (tmp_path / "chrome").write_text("")
    with pytest.raises(BrowserMissing, match="does not start"):
        FoundBrowser("TOOLKIT_BROWSER", tmp_path / "chrome").version()
