"""The documents: what they are, and how dates and amounts get into them."""

from toolkit.models.base import BaseModel, Documents
from toolkit.models.documents import BankOperation, Bill, File, Folder, model_of
from toolkit.models.values import parse_amount, parse_date, reading_as

__all__ = [
    "BankOperation",
    "BaseModel",
    "Bill",
    "Documents",
    "File",
    "Folder",
    "model_of",
    "parse_amount",
    "parse_date",
    "reading_as",
]
