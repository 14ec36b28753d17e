"""The tutorial is done as a newcomer does it: each file saved, each command run, in the order of the page."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.test_docs import ROOT

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
STEP = re.compile(r"(?:ave this as `([^`]+)`:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)


def test_every_block_of_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    """The shop that is closed half-way is closed here too, before the recording is replayed."""
    steps = [(where, body) for where, _, body in STEP.findall(TUTORIAL)]
    assert len(steps) == 11
    opening = next(number for number, step in enumerate(steps) if step[1] == "$ python shop.py\n")
    closing = next(number for number, step in enumerate(steps) if step[1].startswith("$ toolkit replay"))
    for where, body in steps[:opening]:
        save(tmp_path, where, body)
    with shop(tmp_path) as port:
        for where, body in steps[opening + 1 : closing]:
            do(tmp_path, where, body.replace("8765", port))
    for where, body in steps[closing:]:
        do(tmp_path, where, body)


def do(folder: Path, where: str, body: str) -> None:
    """Save a file, or run commands and hold what they print against what is shown."""
    if where:
        save(folder, where, body)
        return
    for command, shown in re.findall(r"^\$ (.*)\n((?:[^$].*\n|\n)*)", body, re.MULTILINE):
        printed = run(folder, command)
        pattern = ".*".join(re.escape(part) for part in re.split(r"…\n?", shown))
        assert re.fullmatch(pattern, printed, re.DOTALL), f"{command}\n{printed}"


def save(folder: Path, where: str, body: str) -> None:
    """One file of the tutorial; the shop takes a port that is free."""
    assert where, body
    path = folder / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body.replace('ThreadingHTTPServer(("127.0.0.1", 8765), Shop).serve_forever()', SERVE), "utf-8")


SERVE = 'shop = ThreadingHTTPServer(("127.0.0.1", 0), Shop)\nprint(shop.server_port, flush=True)\nshop.serve_forever()'


@contextmanager
def shop(folder: Path) -> Iterator[str]:
    """The site of the tutorial; gives its port."""
    with subprocess.Popen([sys.executable, "shop.py"], cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def run(folder: Path, command: str) -> str:
    """What a command prints, on both channels where it only refuses."""
    bin_ = Path(sys.executable).parent
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TOOLKIT_", "PYTEST_"))}
    wide = {**clean, "COLUMNS": "120", "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, shell=True, cwd=folder, env=wide, capture_output=True, text=True, check=False)
    return done.stdout or done.stderr
