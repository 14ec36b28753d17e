"""A folder that appears whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolkit.uninterrupted import uninterrupted

__all__ = ["new_folder"]


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder beside its place, which it takes at the end, an older one's too; gone when anything goes wrong."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield draft
        draft.chmod(0o755)  # a recording holds no secret
        with uninterrupted():
            _put(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put(draft: Path, folder: Path) -> None:
    """Rename to `folder`; what was there before leaves only then."""
    if not folder.exists():
        draft.rename(folder)
        return
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as place:
        old = folder.rename(Path(place) / "old")
        try:
            draft.rename(folder)
        except OSError:
            old.rename(folder)
            raise
