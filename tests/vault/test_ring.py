"""A keyring is used when it works, and only then."""

import sys

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null

from tests.vault.conftest import Ring, UseRing
from toolkit.vault import ring


class Plain(Ring):
    """As `keyrings.alt.file.PlaintextKeyring`, which keeps everything readable, rates itself."""

    priority = 0.5


class Empty(chainer.ChainerBackend):
    """A chain of nothing."""

    backends: list[KeyringBackend] = []  # noqa: RUF012 - as in the base


class Chain(chainer.ChainerBackend):
    """A chain, whose own priority is high whatever is in it."""

    priority = 10
    backends = [Plain(), Ring()]  # noqa: RUF012 - as in the base


class Forgetful(Ring):
    """It takes everything and gives nothing back."""

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002
        """Nothing."""
        return None


class Sticky(Ring):
    """It does not let go of what it was given."""

    def delete_password(self, service: str, username: str) -> None:
        """Nothing happens."""


class Locked(Ring):
    """It fails in a way of its own."""

    def get_password(self, service: str, username: str) -> str | None:
        """No."""
        raise RuntimeError(f"{service}, {username}: locked")


def test_one_that_works(use_ring: UseRing) -> None:
    """It keeps the key, and nothing of the trial before."""
    backend = Ring()
    use_ring(backend)

    assert ring.read() is None
    assert ring.write("sesame")
    assert ring.read() == "sesame"
    assert list(backend.kept.values()) == ["sesame"]


@pytest.mark.parametrize(
    "backend",
    [fail.Keyring, null.Keyring, Plain, Empty, Forgetful, Sticky, Locked],
    ids=lambda backend: backend.__name__,
)
def test_one_that_does_not_count(use_ring: UseRing, backend: type[KeyringBackend]) -> None:
    """It gets no key."""
    used = backend()
    use_ring(used)

    assert not ring.write("sesame")
    assert ring.read() is None
    assert "sesame" not in getattr(used, "kept", {}).values()


def test_of_a_chain_the_first_that_counts(use_ring: UseRing) -> None:
    """A chain itself would put the key into whatever comes first."""
    use_ring(Chain())  # type: ignore[no-untyped-call]
    plain, good = Chain.backends

    assert ring.write("sesame")
    assert (plain.kept, list(good.kept.values())) == ({}, ["sesame"])


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "keyring", None)

    assert not ring.write("sesame")
    assert ring.read() is None


def test_a_setting_that_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library refuses to start with it."""
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "nowhere.Keyring")

    assert not ring.write("sesame")
