"""The vault: what is kept, for whom, and what does not open."""

from pathlib import Path

import pytest

from toolkit.errors import VaultError
from toolkit.vault import Vault


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """An empty vault."""
    return Vault(tmp_path / "data" / "vault")


def test_what_is_saved_is_there_again(vault: Vault) -> None:
    """For another run too, and in place of what was there before."""
    vault.save("session", "acme", "me", {"a": 1})
    vault.save("session", "acme", "me", {"a": [None, "é"]})

    assert Vault(vault.folder).load("session", "acme", "me") == {"a": [None, "é"]}


def test_each_account_and_kind_has_its_own(vault: Vault) -> None:
    """What differs in one of the three is another document."""
    vault.save("session", "acme", "me", "mine")

    others = [("device", "acme", "me"), ("session", "acme-2", "me"), ("session", "acme", "Me"), ("session", "acme", "")]
    assert [vault.load(*other) for other in others] == [None] * 4


def test_updating_saves_at_once(vault: Vault) -> None:
    """What was saved in the block stays, whatever happens to the rest of it."""
    vault.save("session", "acme", "me", "old")
    with vault.updating("session", "acme", "me") as document:
        before = document.value
        document.save("new")
        during = Vault(vault.folder).load("session", "acme", "me")
        document.save("newer")

    assert (before, during, vault.load("session", "acme", "me")) == ("old", "new", "newer")


def test_forgetting(vault: Vault) -> None:
    """Only what is named goes, and it is told whether it was there."""
    vault.save("session", "acme", "me", 1)
    vault.save("device", "acme", "me", 2)

    assert vault.forget("session", "acme", "me")
    assert not vault.forget("session", "acme", "me")
    assert (vault.load("session", "acme", "me"), vault.load("device", "acme", "me")) == (None, 2)


def test_another_key_is_said(vault: Vault, tmp_path: Path) -> None:
    """With the file, the key's place and the way out; the file stays."""
    vault.save("session", "acme", "my own", 1)
    (tmp_path / "key").unlink()
    with pytest.raises(VaultError, match="is missing"):
        Vault(vault.folder).load("session", "acme", "my own")
