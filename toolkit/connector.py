"""`create_new`: a connector is a name, its models and the list of operations that reads as the story of a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from toolkit.errors import UsageError
from toolkit.fetcher import Fetcher, Operation
from toolkit.models import BaseModel
from toolkit.run import Run
from toolkit.whereabouts import folder_of_caller

__all__ = ["Connector", "create_new"]


@dataclass(frozen=True)
class Connector:
    """What `create_new` returns; `folder` is that of the file which called it."""

    name: str
    models: tuple[type[BaseModel], ...]
    fetch_operations: tuple[Operation, ...]
    folder: str = field(default="", repr=False)

    def fetch(self, run: Run) -> None:
        """Run the operations in order; `run.report` tells how it went. Raises the error that stopped it."""
        Fetcher(self.fetch_operations, folder=self.folder).fetch(run)


def create_new(*, name: str, models: Sequence[type[BaseModel]], fetch_operations: Sequence[Operation]) -> Connector:
    """Make a connector.

    Each operation is a function of one `Run`. It may yield entries, which go into `run.entries.fetched`; what it
    returns, if anything, is a few words for the report. Returning goes on to the next operation, raising stops.
    Raises UsageError when something in the list cannot be called.
    """
    for operation in fetch_operations:
        if not callable(operation):
            raise UsageError(f"{name}: {operation!r} in fetch_operations is not a function of a Run.")
    return Connector(name, tuple(models), tuple(fetch_operations), folder_of_caller())
