"""The data API of a Cozy: `run.client`, of a real one or of the store that answers like one."""

from toolkit.cozy.client import Client, Document
from toolkit.cozy.job import VARIABLES, CozyJob
from toolkit.cozy.local import LocalClient
from toolkit.cozy.remote import CozyClient

__all__ = ["VARIABLES", "Client", "CozyClient", "CozyJob", "Document", "LocalClient"]
