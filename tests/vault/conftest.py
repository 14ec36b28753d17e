"""Keyrings that work, and those that do not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import PasswordDeleteError

UseRing = Callable[[KeyringBackend], None]


class Ring(KeyringBackend):
    """A real backend of the keyring library, which keeps what it is given for as long as it lives."""

    priority: float = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """What is kept."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Let it go."""
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


@pytest.fixture(autouse=True)
def _key_of_this_test(key_file: Path) -> None:
    """Each test sees its key made."""


@pytest.fixture
def use_ring() -> Iterator[UseRing]:
    """`use_ring(backend)` makes it the one that the keyring library uses, until the end of the test."""
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


@pytest.fixture
def own_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where a person's own key file belongs when none is named; it is not there yet."""
    monkeypatch.delenv("TOOLKIT_KEY_FILE")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "toolkit" / "key"


@pytest.fixture
def no_ring(use_ring: UseRing) -> None:
    """The keyring library finds nothing to use."""
    use_ring(fail.Keyring())  # type: ignore[no-untyped-call]
