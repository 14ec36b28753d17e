"""Connectors as somebody changes them."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from toolkit.jobs import Found, find_connector

__all__ = ["CONNECTORS", "Edited", "edit"]

CONNECTORS = Path(__file__).parent / "connectors"


@dataclass(frozen=True)
class Edited:
    """A changed connector."""

    found: Found

    def line(self, text: str) -> str:
        """The line that holds some text, as errors name it."""
        path = self.found.folder / "connector.py"
        lines = path.read_text("utf-8").splitlines()
        (number,) = (number for number, line in enumerate(lines, 1) if text in line)
        return f"{path}:{number}"


def edit(slug: str, folder: Path, *changes: tuple[str, str]) -> Edited:
    """Copy a connector into a folder and replace some text, which has to be there once."""
    copy = shutil.copytree(CONNECTORS / slug, folder / slug) / "connector.py"
    text = copy.read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    copy.write_text(text, "utf-8")
    return Edited(find_connector(slug, folder))
