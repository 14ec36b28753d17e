"""A connector on disk, written as its author would."""

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from toolkit.jobs import Found, find_connector

Write = Callable[..., Found]

FIELDS = {"url": {"type": "text"}, "login": {"type": "text"}, "password": {"type": "password"}}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """`write(code, take={…})` writes connectors/acme/ and gives what is found there; again to change it."""

    def write(code: str, **manifest: Any) -> Found:
        folder = tmp_path / "connectors" / "acme"
        folder.mkdir(parents=True, exist_ok=True)
        about: dict[str, Any] = {
            "name": "Acme",
            "slug": "acme",
            "type": "konnector",
            "version": "1.0",
            "source": "here",
        }
        about |= {"fields": FIELDS, "developer": {"name": "Ada"}, "currency": "EUR"}
        (folder / "manifest.konnector").write_text(json.dumps(about | manifest))
        (folder / "connector.py").write_text(dedent(code))
        return find_connector("acme", folder.parent)

    return write
