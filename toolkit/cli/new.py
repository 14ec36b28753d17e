"""`toolkit new`."""

import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from toolkit.cli.ask import read_answer
from toolkit.cli.options import CONNECTORS, RECORDINGS, ConnectorsOption, RecordingsOption
from toolkit.cli.output import output, write
from toolkit.errors import UsageError

__all__ = ["new"]

FIELDS = "login, password"
TESTS = Path("tests")


def new(
    slug: Annotated[str, typer.Argument(help="A name for the connector, as in `acme-energy`.", metavar="SLUG")],
    *,
    name: Annotated[str, typer.Option(help="What people call the site.", metavar="NAME", show_default=False)] = "",
    url: Annotated[str, typer.Option(help="The site's address.", metavar="URL", show_default=False)] = "",
    fields: Annotated[str, typer.Option(help="What the login asks for.", metavar="NAMES", show_default=FIELDS)] = "",
    tests: Annotated[Path, typer.Option(help="Folder of the tests.", metavar="PATH")] = TESTS,
    recordings: RecordingsOption = RECORDINGS,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Begin a connector: its manifest, code and test.

    You are asked for its name, the site's address and the fields of the login. What it writes passes `toolkit check`;
    version 0 says that it is a draft, and that nothing is recorded yet.

    \b
      toolkit new acme
      toolkit new acme --name "Acme Energy" --url https://my.acme.example --fields "login, password"
    """
    from toolkit.jobs.new import Places, Plan, write_new  # noqa: PLC0415 - the help needs none of it

    title = name or _asked("Name of the site", slug.replace("-", " ").replace("_", " ").title())
    address = _address(url or _asked("Its address", ""))
    names = [one.strip() for one in (fields or _asked("Fields of the login", FIELDS)).split(",") if one.strip()]
    plan = Plan(slug, title, address, {one: _kind(one) for one in names})
    written = write_new(plan, Places(connectors, recordings, tests))
    write(
        output(),
        *(f"{what:10}{path}" for what, path in vars(written).items()),
        "",
        f"`toolkit debug {slug}` steps through it while you write, `toolkit record {slug}` makes its first recording.",
    )


def _asked(question: str, default: str) -> str:
    if not sys.stdin.isatty():
        return default
    return read_answer(sys.stdin, f"{question}{f' ({default})' if default else ''}: ") or default


def _address(url: str) -> str:
    if not url:
        raise UsageError(
            "A connector needs the address of its site: give --url, as in `--url https://my.acme.example`."
        )
    whole = url if "://" in url else f"https://{url}"
    parts = urlsplit(whole)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"{url!r} is no address of a site: it looks like https://my.acme.example.")
    return whole


def _kind(name: str) -> str:
    from toolkit.transport.names import is_typed  # noqa: PLC0415 - the help needs none of it

    return "password" if is_typed(name) else "text"
