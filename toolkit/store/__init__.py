"""Where documents and files are kept."""

from toolkit.store.documents import Store
from toolkit.store.engine import place_of
from toolkit.store.files import Draft, Files
from toolkit.store.records import BillRow, Changes, Existing, LinkedOperation, LinkRow, Mark, Provenance

__all__ = [
    "BillRow",
    "Changes",
    "Draft",
    "Existing",
    "Files",
    "LinkRow",
    "LinkedOperation",
    "Mark",
    "Provenance",
    "Store",
    "place_of",
]
