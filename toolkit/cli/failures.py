"""`toolkit failures`: what failed runs have left to look at."""

from __future__ import annotations

import subprocess
import sys
import webbrowser
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toolkit.cli.options import DATA, DataOption, JsonOption
from toolkit.cli.output import Column, interruptible, output, table, write, write_json
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from toolkit.debug import Failure

__all__ = ["failures"]

failures = typer.Typer(no_args_is_help=False, rich_markup_mode=None)
WhichArgument = Annotated[
    str, typer.Argument(help="Its number in the list, 1 for the last, or how its run's name begins.", metavar="N")
]


@failures.callback(invoke_without_command=True)
def list_failures(context: typer.Context, *, as_json: JsonOption = False, data: DataOption = DATA) -> None:
    """Show what failed in the last 30 days, and why.

    Each has a report of its own: the cause, what was tried, a picture of the page with the last step marked, its
    HTML, console and requests, the line of the connector, and what to type next. Passwords, cookies and tokens are
    hidden in it. Beside it lies the trace of the browser.

    \b
      toolkit failures
      toolkit failures open 1
      toolkit failures trace 1
    """
    if context.invoked_subcommand:
        return
    from toolkit.debug import failures as find  # noqa: PLC0415 - the help needs none of it

    kept = find(data / "failures")
    if as_json:
        write_json([asdict(one) | {"report": str(data / "failures" / one.run / "report.html")} for one in kept])
    elif kept:
        write(output(), _table(kept), "", "`toolkit failures open N` shows one, `toolkit failures trace N` its steps.")
    else:
        write(output(), "Nothing has failed in the last 30 days.")


@failures.command("open")
def open_failure(which: WhichArgument = "1", *, data: DataOption = DATA) -> None:
    """Show the report of a failure in your browser; on a machine without one, where it is.

    \b
      toolkit failures open
      toolkit failures open 2
    """
    from toolkit.debug import REPORT, find_failure  # noqa: PLC0415

    root = data / "failures"
    path = (root / find_failure(root, which).run / REPORT).resolve()
    write(output(), str(path))
    webbrowser.open(path.as_uri())


@failures.command("trace")
def trace(
    which: Annotated[
        str,
        typer.Argument(
            help="Its number in the list, 1 for the last, how its run's name begins, or a file.", metavar="N|FILE"
        ),
    ] = "1",
    *,
    port: Annotated[int, typer.Option(help="Where the viewer listens; 0 takes a free port.", min=0, max=65535)] = 0,
    data: DataOption = DATA,
) -> None:
    """Show the trace of a failure in Playwright's viewer, step by step; Ctrl-C ends it.

    A file is a trace that was saved at the prompt of `toolkit debug`. The viewer is served on this machine only and
    needs no network.

    \b
      toolkit failures trace
      toolkit failures trace 2 --port 9322
      toolkit failures trace data/traces/20261127T172047-7d9a3c-1.zip
    """
    path = Path(which) if which.endswith(".zip") else _trace_of(data / "failures", which)
    if not path.is_file():
        raise UsageError(f"There is no trace {path}.")
    with interruptible():
        raise typer.Exit(_view(path, port))


def _trace_of(root: Path, which: str) -> Path:
    from toolkit.debug import TRACE, find_failure  # noqa: PLC0415

    path = root / find_failure(root, which).run / TRACE
    if not path.exists():
        raise UsageError(
            f"This failure has no trace: no browser was open, or it could not be freed of secrets ({path})."
        )
    return path


def _view(path: Path, port: int) -> int:
    command = [sys.executable, "-m", "playwright", "show-trace", "--host", "127.0.0.1", "--port", str(port), str(path)]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own words


def _table(kept: list[Failure]) -> Table:
    return table(
        [
            Column("N", [str(number) for number, _ in enumerate(kept, 1)], 4, right=True),
            Column("When", [f"{one.at.astimezone():%Y-%m-%d %H:%M}" for one in kept], 16),
            Column("Connector", [one.connector for one in kept], 16),
            Column("At", [one.operation for one in kept], 20),
            Column("Error", [one.code for one in kept], 28),
            Column("Cause", [one.cause for one in kept], None, wraps=True),
        ]
    )
