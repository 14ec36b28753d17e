"""A folder appears whole or not at all."""

from pathlib import Path

import pytest

from toolkit.jobs.new_folder import new_folder


def names(folder: Path) -> list[str]:
    """All that is in a folder, drafts too."""
    return sorted(path.name for path in folder.iterdir())


def test_it_appears_at_the_end(tmp_path: Path) -> None:
    """With the folders above it; others may read it."""
    with new_folder(tmp_path / "a" / "b") as draft:
        (draft / "file").write_text("x")
        assert not (tmp_path / "a" / "b").exists()

    assert (names(tmp_path / "a"), names(tmp_path / "a" / "b")) == (["b"], ["file"])
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_when_something_goes_wrong(tmp_path: Path, error: type[BaseException]) -> None:
    """And an older one stays as it is."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "old").write_text("x")

    def fill() -> None:
        with new_folder(tmp_path / "b") as draft:
            (draft / "new").write_text("x")
            raise error

    with pytest.raises(error):
        fill()
    assert (names(tmp_path), names(tmp_path / "b")) == (["b"], ["old"])


def test_it_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    """Whole."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "old").write_text("x")

    with new_folder(tmp_path / "b") as draft:
        (draft / "new").write_text("x")
    assert (names(tmp_path), names(tmp_path / "b")) == (["b"], ["new"])
