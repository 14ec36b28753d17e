"""The certificate by which a person is known to a site: presented by both halves of a run, to that site alone."""

from __future__ import annotations

import re
import secrets
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from toolkit.errors import UsageError

if TYPE_CHECKING:
    import ssl

__all__ = ["Certificate"]

KEY = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)


class _Pair(NamedTuple):
    key: Any
    chain: bytes


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, in one file: PEM, or PKCS #12 as browsers export it (.p12, .pfx).

    It is presented to `origin` and to no other. `name` is that of the field which holds the path. The file is read when
    it is first needed; raises UsageError when it cannot be, or when the passphrase does not open it.
    """

    origin: str
    path: str = field(repr=False)
    passphrase: str = field(default="", repr=False)
    name: str = "certificate"

    def is_for(self, url: str) -> bool:
        """Whether a URL, as requests has prepared it, leads to the origin."""
        return url.startswith(f"{self.origin}/")

    def for_browser(self) -> dict[str, Any]:
        """One of the `client_certificates` of Playwright's `new_context`."""
        return {"origin": self.origin, "cert": self._read.chain, "key": self._key_in_pem(b"")}

    def load_into(self, context: ssl.SSLContext) -> None:
        """Let a TLS context present it."""
        password = secrets.token_hex(16)
        with tempfile.TemporaryDirectory() as folder:  # TLS reads only files
            path = Path(folder) / "certificate.pem"
            path.write_bytes(self._key_in_pem(password.encode()) + self._read.chain)
            context.load_cert_chain(path, password=password)

    @cached_property
    def _read(self) -> _Pair:
        try:
            data = Path(self.path).expanduser().read_bytes()
        except OSError as error:
            raise UsageError(
                f"The file that the field `{self.name}` names cannot be read: {error.strerror}."
            ) from error
        try:
            return (_of_pem if KEY.search(data) else _of_pkcs12)(data, self.passphrase.encode() or None)
        except (ValueError, TypeError) as error:
            raise UsageError(
                f"The file of the field `{self.name}` does not open: it must hold a certificate and its key,"
                f" in PEM or as .p12, and `{self.name}_passphrase` must be its passphrase if it has one."
            ) from error

    def _key_in_pem(self, password: bytes) -> bytes:
        from cryptography.hazmat.primitives import serialization as as_  # noqa: PLC0415 - slow to import

        lock = as_.BestAvailableEncryption(password) if password else as_.NoEncryption()
        pem: bytes = self._read.key.private_bytes(as_.Encoding.PEM, as_.PrivateFormat.PKCS8, lock)
        return pem


def _of_pem(data: bytes, passphrase: bytes | None) -> _Pair:
    from cryptography import x509  # noqa: PLC0415 - slow to import
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - slow to import

    key = KEY.search(data)
    loaded = load_pem_private_key(key[0] if key else data, passphrase)
    return _Pair(loaded, _chain(x509.load_pem_x509_certificates(data)))


def _of_pkcs12(data: bytes, passphrase: bytes | None) -> _Pair:
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12  # noqa: PLC0415 - slow to import

    kept = load_pkcs12(data, passphrase)
    if kept.key is None or kept.cert is None:
        raise ValueError("no key, or no certificate")
    return _Pair(kept.key, _chain([kept.cert.certificate, *(one.certificate for one in kept.additional_certs)]))


def _chain(certificates: list[Any]) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - slow to import

    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)
