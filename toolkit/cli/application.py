"""The command line as a whole: its commands, its common options, and how it ends when something goes wrong."""

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from toolkit.cli.account import account
from toolkit.cli.bills import bills
from toolkit.cli.check import check
from toolkit.cli.debug import debug
from toolkit.cli.doctor import doctor
from toolkit.cli.explain import explain
from toolkit.cli.failures import failures
from toolkit.cli.har import har
from toolkit.cli.install import install
from toolkit.cli.listing import list_connectors
from toolkit.cli.new import new
from toolkit.cli.options import CONNECTORS, DATA, ConnectorsOption, DataOption, Settings, VerboseOption
from toolkit.cli.output import errors, plain, write
from toolkit.cli.recording import record, replay
from toolkit.cli.run import run
from toolkit.cli.standalone import standalone
from toolkit.cli.unlink import unlink
from toolkit.errors import ToolkitError, UnknownError

__all__ = ["main"]

PLUGINS = "toolkit.commands"
ORDER = (
    "list",
    "account",
    "run",
    "bills",
    "unlink",
    "explain",
    "failures",
    "debug",
    "new",
    "record",
    "replay",
    "standalone",
    "check",
    "har",
    "doctor",
    "install-browser",
)


class _InOrder(TyperGroup):
    """Lists its commands in the order in which a person needs them; what other packages add comes last."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, for the help."""
        return sorted(super().list_commands(ctx), key=lambda name: [*ORDER, name].index(name))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; ends in SystemExit with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a label may hold what the terminal's encoding lacks
            stream.reconfigure(errors="replace")
    settings = Settings()
    try:
        _build()(arguments, obj=settings, prog_name="toolkit")
    except Exception as error:  # noqa: BLE001 - the last resort: a person gets a sentence, whatever happened
        _explain(error, settings)
        sys.exit(error.exit_code if isinstance(error, ToolkitError) else UnknownError.exit_code)


def _build() -> typer.Typer:
    app = typer.Typer(
        cls=_InOrder,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_common)
    app.command("list")(list_connectors)
    app.command()(run)
    app.command()(bills)
    app.command()(unlink)
    app.command()(new)
    app.command()(record)
    app.command()(replay)
    app.command()(debug)
    app.command()(explain)
    app.command()(standalone)
    app.command()(check)
    app.command()(doctor)
    app.command("install-browser")(install)
    app.add_typer(account, name="account")
    app.add_typer(har, name="har")
    app.add_typer(failures, name="failures")
    for point in entry_points(group=PLUGINS):
        _plug_in(app, point)
    return app


def _plug_in(app: typer.Typer, point: EntryPoint) -> None:
    try:
        command = point.load()
    except Exception as error:  # noqa: BLE001 - a broken package must not take the other commands with it
        write(errors(), plain(f"The command `{point.name}` cannot be loaded ({type(error).__name__}: {error})."))
    else:
        app.command(point.name)(command)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"toolkit {version('toolkit')}\n")
        raise typer.Exit


def _common(
    *,
    data: DataOption = DATA,
    connectors: ConnectorsOption = CONNECTORS,
    verbose: VerboseOption = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Fetch your bills from the sites that only give them to a browser."""


def _explain(error: Exception, settings: Settings) -> None:
    """Say in a sentence what happened; what nobody expected goes into a log as well."""
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, ToolkitError):
        sentences = [f"{error.code}: {plain(error.message)}"]
    else:
        sentences = [f"{UnknownError.code}: Something unexpected happened ({type(error).__name__})."]
        sentences += [f"Log: {path}" for path in _log_crash(trace, settings.data)]
    write(errors(), *sentences, *([trace] if settings.verbose else []))


def _log_crash(trace: str, data: Path) -> list[Path]:
    """Write the traceback where the logs are, else where the system keeps what is temporary; readable by its owner."""
    for folder in (data / "logs", None):
        try:
            handle, path = tempfile.mkstemp(".log", "crash-", folder, text=True)
        except OSError:
            continue
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(trace)
        return [Path(path)]
    return []
