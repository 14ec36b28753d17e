"""Find connectors, and run one for one account."""

from toolkit.jobs.find import Found, find_connector, find_connectors
from toolkit.jobs.runner import RunOptions, check_folder, run_connector
from toolkit.jobs.workspace import Workspace

__all__ = ["Found", "RunOptions", "Workspace", "check_folder", "find_connector", "find_connectors", "run_connector"]
