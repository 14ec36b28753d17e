"""What is kept between runs and is nobody else's business: small documents, encrypted, bound to their account."""

from toolkit.vault.documents import Document, Vault
from toolkit.vault.sealed import Label
from toolkit.vault.sources import KEY_FILE

__all__ = ["KEY_FILE", "Document", "Label", "Vault"]
