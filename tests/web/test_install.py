"""How a browser comes to a machine that has none."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from toolkit.errors import BrowserMissing
from toolkit.web import FoundBrowser, install_browser
from toolkit.web.install import is_root, run_command

ROOT = [("apt-get", "update"), ("apt-get", "install", "-y", "chromium")]


class Machine:
    """A machine on which the commands in `works` succeed; one that holds `brings` puts a browser there."""

    def __init__(self, folder: Path, *, works: Sequence[str] = (), brings: str = "nothing") -> None:
        self.folder = folder
        self.works = works
        self.brings = brings
        self.ran: list[str] = []
        self.said: list[str] = []
        self.found: FoundBrowser | None = None

    def put(self, kind: str, script: str = "echo 1.2.3") -> FoundBrowser:
        """Put a browser there."""
        program = self.folder / "browser"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        self.found = FoundBrowser(kind, program)
        return self.found

    def run(self, command: Sequence[str]) -> int:
        """Run a command."""
        text = " ".join(command).replace(sys.executable, "python")
        self.ran.append(text)
        if self.brings in text:
            self.put("fresh")
        return 0 if any(work in text for work in self.works) else 1

    def install(self, *, root: bool = False) -> FoundBrowser:
        """What the command does."""
        return install_browser(self.said.append, run=self.run, find=lambda: self.found, is_root=lambda: root)


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., Machine]:
    """Make a machine."""
    return lambda **facts: Machine(tmp_path, **facts)


def test_uses_what_is_there(machine: Callable[..., Machine]) -> None:
    """Nothing is run, nothing is said."""
    here = machine()
    browser = here.put("chrome")

    assert here.install() == browser
    assert (here.ran, here.said) == ([], [])


def test_downloads_playwrights(machine: Callable[..., Machine]) -> None:
    """With the libraries that it needs, when they can be installed."""
    here = machine(works=["playwright install"], brings="playwright install")

    assert here.install(root=True).kind == "fresh"
    assert here.ran == ["python -m playwright install --with-deps chromium"]
    assert here.said == ["No browser is here that starts: trying Playwright's Chromium."]


def test_asks_for_no_password(machine: Callable[..., Machine]) -> None:
    """Without root and without sudo, the browser comes without libraries."""
    here = machine(works=["playwright install"], brings="playwright install")

    assert here.install().kind == "fresh"
    assert here.ran == ["sudo -n true", "python -m playwright install chromium"]


def test_installs_apts_when_the_download_fails(machine: Callable[..., Machine]) -> None:
    """As root at once, else by sudo."""
    for root, sudo in ((True, ""), (False, "sudo -n ")):
        here = machine(works=["apt-get", "sudo -n true"], brings="apt-get install")

        assert here.install(root=root).kind == "fresh"
        assert here.ran[-2:] == [f"{sudo}env DEBIAN_FRONTEND=noninteractive {' '.join(command)}" for command in ROOT]


def test_a_browser_that_does_not_start_is_mended(machine: Callable[..., Machine]) -> None:
    """One that lacks libraries gets them."""
    here = machine(works=["--with-deps"], brings="--with-deps")
    here.put("playwright chromium", "exit 127")

    assert here.install(root=True).version() == "1.2.3"


def test_says_what_to_do_when_nothing_works(machine: Callable[..., Machine]) -> None:
    """One sentence."""
    here = machine()
    with pytest.raises(BrowserMissing, match=r"^No browser could be installed: install Chromium, .* TOOLKIT_BROWSER "):
        here.install()
    assert "apt" not in " ".join(here.ran)


def test_a_browser_without_its_libraries_says_so(machine: Callable[..., Machine]) -> None:
    """What it lacks is told, not that there is none."""
    here = machine()
    here.put("playwright chromium", "echo error while loading shared libraries: libnss3.so >&2; exit 127")
    with pytest.raises(BrowserMissing, match=r"libnss3\.so\): .*playwright install-deps"):
        here.install()


def test_the_users_own_browser_is_not_replaced(machine: Callable[..., Machine]) -> None:
    """When TOOLKIT_BROWSER does not start, another one would not be used either."""
    here = machine()
    here.put("TOOLKIT_BROWSER", "exit 1")
    with pytest.raises(BrowserMissing, match="does not start"):
        here.install(root=True)
    assert here.ran == []


def test_commands_are_really_run(capfd: pytest.CaptureFixture[str]) -> None:
    """What they say goes to stderr; one that is not there fails like in a shell."""
    assert run_command(["sh", "-c", "echo working; exit 3"]) == 3
    assert run_command(["no-such-command-at-all"]) == 127
    assert capfd.readouterr() == ("", "working\n")
    assert isinstance(is_root(), bool)
