"""A document at rest: whose it is in clear, what it says encrypted, and neither to be changed unseen.

1 byte     version
4 bytes    length of the label, big endian
label      JSON: slug, account, kind, and the name of the key
12 bytes   nonce, a new one for every writing
rest       AES-256-GCM of the value; all that stands before the nonce is its associated data
"""

import json
import os
from dataclasses import asdict, dataclass
from typing import NamedTuple

from toolkit.vault.key import Key

__all__ = ["Label", "NotOpened", "Sealed", "read", "seal", "unseal"]

VERSION = b"\x01"
START = 5
NONCE = 12


class NotOpened(Exception):
    """Why a document cannot be opened, said of it: "is damaged"."""


@dataclass(frozen=True, order=True)
class Label:
    """Whose document it is, and of what kind."""

    slug: str
    account: str
    kind: str


class Sealed(NamedTuple):
    """The parts of a document at rest. Nothing of them is proven."""

    label: Label
    key: str
    associated: bytes
    nonce: bytes
    secret: bytes


def seal(label: Label, value: bytes, key: Key) -> bytes:
    """The document at rest."""
    written = json.dumps({**asdict(label), "key": key.name}).encode()
    associated = VERSION + len(written).to_bytes(START - 1, "big") + written
    nonce = os.urandom(NONCE)
    return associated + nonce + key.encrypt(nonce, value, associated)


def read(data: bytes) -> Sealed:
    """The parts of a document at rest. Raises NotOpened."""
    if data and not data.startswith(VERSION):
        raise NotOpened("is none that this version of the toolkit has written")
    end = START + int.from_bytes(data[1:START], "big")
    try:
        written = json.loads(data[START:end])
        slug, account, kind, key = (written[name] + "" for name in ("slug", "account", "kind", "key"))
    except (ValueError, LookupError, TypeError, RecursionError):
        raise NotOpened("is damaged") from None
    return Sealed(Label(slug, account, kind), key, data[:end], data[end : end + NONCE], data[end + NONCE :])


def unseal(data: bytes, label: Label, key: Key) -> bytes:
    """The value of a document that must have this label and key. Raises NotOpened."""
    sealed = read(data)
    if sealed.label != label:
        raise NotOpened(f"was the {sealed.label.kind} of {sealed.label.slug}, account {sealed.label.account!r}")
    if sealed.key != key.name:
        raise NotOpened(f"was locked with another key than the one in {key.origin}")
    value = key.decrypt(sealed.nonce, sealed.secret, sealed.associated)
    if value is None:
        raise NotOpened("is damaged")
    return value
