"""Where the key of the vault comes from."""

from __future__ import annotations

import base64
import os
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.disk import make_private, write_atomically
from toolkit.errors import VaultError
from toolkit.vault import ring
from toolkit.vault.key import SIZE, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["KEY_FILE", "find_key"]

KEY_FILE = "TOOLKIT_KEY_FILE"
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def find_key(*, may_make: Callable[[], bool]) -> Key:
    """The key, 32 bytes in base64: in the file that TOOLKIT_KEY_FILE names, else in a keyring that works, else in the
    file `toolkit/key` of the user's configuration folder.

    Where there is none it is made, if it may be: a new key opens nothing that was written before. Raises VaultError.
    """
    named = os.environ.get(KEY_FILE)
    if named:
        path = Path(named).expanduser()
        return _in_file(path) or _when(may_make, f"{path}, which {KEY_FILE} names, is not there", _make_file, path)
    path = _own_file()
    return _own(path) or _when(may_make, f"it is in no keyring that works, nor in {path}", _make_own, path)


def _when(may_make: Callable[[], bool], where: str, make: Callable[[Path], Key], path: Path) -> Key:
    if not may_make():
        raise VaultError(
            f"The key of the vault is missing: {where}. Bring it back, or throw away what it had locked with "
            "`toolkit account forget`; `toolkit account list` shows what there is."
        )
    return make(path)


def _own_file() -> Path:
    from platformdirs import user_config_path  # noqa: PLC0415 - only a vault in use needs it

    return user_config_path("toolkit", appauthor=False) / "key"


def _own(path: Path) -> Key | None:
    text = ring.read()
    return _parsed(text, ring.ORIGIN) if text else _in_file(path)


def _make_own(path: Path) -> Key:
    from filelock import FileLock  # noqa: PLC0415 - slow to import

    with _sentences(path):
        make_private(path.parent)
        with FileLock(path.with_name("key.lock"), mode=0o600):
            if key := _own(path):  # somebody was faster
                return key
            text = _new()
            return _parsed(text, ring.ORIGIN) if ring.write(text) else _make_file(path)


def _make_file(path: Path) -> Key:
    while not (key := _in_file(path)):
        with _sentences(path), suppress(FileExistsError):  # somebody was faster
            write_atomically(path, [_new().encode(), b"\n"], lasting=True, anew=True)
    return key


def _in_file(path: Path) -> Key | None:
    try:
        with path.open("rb") as file:
            mode, text = os.fstat(file.fileno()).st_mode, file.read(2 * SIZE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise VaultError(f"The key of the vault in {path} cannot be read: {error.strerror}.") from error
    if os.name == "posix" and mode & OTHERS:
        raise VaultError(f"The key of the vault in {path} is open to others: `chmod 600 {path}` closes it.")
    return _parsed(text, str(path))


def _parsed(text: str | bytes, origin: str) -> Key:
    with suppress(ValueError):
        secret = base64.b64decode(text.strip(), validate=True)
        if len(secret) == SIZE:
            return Key(secret, origin)
    raise VaultError(f"What is in {origin} is no key of a vault: one is {SIZE} random bytes in base64.")


def _new() -> str:
    return base64.b64encode(secrets.token_bytes(SIZE)).decode()


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise VaultError(f"The key of the vault cannot be made in {path}: {error.strerror}.") from error
