"""Files that are whole and last."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolkit.disk import make_private, write_atomically


def test_interrupted_writing_leaves_the_old_file(tmp_path: Path) -> None:
    """Neither half a file nor a temporary one stays."""

    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    (tmp_path / "a.har").write_bytes(b"old")

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a.har", pieces())

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.har": b"old"}


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_files_are_for_their_owner(tmp_path: Path) -> None:
    """A HAR may hold cookies: no one else reads it."""
    write_atomically(tmp_path / "a.har", [b"x"])

    assert (tmp_path / "a.har").stat().st_mode & 0o777 == 0o600


def test_what_is_written_anew_replaces_nothing(tmp_path: Path) -> None:
    """The file that was there stays, and nothing is left beside it."""
    write_atomically(tmp_path / "a", [b"first"], lasting=True, anew=True)
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / "a", [b"second"], lasting=True, anew=True)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"first"}


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_every_folder_that_is_made_is_for_its_owner(tmp_path: Path) -> None:
    """Those above it too; one that was there keeps its rights."""
    tmp_path.chmod(0o755)
    make_private(tmp_path / "a" / "b")

    assert [path.stat().st_mode & 0o777 for path in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")] == [
        0o755,
        0o700,
        0o700,
    ]


@pytest.mark.parametrize("anew", [False, True])
def test_what_is_to_last_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anew: bool
) -> None:
    """The file is synced before, its folder after."""
    synced: list[tuple[bool, bool]] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), (tmp_path / "a").exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    write_atomically(tmp_path / "a", [b"x"], lasting=True, anew=anew)

    assert synced == [(False, False), (True, True)]
