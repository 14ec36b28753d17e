"""`create_new`: a connector is a name, its models and the list of operations that reads as the story of a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from toolkit.errors import UsageError
from toolkit.fetcher import Fetcher, LoggedOut, Operation
from toolkit.login import Check
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
    check: Check | None = None
    logged_out: LoggedOut | None = field(default=None, repr=False)
    folder: str = field(default="", repr=False)

    def fetch(self, run: Run) -> None:
        """Run the operations in order; `run.report` tells how it went. Raises the error that stopped it."""
        self.fetcher().fetch(run)

    def fetcher(self) -> Fetcher:
        """What runs the operations: all with `fetch`, or one at a time."""
        return Fetcher(self.fetch_operations, folder=self.folder, check=self.check, logged_out=self.logged_out)


def create_new(
    *,
    name: str,
    models: Sequence[type[BaseModel]],
    fetch_operations: Sequence[Operation],
    check: Check | None = None,
    logged_out: LoggedOut | None = None,
) -> Connector:
    """Make a connector.

    Each operation is a function of one `Run`. It may yield entries, which go into `run.entries.fetched`; what it
    returns, if anything, is a few words for the report. Returning goes on to the next operation, raising stops.

    The operations up to `hand_over` are the login. A session that was kept from an earlier run makes them needless;
    `check` is an address that tells whether it still lives, because only who is logged in gets a good answer; where
    guests get status 200 too, it is the pair of the address and a function of the response that is true for who is
    logged in. A site in trouble, or an answer that is not the JSON that the function reads, ends no session.

    An answer that says that the session is over, then or in the middle of a listing, has the login run again, once, and
    the request repeated: 401, 403, a redirect to the login, a page that asks for a password, GraphQL errors such as
    UNAUTHENTICATED, or what `logged_out(response)` knows. A 403 may be meant for the one thing that was asked for: when
    the `check` says that the session lives, nobody logs in for it.
    Raises UsageError when something in the list cannot be called, or `check` is neither.
    """
    if not (check is None or isinstance(check, str) or _is_pair(check)):
        raise UsageError(f"{name}: check={check!r} is no address, nor the pair of an address and a function.")
    for operation in fetch_operations:
        if not callable(operation):
            raise UsageError(f"{name}: {operation!r} in fetch_operations is not a function of a Run.")
    return Connector(name, tuple(models), tuple(fetch_operations), check, logged_out, folder_of_caller())


def _is_pair(check: object) -> bool:
    match check:
        case (str(), judge) if isinstance(check, tuple):
            return callable(judge)
    return False
