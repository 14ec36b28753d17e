"""Tests of files on disk."""

import errno
import fcntl
import hashlib
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from toolkit.errors import StoreError
from toolkit.models import Bill, File
from toolkit.store import Files, Store

Save = Callable[..., File]


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _no_links(*_: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


def test_a_saved_file_is_described(files: Files, save: Save) -> None:
    """The description has the path below the root, with slashes, and what the caller measured."""
    file = save(b"%PDF-1.7", "march.pdf", "acme/2025")

    assert file == File(
        name="march.pdf", path="acme/2025/march.pdf", sha256=hashlib.sha256(b"%PDF-1.7").hexdigest(), size=8
    )
    assert files.path(file).read_bytes() == b"%PDF-1.7"
    assert _names(files.root) == {"acme/2025/march.pdf"}


@pytest.mark.parametrize(("lasting", "times"), [(True, 2), (False, 0)])
def test_files_to_throw_away_do_not_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lasting: bool, times: int
) -> None:
    """Others do twice: for what is in a file, and for its name. Both are saved alike."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    with Files(tmp_path, lasting=lasting).draft("acme") as draft:
        draft.write(b"%PDF-1.7")
        file = draft.save("march.pdf", sha256=hashlib.sha256(b"%PDF-1.7").hexdigest(), size=8, mime="")

    assert (tmp_path / file.path).read_bytes() == b"%PDF-1.7"
    assert len(synced) == times


def test_files_are_for_their_owner_only(files: Files, save: Save) -> None:
    """Bills are nobody else's business."""
    with files.draft("acme/2025"):
        folder = files.root / "acme/2025"
    path = files.path(save(b"x", "a.pdf"))

    assert (folder.stat().st_mode | folder.parent.stat().st_mode | path.stat().st_mode) & 0o077 == 0


def test_another_file_is_never_overwritten(files: Files, save: Save) -> None:
    """A name that is taken gets a number before its ending."""
    names = [save(body, "a.b.pdf").name for body in (b"one", b"two", b"three")]

    assert names == ["a.b.pdf", "a.b (2).pdf", "a.b (3).pdf"]
    assert {"one", "two", "three"} == {(files.root / name).read_text() for name in names}


def test_the_same_content_under_the_same_name_is_one_file(files: Files, save: Save) -> None:
    """Saving again, also what got a number the first time, makes no copy."""
    first, second = save(b"one", "a.pdf"), save(b"two", "a.pdf")

    assert (first, second) == (save(b"one", "a.pdf"), save(b"two", "a.pdf"))
    assert _names(files.root) == {"a.pdf", "a (2).pdf"}


def test_a_folder_or_dead_link_of_that_name_is_left_alone(files: Files, save: Save) -> None:
    """Whatever has the name keeps it."""
    (files.root / "a.pdf").mkdir()
    (files.root / "a (2).pdf").symlink_to(files.root / "nothing")

    assert save(b"one", "a.pdf").name == "a (3).pdf"


def test_without_hard_links_nothing_is_overwritten_either(
    files: Files, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A memory stick has no hard links: files get their names by renaming, with the same care."""

    monkeypatch.setattr(os, "link", _no_links)

    assert [save(body, "a.pdf").name for body in (b"one", b"two", b"one")] == ["a.pdf", "a (2).pdf", "a.pdf"]
    assert _names(files.root) == {"a.pdf", "a (2).pdf"}


def test_without_hard_links_one_at_a_time_looks_and_renames(
    files: Files, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at a name and the renaming, no other run can take the name: the folder is locked."""
    waits: list[bool] = []

    def look(_path: Path) -> bool:
        with pytest.raises(BlockingIOError):
            _lock_now(files.root)
        waits.append(True)
        return False

    monkeypatch.setattr(os, "link", _no_links)
    monkeypatch.setattr(os.path, "lexists", look)
    save(b"one", "a.pdf")

    assert waits == [True]
    _lock_now(files.root)


def _lock_now(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("links", [True, False])
def test_many_at_once_lose_nothing(files: Files, save: Save, monkeypatch: pytest.MonkeyPatch, *, links: bool) -> None:
    """Threads that save different files under one name at the same moment each get a name of their own."""
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    start = threading.Barrier(4)

    def work(number: int) -> str:
        start.wait()
        return save(f"body {number}".encode(), "a.pdf").path

    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(work, range(4)))

    assert [f"body {number}" for number in range(4)] == [(files.root / path).read_text() for path in paths]
    assert _names(files.root) == {"a.pdf", "a (2).pdf", "a (3).pdf", "a (4).pdf"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_draft_that_is_not_saved_is_gone(files: Files, error: type[BaseException]) -> None:
    """Ctrl-C and any error leave nothing behind."""
    with pytest.raises(error), files.draft("acme") as draft:  # noqa: PT012 - the block is what is interrupted
        draft.write(b"half")
        raise error

    assert _names(files.root) == set()


def test_a_draft_of_another_size_is_refused(files: Files) -> None:
    """What was written must be what was announced; nothing gets a name."""
    with files.draft() as draft:
        draft.write(b"half")
        with pytest.raises(StoreError, match=r"a\.pdf has 4 bytes instead of 8"):
            draft.save("a.pdf", sha256="00", size=8, mime="application/pdf")

    assert _names(files.root) == set()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b.pdf", "../a.pdf", "a\\b.pdf", "C:a.pdf", "a\0.pdf", ".unfinished-1"]
)
def test_a_name_is_only_a_name(save: Save, name: str) -> None:
    """Separators and names with a meaning are refused: names come from sites."""
    with pytest.raises(StoreError, match="cannot be the name of a file"):
        save(b"x", name)


@pytest.mark.parametrize("path", ["..", "../elsewhere", "acme/../../elsewhere", "way-out/elsewhere"])
def test_paths_that_leave_the_root_are_refused(files: Files, path: str) -> None:
    """Neither dots nor links lead out, for writing and for reading."""
    (files.root / "way-out").symlink_to(files.root.parent)

    with pytest.raises(StoreError, match=r"leaves the folder of files"), files.draft(path):
        pass
    with pytest.raises(StoreError, match=r"leaves the folder of files"):
        files.path(File(name="x", path=f"{path}/x", sha256="00", size=1))


def test_a_folder_elsewhere_may_be_chosen(files: Files, save: Save, tmp_path: Path) -> None:
    """An absolute folder is the caller's choice: the file is there, and known by its whole path."""
    file = save(b"one", "a.pdf", str(tmp_path / "Documents"))

    assert file.path == (tmp_path / "Documents" / "a.pdf").as_posix()
    assert files.is_there(file)


def test_a_folder_elsewhere_is_not_left_either(save: Save, tmp_path: Path) -> None:
    """Dots do not lead out of a chosen folder."""
    with pytest.raises(StoreError, match="leaves the folder of files"):
        save(b"one", "a.pdf", f"{tmp_path}/Documents/../x")


def test_a_file_is_there_with_its_size_only(files: Files, save: Save) -> None:
    """A file that was deleted, cut or replaced by a folder is not there."""
    file = save(b"whole", "a.pdf")
    path = files.path(file)
    assert files.is_there(file)

    path.write_bytes(b"cut")
    assert not files.is_there(file)

    path.unlink()
    assert not files.is_there(file)

    path.mkdir()
    assert not files.is_there(file)


def test_a_file_holds_what_it_held(files: Files, save: Save) -> None:
    """Other bytes of the same size are another file; so is none."""
    file = save(b"whole", "a.pdf")
    assert files.holds(file)

    files.path(file).write_bytes(b"wrong")
    assert (files.is_there(file), files.holds(file)) == (True, False)

    files.path(file).unlink()
    assert not files.holds(file)


def test_a_read_only_root_is_said(read_only: Path) -> None:
    """A folder without the right to write is named, be it the root, or the one in which the root would be."""
    for root in (read_only, read_only / "files"):
        with pytest.raises(StoreError, match=rf"^{root} cannot be written: Permission denied"):
            Files(root)


def test_a_file_in_the_place_of_a_folder_is_said(files: Files) -> None:
    """A folder that cannot be made is named."""
    (files.root / "acme").write_text("a file")

    with pytest.raises(StoreError, match=r"acme cannot be written: File exists"), files.draft("acme"):
        pass


def test_a_full_disk_is_said(files: Files) -> None:
    """Running out of room while writing is a sentence, and leaves nothing behind."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        with pytest.raises(StoreError, match="cannot be written: File too large"), files.draft() as draft:
            draft.write(b"x" * 10**6)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert _names(files.root) == set()


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path

from toolkit.models import Bill
from toolkit.store import Files, Provenance, Store
from toolkit.store.statements import add

data = Path(sys.argv[1])
provenance = Provenance("acme", "1.0", "me", "run-1", datetime.now(UTC))
store, files = Store(f"sqlite:///{data}/toolkit.sqlite"), Files(data / "files")
store.insert(Bill(date="2025-01-01", amount=1, currency="EUR", number="whole"), provenance)
with files.draft("acme") as draft, store._writing() as connection:
    draft.write(b"%PDF half" * 100_000)
    add(connection, Bill(date="2025-01-02", amount=1, currency="EUR", number="half"), provenance)
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_a_killed_run_leaves_no_half_file_and_a_sound_store(tmp_path: Path) -> None:
    """Killed in the middle of a file and a transaction, a run leaves what was whole; the next start tidies up."""
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "writing\n"
        Files(tmp_path / "files")
        left = _names(tmp_path / "files")
        run.kill()

    assert len(left) == 1, "the draft of a run that lives is its own"
    assert left == _names(tmp_path / "files")
    assert left.pop().startswith("acme/.unfinished-")

    files = Files(tmp_path / "files")

    assert _names(files.root) == set()
    with Store(f"sqlite:///{tmp_path}/toolkit.sqlite") as store:
        assert [bill.number for bill in store.all(Bill)] == ["whole"]
        store.create(Bill(date="2025-01-02", amount=1, currency="EUR", number="half"))


def test_a_killed_run_elsewhere_is_tidied_up_too(save: Save, tmp_path: Path) -> None:
    """What was left in a chosen folder goes when that folder is used again."""
    (tmp_path / "Documents").mkdir()
    (tmp_path / "Documents" / ".unfinished-1").write_text("half")

    save(b"one", "a.pdf", str(tmp_path / "Documents"))

    assert _names(tmp_path / "Documents") == {"a.pdf"}
