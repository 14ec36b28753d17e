"""The vault: what is kept, for whom, by how many at once, and what does not open."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.errors import VaultError
from toolkit.vault import Label, Vault

ACME = ("session", "acme", "me")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """An empty vault."""
    return Vault(tmp_path / "data" / "vault")


def file_of(vault: Vault) -> Path:
    """The only document's file."""
    (path,) = vault.folder.glob("*.sealed")
    return path


def test_what_is_saved_is_there_again(vault: Vault) -> None:
    """For another run too, and in place of what was there before."""
    vault.save(*ACME, {"a": 1})
    vault.save(*ACME, {"a": [None, "é"]})

    assert Vault(vault.folder).load(*ACME) == {"a": [None, "é"]}


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=20), JSON)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_and_value(vault: Vault, slug: str, account: str, kind: str, value: object) -> None:
    """Names that no file could have, too long ones and such as lead out of the folder among them."""
    vault.save(kind, slug, account, value)

    assert vault.load(kind, slug, account) == value
    assert Label(slug, account, kind) in vault.kept()[0]
    assert vault.forget(kind, slug, account)
    assert {path.name for path in vault.folder.iterdir()} == {"locks"}


def test_each_account_and_kind_has_its_own(vault: Vault) -> None:
    """What differs in one of the three is another document; so are names that look alike in the name of a file."""
    vault.save(*ACME, "mine")

    others = [
        ("device", "acme", "me"),
        ("session", "acme-2", "me"),
        ("session", "acme", "Me"),
        ("session", "acme", "me "),
    ]
    assert [vault.load(*other) for other in others] == [None] * 4


def test_looking_makes_nothing(vault: Vault, tmp_path: Path) -> None:
    """Neither the folder nor a key."""
    assert vault.load(*ACME) is None
    assert not vault.forget(*ACME)
    assert vault.kept() == ([], [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_its_owner_may_look_in(vault: Vault) -> None:
    """Files 0600 and folders 0700, the locks among them, whatever the umask."""
    before = os.umask(0)
    try:
        vault.save(*ACME, 1)
    finally:
        os.umask(before)
    paths = [vault.folder.parent, vault.folder, *vault.folder.rglob("*")]

    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {0o700}
    assert [path.stat().st_mode & 0o777 for path in paths if path.is_file()] == [0o600] * 2


def test_nothing_is_in_clear(vault: Vault) -> None:
    """Nor shown: neither in a file's name or content nor by repr."""
    vault.save(*ACME, {"password": "sesame"})
    with vault.updating(*ACME) as document:
        shown = repr(vault) + repr(document) + repr(vars(vault))

    files = [path for path in vault.folder.rglob("*") if path.is_file()]
    assert b"sesame" not in b"".join(path.name.encode() + path.read_bytes() for path in files)
    assert "sesame" not in shown
    assert (vault.folder.parents[1] / "key").read_text("utf-8").strip() not in shown


def test_updating_saves_at_once(vault: Vault) -> None:
    """What is saved in the block is on the disk before the block ends, and for each time that it is."""
    vault.save(*ACME, "old")
    with vault.updating(*ACME) as document:
        before = document.value
        document.save("new")
        during = Vault(vault.folder).load(*ACME)
        document.save("newer")

    assert (before, during, document.value, vault.load(*ACME)) == ("old", "new", "newer", "newer")


def test_updating_saves_only_what_it_is_told(vault: Vault) -> None:
    """What fails before it saves leaves what was there, and the lock is free again."""
    vault.save(*ACME, ["old"])
    with pytest.raises(ZeroDivisionError), vault.updating(*ACME) as document:
        (document.value or []).append(1 / 0)
    with vault.updating(*ACME) as document:
        (document.value or []).append("not saved")

    assert vault.load(*ACME) == ["old"]


def test_within_updating_the_vault_can_be_used(vault: Vault) -> None:
    """Another object on the same folder too, and the same document: whoever holds a lock does not wait for himself."""
    with vault.updating(*ACME), Vault(vault.folder, patience=0).updating(*ACME):
        vault.save(*ACME, "inside")
        assert vault.forget(*ACME)
        vault.save("device", "acme", "me", "beside")

    assert (vault.load(*ACME), vault.load("device", "acme", "me")) == (None, "beside")


COUNT = """
import sys
from pathlib import Path
from toolkit.vault import Vault
vault = Vault(Path(sys.argv[1]))
for _ in range(50):
    with vault.updating("session", "acme", "me") as document:
        document.save((document.value or 0) + 1)
"""


def test_two_processes_count_to_a_hundred(vault: Vault) -> None:
    """None of 50 changes by each is lost, nor is a key made twice: a refresh token is never used by two."""
    command = [sys.executable, "-c", COUNT, str(vault.folder)]
    running = [subprocess.Popen(command) for _ in range(2)]

    assert [process.wait(timeout=120) for process in running] == [0, 0]
    assert vault.load(*ACME) == 100


def test_threads_wait_for_each_other(vault: Vault) -> None:
    """As processes do."""

    def count() -> None:
        for _ in range(10):
            with vault.updating(*ACME) as document:
                document.save((document.value or 0) + 1)

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert vault.load(*ACME) == 40


HOLD = """
import sys
from pathlib import Path
from toolkit.vault import Vault
with Vault(Path(sys.argv[1])).updating("session", "acme", "me") as document:
    document.save("theirs")
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(vault: Vault) -> Iterator[subprocess.Popen[str]]:
    """Another process, which holds the document."""
    command = [sys.executable, "-c", HOLD, str(vault.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_who_waits_too_long_is_told(vault: Vault, holder: subprocess.Popen[str]) -> None:  # noqa: ARG001
    """Reading waits for nobody, nor does another document."""
    impatient = Vault(vault.folder, patience=0)

    assert impatient.load(*ACME) == "theirs"
    impatient.save("device", "acme", "me", 1)
    with pytest.raises(VaultError, match=r"^The session of acme \(me\) has been in use by another run for 0 seconds"):
        impatient.save(*ACME, "ours")
    assert impatient.load(*ACME) == "theirs"


def test_a_killed_run_holds_nothing(vault: Vault, holder: subprocess.Popen[str]) -> None:
    """And what it left half written goes with the next writing."""
    left = vault.folder / f".{file_of(vault).name}.abc"
    left.write_bytes(b"half")
    holder.kill()
    holder.wait()
    Vault(vault.folder, patience=5).save(*ACME, "ours")

    assert vault.load(*ACME) == "ours"
    assert not left.exists()


def test_forgetting(vault: Vault) -> None:
    """Only what is named goes, and it is told whether it was there."""
    vault.save(*ACME, 1)
    vault.save("device", "acme", "me", 2)

    assert vault.forget(*ACME)
    assert not vault.forget(*ACME)
    assert (vault.load(*ACME), vault.load("device", "acme", "me")) == (None, 2)


def must_refuse(vault: Vault, says: str) -> None:
    """Opening is refused with the file and the way out, its content stays, and it can be forgotten."""
    path = file_of(vault)
    before = path.read_bytes()
    with pytest.raises(VaultError, match=says) as refused:
        Vault(vault.folder).load(*ACME)

    assert str(path) in str(refused.value)
    assert "`toolkit account forget acme --account me`" in str(refused.value)
    assert path.read_bytes() == before
    assert Vault(vault.folder).forget(*ACME)


def test_another_key(vault: Vault, tmp_path: Path) -> None:
    """The sentence tells where the key is that does not fit."""
    vault.save(*ACME, 1)
    (tmp_path / "key").unlink()
    Vault(tmp_path / "another").save(*ACME, 1)  # makes a key

    must_refuse(vault, f"was locked with another key than the one in {tmp_path}/key")


@pytest.mark.parametrize("content", [b"", b"\x01", b"\x01half of a file", b"\x01\0\0\0\x02{}" + bytes(40)])
def test_a_torn_file(vault: Vault, content: bytes) -> None:
    """It is damaged."""
    vault.save(*ACME, 1)
    file_of(vault).write_bytes(content)

    must_refuse(vault, "is damaged")


def test_a_file_of_another_account(vault: Vault) -> None:
    """It does not open in the place of this one's, and says whose it was."""
    vault.save(*ACME, 1)
    place = file_of(vault)
    place.unlink()
    vault.save("session", "acme", "you", 1)
    file_of(vault).rename(place)

    must_refuse(vault, "was the session of acme, account 'you'")


def test_a_lost_key(vault: Vault, tmp_path: Path) -> None:
    """No other is made while it is needed; once all is forgotten, one is."""
    vault.save(*ACME, 1)
    (tmp_path / "key").unlink()
    with pytest.raises(VaultError, match="The key of the vault is missing"):
        Vault(vault.folder).save("session", "acme", "you", 1)
    with pytest.raises(VaultError, match="The key of the vault is missing"):
        Vault(vault.folder).load(*ACME)
    vault.forget(*ACME)
    Vault(vault.folder).save(*ACME, 2)

    assert Vault(vault.folder).load(*ACME) == 2


@pytest.mark.parametrize("act", ["load", "save", "forget"])
def test_a_file_that_cannot_be_reached(vault: Vault, act: str) -> None:
    """A sentence with its path, and why."""
    vault.save(*ACME, 1)
    path = file_of(vault)
    path.unlink()
    path.mkdir()

    with pytest.raises(VaultError, match=f"{path.name} cannot be .*: Is a directory"):
        getattr(vault, act)(*ACME, *([2] if act == "save" else []))


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    """A file stands in its way."""
    (tmp_path / "file").touch()
    vault = Vault(tmp_path / "file" / "vault")

    with pytest.raises(VaultError, match="cannot be locked: File exists"):
        vault.save(*ACME, 1)


def test_whose_documents_there_are(vault: Vault, tmp_path: Path) -> None:
    """Told without the key; what is no document, or a copy in a wrong place, is told apart."""
    vault.save(*ACME, 1)
    copied = shutil.copy(file_of(vault), vault.folder / "copy.sealed")
    vault.save("device", "acme", "me", 1)
    vault.save("account", "acme", "Ada", 1)
    (vault.folder / "empty.sealed").touch()
    (tmp_path / "key").unlink()

    labels, others = Vault(vault.folder).kept()

    assert labels == [Label("acme", "Ada", "account"), Label("acme", "me", "device"), Label("acme", "me", "session")]
    assert others == [copied, vault.folder / "empty.sealed"]


def test_digests_are_of_the_key(vault: Vault, tmp_path: Path) -> None:
    """The same text is known again by the same key only."""
    known = vault.digest("sesame")
    again = Vault(vault.folder).digest("sesame")
    (tmp_path / "key").unlink()

    assert known == again
    assert known != vault.digest("Sesame")
    assert known != Vault(vault.folder).digest("sesame")
