"""What the documents show is what the code does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import toolkit.demo

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    """Line by line; "…" stands for lines left out."""
    shown = blocks(README, "console")[1].partition("$ make demo\n")[2]
    command = [sys.executable, "-m", "toolkit", "demo", "--data", "data"]
    wide = {**os.environ, "COLUMNS": "120"}
    printed = subprocess.run(command, cwd=tmp_path, env=wide, capture_output=True, text=True, check=True).stdout
    pattern = ".*".join(re.escape(part) for part in shown.split("…\n"))

    assert re.fullmatch(pattern, printed, re.DOTALL), printed


def test_the_readme_shows_what_the_recordings_replay() -> None:
    """The first command of a newcomer."""
    shown = blocks(README, "console")[0].partition("$ .venv/bin/toolkit replay demo\n")[2]
    command = [sys.executable, "-m", "toolkit", "replay", "demo"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert printed == shown


def test_the_readme_shows_the_whole_connector() -> None:
    """Not a line is left out."""
    assert blocks(README, "python")[0] == (Path(toolkit.demo.__file__).parent / "connector.py").read_text("utf-8")


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))])
def test_every_link_leads_somewhere(path: Path) -> None:
    """Relative links name files that are there."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))

    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_nothing_but_its_own_folder_knows_the_bundled_site() -> None:
    """The library serves every connector alike: the word stands in toolkit/demo only."""
    files = [path for path in (ROOT / "toolkit").rglob("*.py") if "demo" not in path.relative_to(ROOT).parts]

    assert len(files) > 50
    assert [path.name for path in files if "demo" in path.read_text(encoding="utf-8").lower()] == []
