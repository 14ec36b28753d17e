"""Find connectors, and run one for one account."""

from toolkit.jobs.accounts import Accounts
from toolkit.jobs.find import Found, find_connector, find_connector_at, find_connectors
from toolkit.jobs.runner import RunOptions, check_folder, run_connector
from toolkit.jobs.shared import SharedBrowser
from toolkit.jobs.workspace import Workspace

__all__ = [
    "Accounts",
    "Found",
    "RunOptions",
    "SharedBrowser",
    "Workspace",
    "check_folder",
    "find_connector",
    "find_connector_at",
    "find_connectors",
    "run_connector",
]
