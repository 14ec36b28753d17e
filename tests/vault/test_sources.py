"""Where the key comes from, and when one is made."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vault.conftest import Ring, UseRing
from toolkit.errors import VaultError
from toolkit.vault.key import Key
from toolkit.vault.sources import find_key


def find(*, may_make: bool = True) -> Key:
    """The key, of a vault that is empty or not."""
    return find_key(may_make=lambda: may_make)


def mode(path: Path) -> int:
    """The rights of a file or folder."""
    return path.stat().st_mode & 0o777


def test_a_named_file_comes_first(use_ring: UseRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made when it is missing, for its owner only; the keyring is left alone."""
    backend = Ring()
    use_ring(backend)
    monkeypatch.setenv("TOOLKIT_KEY_FILE", str(tmp_path / "mine"))
    made = find()

    assert find(may_make=False) == made
    assert (made.origin, mode(tmp_path / "mine"), backend.kept) == (str(tmp_path / "mine"), 0o600, {})
    assert base64.b64decode((tmp_path / "mine").read_bytes()) == made.secret
    assert len(made.secret) == 32


def test_a_key_of_another_tool_will_do(tmp_path: Path) -> None:
    """Such as that of `openssl rand -base64 32`."""
    secret = bytes(range(32))
    with os.fdopen(os.open(tmp_path / "key", os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
        file.write(base64.b64encode(secret) + b"\n")

    assert find().secret == secret


def test_then_the_keyring(use_ring: UseRing, own_key: Path) -> None:
    """One that works holds the key; no file does."""
    use_ring(Ring())
    made = find()

    assert find(may_make=False) == made
    assert made.origin == "the keyring"
    assert not own_key.exists()


@pytest.mark.usefixtures("no_ring")
def test_then_a_file_of_ones_own(own_key: Path) -> None:
    """In the configuration folder, made for its owner only, and so is the folder."""
    made = find()

    assert find(may_make=False) == made
    assert (made.origin, mode(own_key), mode(own_key.parent)) == (str(own_key), 0o600, 0o700)


def test_a_keyring_that_comes_later_changes_nothing(use_ring: UseRing, own_key: Path, no_ring: None) -> None:  # noqa: ARG001
    """The key that there is goes on opening what it has locked."""
    made = find()
    use_ring(Ring())

    assert find() == made
    assert made.origin == str(own_key)


@pytest.mark.usefixtures("own_key", "no_ring")
def test_a_lost_key_is_not_replaced() -> None:
    """While there is something that only it opens; the sentence says where it was looked for, and the way out."""
    with pytest.raises(VaultError, match=r"in no keyring that works, nor in .*/key\. .*toolkit account forget"):
        find(may_make=False)


def test_a_lost_key_file_is_not_replaced(tmp_path: Path) -> None:
    """Such as one on a disk that is not there today."""
    with pytest.raises(VaultError, match=f"{tmp_path}/key, which TOOLKIT_KEY_FILE names, is not there"):
        find(may_make=False)

    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize("rights", [0o640, 0o604, 0o660, 0o601])
def test_a_file_that_is_open_to_others_is_refused(tmp_path: Path, rights: int) -> None:
    """With the command that closes it."""
    find()
    (tmp_path / "key").chmod(rights)

    with pytest.raises(VaultError, match=f"is open to others: `chmod 600 {tmp_path}/key` closes it"):
        find()


@pytest.mark.parametrize(
    "content", [b"", b"sesame", b"A" * 43, b"x" * 4096, bytes(32), base64.b64encode(b"sesame" * 6)]
)
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """Without being told, and without being replaced."""
    find()
    (tmp_path / "key").write_bytes(content)

    with pytest.raises(VaultError, match="is no key of a vault: one is 32 random bytes in base64") as refused:
        find()

    assert "sesame" not in str(refused.value)
    assert (tmp_path / "key").read_bytes() == content


@pytest.mark.parametrize(
    ("path", "says"), [("nowhere/key", "cannot be made in .*: No such file"), (".", "cannot be read: Is a directory")]
)
def test_a_place_that_cannot_be_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, says: str) -> None:
    """A folder that is not there is more likely a slip than a wish."""
    monkeypatch.setenv("TOOLKIT_KEY_FILE", str(tmp_path / path))

    with pytest.raises(VaultError, match=says):
        find()


def test_those_who_come_at_once_make_one_key(own_key: Path) -> None:
    """Whoever is first; the others take that."""
    code = "from toolkit.vault.sources import find_key; print(find_key(may_make=lambda: True).secret.hex())"
    environ = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    command = [sys.executable, "-c", code]
    running = [subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(4)]

    assert len({process.communicate(timeout=60)[0] for process in running}) == 1
    assert own_key.exists()
