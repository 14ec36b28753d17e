"""Options that several commands share, and what the whole command line knows."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.errors import UsageError

__all__ = [
    "CONNECTORS",
    "DATA",
    "RECORDINGS",
    "AccountOption",
    "AnswersCommandOption",
    "AnswersOption",
    "ConnectorsOption",
    "DataOption",
    "FieldsOption",
    "FixtureOption",
    "HeadedOption",
    "JsonOption",
    "RecordingsOption",
    "Settings",
    "SlowMoOption",
    "SlugArgument",
    "VerboseOption",
    "is_there",
    "recording_folder",
]

DATA = Path("data")
CONNECTORS = Path("connectors")
RECORDINGS = Path("recordings")


@dataclass
class Settings:
    """The options that may stand before the command or after it: a later word replaces an earlier one."""

    data: Path = field(default_factory=lambda: Path(os.environ.get("TOOLKIT_DATA") or DATA))
    connectors: Path = field(default_factory=lambda: Path(os.environ.get("TOOLKIT_CONNECTORS") or CONNECTORS))
    verbose: bool = False


def _settle(context: typer.Context, param: typer.CallbackParam, value: Any) -> Any:
    """Keep what was given in the settings; where nothing was, take what they say."""
    name = str(param.name)
    source = context.get_parameter_source(name)
    if source is not None and source.name != "DEFAULT":
        setattr(context.obj, name, value)
    return getattr(context.obj, name)


def _settle_existing(context: typer.Context, param: typer.CallbackParam, value: Path) -> Path:
    """The same for a folder that must be there when it is not the default one."""
    folder: Path = _settle(context, param, value)
    if folder != CONNECTORS and not is_there(folder):
        raise typer.BadParameter(f"there is no folder {folder}.")
    return folder


def recording_folder(recordings: Path, slug: str, case: str) -> Path:
    """The folder of a recording. Raises UsageError when the case is not the name of a folder."""
    if not case or case.startswith(".") or set(case) & set("/\\:"):
        raise UsageError(f"{case!r} is no name for a recording: it names a folder, as in `wrong-password`.")
    return recordings / slug / case


def is_there(path: Path) -> bool:
    """Whether a file or folder exists. Raises UsageError when one may not even look."""
    try:
        return path.exists()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


DataOption = Annotated[
    Path,
    typer.Option(
        help="Folder of the bills, the accounts and the logs; else TOOLKIT_DATA, else ./data.",
        metavar="PATH",
        show_default=False,
        callback=_settle,
    ),
]
ConnectorsOption = Annotated[
    Path,
    typer.Option(
        help="Folder of the connectors; else TOOLKIT_CONNECTORS, else ./connectors.",
        metavar="PATH",
        show_default=False,
        callback=_settle_existing,
    ),
]
RecordingsOption = Annotated[
    Path, typer.Option(help="Folder of the recordings.", metavar="PATH", show_default=str(RECORDINGS))
]
VerboseOption = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Show the log while it is written, and tracebacks.", callback=_settle),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on standard output.")]
HeadedOption = Annotated[bool, typer.Option("--headed", help="Show the browser's window.")]
SlowMoOption = Annotated[
    float,
    typer.Option(
        "--slow-mo", help="Milliseconds between the steps of the browser.", metavar="MS", min=0, show_default=False
    ),
]
SlugArgument = Annotated[str, typer.Argument(help="The connector; `toolkit list` shows them.", metavar="SLUG")]
AccountOption = Annotated[str, typer.Option(help="A name for whose bills these are.", metavar="NAME")]
FieldsOption = Annotated[
    str | None, typer.Option(help="`-` reads the login as a JSON object from standard input.", metavar="-")
]
AnswersOption = Annotated[
    Path | None,
    typer.Option(
        help='Codes to give when the site wants one: JSON, {kind: code}, such as {"sms": "123456"}.',
        metavar="FILE",
        show_default=False,
    ),
]
AnswersCommandOption = Annotated[
    str | None,
    typer.Option(
        help="A command that prints such a code; TOOLKIT_ASK_KIND and TOOLKIT_ASK_MESSAGE tell it which.",
        metavar="COMMAND",
        show_default=False,
    ),
]
FixtureOption = Annotated[
    Path | None,
    typer.Option(
        help="Documents to load first, such as bank operations: JSON, {doctype: [document, …]}.",
        metavar="FILE",
        exists=True,
        dir_okay=False,
    ),
]
