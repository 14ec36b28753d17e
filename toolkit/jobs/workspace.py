"""Where a person's data lives: the store, the files, the logs and the vault below one folder, the store perhaps not."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from toolkit.disk import make_private
from toolkit.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from toolkit.store import Files, Store
    from toolkit.vault import Vault

__all__ = ["STORE", "Workspace"]

STORE = "TOOLKIT_STORE"  # in the environment; an argument is no place for a password


@dataclass(frozen=True)
class Workspace:
    """The data folder: `toolkit.sqlite`, `files/`, `logs/` and `vault/` below `data`. Only its owner may look in.

    `elsewhere` is the address of another database for the store, such as `postgresql://me@localhost/bills`. A workspace
    that is not `lasting` will be thrown away, so that nothing in it waits for the disk. One that is `forgetful` keeps
    files and logs, and no session or document for the next run.
    """

    data: Path
    lasting: bool = True
    forgetful: bool = False
    elsewhere: str = field(default="", repr=False)

    @classmethod
    def of(cls, data: Path, environ: Mapping[str, str] = os.environ) -> Workspace:
        """A person's workspace: the store is where TOOLKIT_STORE says, by default in the data folder."""
        return cls(data, elsewhere=environ.get(STORE, ""))

    @classmethod
    def standalone(cls, data: Path) -> Workspace:
        """One for a run that stands alone: its store is in memory, and gone with it."""
        return cls(data, forgetful=True, elsewhere="sqlite://")

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "toolkit.sqlite"

    @property
    def store_url(self) -> str:
        """The store's URL for SQLAlchemy."""
        return self.elsewhere or f"sqlite:///{self.database.resolve()}"

    @property
    def has_store(self) -> bool:
        """Whether there is a store to be looked into. Raises StoreError when one may not even look."""
        try:
            return bool(self.elsewhere) or self.database.exists()
        except OSError as error:
            raise StoreError(f"{self.database} cannot be read: {error.strerror}.") from error

    @property
    def store_place(self) -> str:
        """Where the store is, as it is told to people."""
        from toolkit.store import place_of  # noqa: PLC0415 - the database library is slow to import

        return place_of(self.elsewhere) if self.elsewhere else str(self.database)

    @property
    def failures(self) -> Path:
        """What failed runs have left to look at, a folder each."""
        return self.data / "failures"

    @property
    def files_root(self) -> Path:
        """The folder of files."""
        return self.data / "files"

    @property
    def logs(self) -> Path:
        """The folder of logs."""
        return self.data / "logs"

    @property
    def vault_root(self) -> Path:
        """The folder of the vault."""
        return self.data / "vault"

    @cached_property
    def vault(self) -> Vault | None:
        """What is kept between runs; None where nothing is, as in a recording, a replay, or a run that stands alone."""
        from toolkit.vault import Vault  # noqa: PLC0415 - not every command needs it

        return Vault(self.vault_root) if self.lasting and not self.forgetful else None

    def prepare(self) -> None:
        """Make the folders. Raises StoreError when they cannot be made."""
        for folder in (self.data, self.files_root, self.logs):
            try:
                make_private(folder)
            except OSError as error:
                raise StoreError(f"The data folder {folder} cannot be made: {error.strerror}.") from error

    def open(self) -> tuple[Store, Files]:
        """The store and the files. Raises StoreError with the path and what is wrong with it."""
        from toolkit.store import Files, Store  # noqa: PLC0415 - the database library is slow to import

        self.prepare()
        return Store(self.store_url, lasting=self.lasting), Files(self.files_root, lasting=self.lasting)
