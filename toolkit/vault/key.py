"""The key of the vault, and what can be done with it."""

import hashlib
import hmac
from dataclasses import dataclass, field

__all__ = ["SIZE", "Key"]

SIZE = 32


@dataclass(frozen=True)
class Key:
    """32 secret bytes, and where they are kept. `name` tells one key from another, and nothing else about it."""

    secret: bytes = field(repr=False)
    origin: str

    @property
    def name(self) -> str:
        """16 hex digits."""
        return self.digest("name")[:16]

    def encrypt(self, nonce: bytes, value: bytes, associated: bytes) -> bytes:
        """AES-256-GCM; a nonce is used once."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - slow to import

        return AESGCM(self.secret).encrypt(nonce, value, associated)

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes | None:
        """The value; None when anything of it was changed."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - slow to import
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - slow to import

        try:
            return AESGCM(self.secret).decrypt(nonce, data, associated)
        except (InvalidTag, ValueError):
            return None

    def digest(self, text: str) -> str:
        """64 hex digits, the same for the same text, that nobody can compute, or guess a text from, without the key."""
        own = hmac.digest(self.secret, b"toolkit digest", hashlib.sha256)
        return hmac.digest(own, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()
