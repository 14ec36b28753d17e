"""`toolkit har`: look into HAR files of any tool, and hand them on."""

from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.cli.options import JsonOption
from toolkit.cli.output import Column, errors, output, plain, table, write, write_json
from toolkit.errors import UsageError
from toolkit.transport.har import Har, HarEntry, HarError, lint

__all__ = ["har"]

har = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Look into HAR files of any tool, and hand them on."
)

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
    """Write one self-contained HAR, for the importers of Chrome's and Firefox's developer tools.

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
