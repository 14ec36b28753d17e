"""The vault: small documents by kind, connector and account, each an encrypted file of its own."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from toolkit.disk import make_private, write_atomically
from toolkit.errors import VaultError
from toolkit.vault.sealed import Label, NotOpened, read, seal, unseal
from toolkit.vault.sources import find_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from toolkit.vault.key import Key

__all__ = ["Document", "Vault"]

PATIENCE = 60.0
POLL = 0.01
LOCKS = "locks"
ENDING = ".sealed"
READABLE = 60
DIGEST = 16


class Document:
    """A document while nobody else may change it: `value` is what is on the disk, None when nothing is."""

    def __init__(self, value: Any | None, save: Callable[[Any], None]) -> None:
        self.value = value
        self._save = save

    def save(self, value: Any) -> None:
        """Keep a JSON value instead; it is on the disk once this returns, whatever happens to the block."""
        self._save(value)
        self.value = value


class Vault:
    """Documents, each a JSON value, below a folder that only its owner may look into.

    `vault.save("session", "acme", "default", {"cookies": […]})` is on the disk, encrypted, once it returns, and is
    found by `load` with the same kind, connector and account only. The folder and the key are made when first needed.
    Safe to use from several threads and processes: a document has one writer at a time, for whom another waits
    `patience` seconds at most. Raises VaultError, a sentence that names the file and what to do; a file that cannot
    be opened stays as it is until it is forgotten, or saved anew.
    """

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        self.folder = folder
        self._patience = patience

    def load(self, kind: str, slug: str, account: str) -> Any | None:
        """What is kept; None when nothing is."""
        label = Label(slug, account, kind)
        data = self._read(label)
        return None if data is None else self._opened(label, data)

    def save(self, kind: str, slug: str, account: str, value: Any) -> None:
        """Keep a JSON value, in place of the one that was kept."""
        label = Label(slug, account, kind)
        data = seal(label, json.dumps(value).encode(), self._key)
        with self._locked(label), self._sentences(label, "written"):
            path = self._path(label)
            for left in self.folder.glob(f".{path.name}.*"):  # by one who was killed: nobody else writes now
                left.unlink()
            write_atomically(path, [data], lasting=True)

    def forget(self, kind: str, slug: str, account: str) -> bool:
        """Remove what is kept, without opening it, and tell whether there was anything."""
        label = Label(slug, account, kind)
        if self._read(label) is None:
            return False
        with self._locked(label), self._sentences(label, "removed"):
            self._path(label).unlink(missing_ok=True)
        return True

    @contextmanager
    def updating(self, kind: str, slug: str, account: str) -> Iterator[Document]:
        """A document that nobody else changes while the block lasts; in it, this thread may also call the vault.

        Nothing is saved but by `document.save(value)`, which may be called more than once.
        """
        with self._locked(Label(slug, account, kind)):
            yield Document(self.load(kind, slug, account), lambda value: self.save(kind, slug, account, value))

    def kept(self) -> tuple[list[Label], list[Path]]:
        """Whose documents there are, sorted, as they say without being opened; and the files that are none."""
        labels, others = [], []
        for path in self._files():
            label = _label_of(path)
            if label is not None and self._path(label) == path:
                labels.append(label)
            else:
                others.append(path)
        return sorted(labels), sorted(others)

    @property
    def key_origin(self) -> str:
        """Where the key is, which is made when it is missing."""
        return self._key.origin

    def digest(self, text: str) -> str:
        """A keyed digest, by which a text can be known again without being kept."""
        return self._key.digest(text)

    @cached_property
    def _key(self) -> Key:
        return find_key(may_make=lambda: not self._files())

    def _files(self) -> list[Path]:
        return [path for path in self.folder.glob(f"*{ENDING}") if not path.name.startswith(".")]

    def _path(self, label: Label) -> Path:
        readable = re.sub(r"[^a-z0-9]+", "-", f"{label.kind} {label.slug} {label.account}".lower())[:READABLE]
        return self.folder / f"{readable}-{_digest(label)}{ENDING}"

    def _read(self, label: Label) -> bytes | None:
        with self._sentences(label, "read"):
            try:
                return self._path(label).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def _opened(self, label: Label, data: bytes) -> Any:
        try:
            return json.loads(unseal(data, label, self._key))
        except NotOpened as error:
            way_out = f"`toolkit account forget {label.slug} --account {shlex.quote(label.account)}`"
            raise VaultError(
                f"{self._path(label)} {error}: bring it back as it was, or let it go with {way_out}."
            ) from None

    @contextmanager
    def _locked(self, label: Label) -> Iterator[None]:
        from filelock import FileLock, Timeout  # noqa: PLC0415 - slow to import

        with self._sentences(label, "locked"):
            make_private(self.folder / LOCKS)
            # One lock for all who are here: what holds it in this thread may take it again.
            lock = FileLock(self.folder / LOCKS / f"{_digest(label)}.lock", mode=0o600, is_singleton=True)
            try:
                lock.acquire(timeout=self._patience, poll_interval=POLL)
            except Timeout:
                raise VaultError(
                    f"The {label.kind} of {label.slug} ({label.account}) has been in use by another run for "
                    f"{self._patience:.0f} seconds: wait until that has ended, or end it."
                ) from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _sentences(self, label: Label, done: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise VaultError(f"{self._path(label)} cannot be {done}: {error.strerror or error}.") from error


def _label_of(path: Path) -> Label | None:
    try:
        return read(path.read_bytes()).label
    except (OSError, NotOpened):
        return None


def _digest(label: Label) -> str:
    whole = json.dumps([label.kind, label.slug, label.account])
    return hashlib.sha256(whole.encode()).hexdigest()[:DIGEST]
