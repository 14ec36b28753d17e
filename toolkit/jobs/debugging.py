"""Run a connector step by step: live, or on a recording with nobody's login."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.debug import Stepper
from toolkit.jobs.replaying import replay_in
from toolkit.jobs.runner import run_connector
from toolkit.jobs.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.account import Account
    from toolkit.connector import Connector
    from toolkit.debug import Asks
    from toolkit.jobs.find import Found
    from toolkit.jobs.runner import RunOptions
    from toolkit.report import Report
    from toolkit.run import Run

__all__ = ["Stepping", "debug_connector", "debug_recording"]


@dataclass(frozen=True)
class Stepping:
    """Who decides at a stop, where the run begins and where it stops: see `Stepper`.

    `opens` has the page opened at once, as it is in a browser that was joined. `at_end` is shown the run then.
    """

    who: Asks
    start: str = ""
    until: str = ""
    on_failure: bool = False
    opens: bool = False
    at_end: Callable[[Run], object] = lambda _: None

    def fetch_of(self, found: Found) -> Callable[[Connector, Run], None]:
        """What runs the operations of a connector so."""
        stepper = Stepper(found.load, self.who, start=self.start, until=self.until, on_failure=self.on_failure)

        def fetch(connector: Connector, run: Run) -> None:
            if self.opens:
                run.page.bring_to_front()
            try:
                stepper.fetch(connector, run)
            finally:
                self.at_end(run)

        return fetch


def debug_connector(
    found: Found, account: Account, workspace: Workspace, options: RunOptions, stepping: Stepping
) -> Report:
    """Run live, step by step; it always logs in. What it wins and saves is kept, as in any run."""
    return run_connector(found, account, workspace, replace(options, fetch=stepping.fetch_of(found), command="debug"))


def debug_recording(found: Found, folder: Path, options: RunOptions, stepping: Stepping) -> Report:
    """Run on the recording in `folder`, step by step, offline, with a store of its own, which is gone afterwards.

    Raises UsageError or TakeError when `folder` holds no recording, or when the one that it is to come after does not
    replay.
    """
    command = f"debug --replay {folder.name}"
    chosen = replace(options, fetch=stepping.fetch_of(found), command=command, begun=options.now())
    with tempfile.TemporaryDirectory(prefix="toolkit-debug-") as place:
        return replay_in(found, folder, Workspace(Path(place), lasting=False), chosen).report
