"""`toolkit har`: look into HAR files of any tool, hand them on, make recordings of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.cli.options import (
    CONNECTORS,
    RECORDINGS,
    ConnectorsOption,
    FieldsOption,
    JsonOption,
    RecordingsOption,
    SlugArgument,
    VerboseOption,
    recording_folder,
)
from toolkit.cli.output import Column, errors, interruptible, output, plain, table, write, write_json
from toolkit.cli.run import field_values
from toolkit.cli.show import LOOK_THROUGH
from toolkit.errors import UsageError
from toolkit.transport.har import Har, HarEntry, HarError, lint

if TYPE_CHECKING:
    from toolkit.jobs.importing import Imported

__all__ = ["har"]

SEEDS = 2**32 - 1
KEPT_WITHOUT = 1
MOST = 12  # sentences that are told

har = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look into HAR files of any tool, and use them.")

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A HAR, or a zip of Playwright.")
]


@har.command()
def show(file: FileArgument, *, as_json: JsonOption = False) -> None:
    """Show what a HAR holds, a line for each request, and what it lacks.

    Addresses are shown without their queries, which may hold secrets.

    \b
      toolkit har show session.har
      toolkit har show from-firefox.har --json
    """
    loaded = Har.load(file)
    facts, lacks = [_facts(entry) for entry in loaded.entries], lint(loaded)
    if as_json:
        write_json({"entries": facts, "lacks": lacks})
        return
    columns = [
        Column("#", [str(fact["number"]) for fact in facts], 6, right=True),
        Column("Method", [fact["method"] for fact in facts], 8),
        Column("Status", [str(fact["status"] or "none") for fact in facts], 6, right=True),
        Column("Type", [fact["type"] for fact in facts], 28),
        Column("Bytes", [_size(fact["bytes"]) for fact in facts], 12, right=True),
        Column("Address", [fact["address"] for fact in facts], 90),
    ]
    if facts:
        write(output(), table(columns))
    count = _requests(len(facts))
    write(output(), f"\n{count}" if facts else count, *(f"- {sentence}" for sentence in lacks))


@har.command()
def export(
    file: FileArgument,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The HAR to write; it must not be there yet.")],
) -> None:
    """Write one self-contained HAR for developer tools.

    The importers of Chrome's and Firefox's want every body and field in one file.
    The new file holds every password and cookie that the old one holds; only you may read it.

    \b
      toolkit har export recordings/acme/good/session.har for-devtools.har
    """
    loaded = Har.load(file)
    if target.exists():
        raise UsageError(f"{target} is there already: name a new file.")
    try:
        loaded.export(target)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from error
    write(errors(), f"{_requests(len(loaded.entries))} written to {target}.")


@har.command("import")
def import_(
    file: FileArgument,
    slug: SlugArgument,
    *,
    case: Annotated[str, typer.Option(help="A name for the recording.", metavar="NAME")] = "imported",
    update: Annotated[bool, typer.Option("--update", help="Import anew what is there already.")] = False,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Leave out the requests that cannot be replayed.")
    ] = False,
    clock: Annotated[
        str | None,
        typer.Option(help="What pages read as the time; else when the first request began.", metavar="TIME"),
    ] = None,
    seed: Annotated[int, typer.Option(help="What the chance of pages begins with.", min=0, max=SEEDS)] = 0,
    fields: FieldsOption = None,
    recordings: RecordingsOption = RECORDINGS,
    verbose: VerboseOption = False,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Make a recording of a HAR that another tool wrote.

    That is a browser's developer tools, mitmproxy, Charles or another. Give the login with which it was captured, as to
    `toolkit run`: it is replaced wherever it stands, like every cookie and token. The connector is run on the outcome;
    what it saves becomes expected.json. When it does not come to its end, the recording is kept without, and you are
    told what it asked for and the HAR lacks.

    Capture with "Preserve log" and with sensitive data included; a browser leaves out the bodies of downloads.

    \b
      toolkit har import from-chrome.har acme
      toolkit har import flows.har acme --case from-mitmproxy --fields - < login.json

    Ends with 0 when it replays, 1 when it is kept without expected.json, 2 when it is refused.
    """
    from toolkit.cli.perform import Manner, watched  # noqa: PLC0415 - only a run needs what these import
    from toolkit.jobs import find_connector  # noqa: PLC0415
    from toolkit.jobs.importing import ImportOptions, import_har  # noqa: PLC0415

    found = find_connector(slug, connectors)
    folder = recording_folder(recordings, slug, case)
    chosen = ImportOptions(_moment(clock), seed, leave_out=leave_out, update=update)
    values = field_values(found.manifest, fields)
    with interruptible(), watched(Manner(verbose=verbose)) as options:
        done = import_har(file, found, values, folder, options=chosen, run=options)
    _tell_imported(done, file, slug)
    raise typer.Exit(KEPT_WITHOUT if done.lacks else 0)


def _moment(text: str | None) -> datetime | None:
    """A time as in ISO 8601; without a zone it is UTC. Raises UsageError."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"--clock {text!r} is no time such as 2025-03-09T12:00:00Z.") from None
    return moment.replace(tzinfo=UTC) if moment and not moment.tzinfo else moment


def _tell_imported(done: "Imported", file: Path, slug: str) -> None:
    write(errors(), *(f"Left out: {sentence}" for sentence in _some(done.left_out)))
    names = ", ".join(f"`{name}`" for name in done.unseen)
    write(
        errors(),
        *([f"The value given for {names} is nowhere in {file.name}: was it captured with another?"] * bool(names)),
    )
    replaced = f"{done.secrets} secret" + ("" if done.secrets == 1 else "s")
    kept = f"{done.folder}: {_requests(done.requests)}, {replaced} replaced, none found by the scan."
    if not done.lacks:
        write(output(), f"{kept} Replayed, it saves: {done.verdict}.", LOOK_THROUGH)
        return
    write(
        output(), f"{kept} {slug} does not replay it, so that no expected.json says what it should save.", LOOK_THROUGH
    )
    write(errors(), f"Replayed: {done.verdict}", *(f"- {sentence}" for sentence in _some(done.lacks)))
    again = f"toolkit har import {file} {slug} --case {done.folder.name} --update"
    write(errors(), f"Capture what is missing, or change the connector; then `{again}`.")


def _some(sentences: list[str]) -> list[str]:
    """The first of many."""
    more = len(sentences) - MOST
    return [*sentences[:MOST], *([f"and {more} more"] if more > 0 else [])]


def _requests(count: int) -> str:
    return f"{count} request" + ("" if count == 1 else "s")


def _address(url: str) -> str:
    """Without the query and the fragment, nor a user's name and password."""
    scheme, separator, rest = url.partition("?")[0].partition("#")[0].partition("://")
    host, slash, path = rest.partition("/")
    return plain(f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}")


def _facts(entry: HarEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "method": entry.method,
        "status": entry.status,
        "type": entry.mime,
        "bytes": _bytes_of(entry),
        "address": _address(entry.url),
    }


def _bytes_of(entry: HarEntry) -> int | None:
    """The length of the body; None when it cannot be read."""
    try:
        return len(entry.body())
    except HarError:
        return None


def _size(count: int | None) -> str:
    return "unreadable" if count is None else f"{count:,}"
