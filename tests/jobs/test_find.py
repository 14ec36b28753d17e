"""Finding connectors."""

import json
import os
from pathlib import Path

import pytest

from toolkit.errors import ManifestError, UsageError
from toolkit.jobs import find_connector, find_connectors

MANIFEST = {
    "name": "Acme",
    "type": "konnector",
    "version": "1.0.0",
    "source": "here",
    "developer": {"name": "Ada"},
}


def make(folder: Path, slug: str, code: str | None, **changes: object) -> Path:
    """A connector's folder below `folder`; returns `folder`."""
    (folder / slug).mkdir()
    (folder / slug / "manifest.konnector").write_text(json.dumps({**MANIFEST, "slug": slug, **changes}))
    if code is not None:
        (folder / slug / "connector.py").write_text(code)
    return folder


GOOD = """
import toolkit
from . import names
connector = toolkit.create_new(name=names.NAME, models=[], fetch_operations=[])
"""


def test_connectors_are_listed_without_running_their_code(tmp_path: Path) -> None:
    """A connector whose code would raise is found all the same; those of installed packages are there too."""
    found = find_connectors(make(tmp_path, "acme", "raise SystemExit"))

    assert [one.slug for one in found if one.package is None] == ["acme"]
    assert found == sorted(found, key=lambda one: one.slug)
    assert "package toolkit.demo" in [one.origin for one in found]


def test_a_connector_may_import_its_neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`from . import names` works in a folder that is no package; code is read anew each time, though it was edited
    within a second and is as long as before.
    """
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    make(tmp_path, "acme", GOOD)
    names = tmp_path / "acme" / "names.py"
    loaded: list[str] = []
    for name in ("One", "Two"):
        names.write_text(f"NAME = '{name}'")
        os.utime(names, (1, 1))
        loaded.append(find_connector("acme", tmp_path).load().name)

    assert loaded == ["One", "Two"]
    assert [path.name for path in (tmp_path / "acme").iterdir() if path.is_dir()] == []


def test_an_unknown_slug_names_the_near_one(tmp_path: Path) -> None:
    """A slip of the finger gets its correction."""
    with pytest.raises(UsageError, match="did you mean `acme`"):
        find_connector("acne", make(tmp_path, "acme", GOOD))


@pytest.mark.parametrize(("code", "words"), [(None, "no connector.py"), ("x = 1", "has no `connector = ")])
def test_a_folder_without_a_connector_is_said(tmp_path: Path, code: str | None, words: str) -> None:
    """No file, or a file that makes no connector."""
    with pytest.raises(UsageError, match=words):
        find_connector("acme", make(tmp_path, "acme", code)).load()


def test_an_error_inside_a_connector_is_not_called_a_missing_connector(tmp_path: Path) -> None:
    """A module that the connector itself cannot import is named as such."""
    with pytest.raises(ModuleNotFoundError, match="not_there"):
        find_connector("acme", make(tmp_path, "acme", "import not_there")).load()


def test_the_slug_is_the_folders_name(tmp_path: Path) -> None:
    """A copied folder with the old slug would share the old one's documents."""
    make(tmp_path, "acme", GOOD)
    (tmp_path / "acme").rename(tmp_path / "copy")

    with pytest.raises(ManifestError, match="field `slug` is 'acme'"):
        _ = find_connector("copy", tmp_path).manifest
