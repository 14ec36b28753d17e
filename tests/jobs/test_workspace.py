"""Where a person's data lives."""

from pathlib import Path

import pytest

from toolkit.errors import StoreError
from toolkit.jobs import Workspace


def test_only_its_owner_may_look_in(tmp_path: Path) -> None:
    """Into none of the folders that are made, those above the data among them."""
    workspace = Workspace(tmp_path / "data" / "mine")
    workspace.prepare()
    made = [tmp_path / "data", workspace.data, workspace.files_root, workspace.logs]

    assert {folder.stat().st_mode & 0o777 for folder in made} == {0o700}


def test_a_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    """It is the person's."""
    tmp_path.chmod(0o755)
    Workspace(tmp_path).prepare()

    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_one_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file stands in its way."""
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        Workspace(tmp_path / "data").prepare()


def test_the_store_may_be_elsewhere(tmp_path: Path) -> None:
    """Where the environment says; the files stay in the data folder."""
    elsewhere = f"sqlite:///{tmp_path}/other.sqlite"
    workspace = Workspace.of(tmp_path / "data", {"TOOLKIT_STORE": elsewhere})
    store, files = workspace.open()
    store.close()

    assert (tmp_path / "other.sqlite").exists()
    assert not workspace.database.exists()
    assert files.root == tmp_path / "data" / "files"
    assert workspace.store_place == str(tmp_path / "other.sqlite")


def test_the_password_of_a_store_is_nowhere_to_be_read(tmp_path: Path) -> None:
    """Neither where the store is told, nor where a workspace is printed."""
    workspace = Workspace.of(tmp_path, {"TOOLKIT_STORE": "postgresql://me:secret@db.example/bills"})

    assert workspace.store_place == "postgresql://me:***@db.example/bills"
    assert "secret" not in repr(workspace)
