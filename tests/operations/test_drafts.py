"""The files that downloads are writing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from toolkit.operations.drafts import Drafts
from toolkit.store import Files


def names(folder: Path) -> list[str]:
    """Every file below a folder, hidden ones too."""
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_what_is_not_saved_is_removed(tmp_path: Path) -> None:
    """A saved one stays."""
    drafts = Drafts(Files(tmp_path))
    saved, _ = drafts.begin("acme")
    saved.write(b"whole")
    half, _ = drafts.begin("acme")
    half.write(b"hal")
    saved.save("bill.pdf", sha256="x", size=5, mime="application/pdf")
    drafts.close()

    assert names(tmp_path) == ["bill.pdf"]


def test_a_thread_that_comes_too_late_begins_nothing(tmp_path: Path) -> None:
    """It took its next download when the others were given up already."""
    drafts = Drafts(Files(tmp_path))
    drafts.close()
    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError, match="given up"):
        pool.submit(drafts.begin, "acme").result()

    assert names(tmp_path) == []


def test_a_draft_that_is_being_written_is_removed_all_the_same(tmp_path: Path) -> None:
    """Its thread is told by the next write."""
    drafts = Drafts(Files(tmp_path))
    draft, _ = drafts.begin("acme")
    draft.write(b"first")
    drafts.close()

    with pytest.raises(ValueError, match="closed file"):
        draft.write(b"second")
    assert names(tmp_path) == []
