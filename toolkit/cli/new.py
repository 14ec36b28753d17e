"""`toolkit new`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from toolkit.cli.ask import read_answer
from toolkit.cli.options import CONNECTORS, RECORDINGS, ConnectorsOption, RecordingsOption
from toolkit.cli.output import errors, interruptible, output, plain, write
from toolkit.cli.progress import LineProgress
from toolkit.cli.show import LOOK_THROUGH
from toolkit.cli.stepping import is_typed, live
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from toolkit.jobs.new import Places, Plan, Written
    from toolkit.jobs.new.of_har import Made

__all__ = ["new"]

MOST = 12
PERSON = "Log in, go to the list of your bills and open one of them. Leave the window open, and press Enter here."

FIELDS = "login, password"
TESTS = Path("tests")


def new(
    slug: Annotated[str, typer.Argument(help="A name for the connector, as in `acme-energy`.", metavar="SLUG")],
    *,
    name: Annotated[str, typer.Option(help="What people call the site.", metavar="NAME", show_default=False)] = "",
    url: Annotated[str, typer.Option(help="The site's address.", metavar="URL", show_default=False)] = "",
    fields: Annotated[str, typer.Option(help="What the login asks for.", metavar="NAMES", show_default=FIELDS)] = "",
    from_login: Annotated[
        str,
        typer.Option(
            "--from-login", help="Of one login by hand, in a window at this address.", metavar="URL", show_default=False
        ),
    ] = "",
    from_har: Annotated[
        Path | None,
        typer.Option(
            "--from-har",
            help="Of a HAR that any browser's developer tools have saved.",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ] = None,
    tests: Annotated[Path, typer.Option(help="Folder of the tests.", metavar="PATH")] = TESTS,
    recordings: RecordingsOption = RECORDINGS,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Begin a connector: its manifest, code and test.

    You are asked for its name, the site's address and the fields of the login. What it writes passes `toolkit check`;
    version 0 says that it is a draft.

    With --from-login a window opens: log in, go to the list of bills, open one, and press Enter. The session then
    fetches the rest, as a run does. With --from-har
    the same is read from a file: save it with all contents, from the login page on, with the cache off. Of either it
    makes the steps of the login, the request for the list with its fields, and a recording without secrets. What it
    had to guess is marked in the code.

    \b
      toolkit new acme
      toolkit new acme --name "Acme Energy" --url https://my.acme.example --fields "login, password"
      toolkit new acme --from-login https://my.acme.example
      toolkit new acme --from-har my.acme.example.har

    Ends with 0, 1 when something is left to be written by hand, 2 on wrong usage.
    """
    from toolkit.jobs.new import Places, Plan, write_new  # noqa: PLC0415 - the help needs none of it

    places = Places(connectors, recordings, tests)
    title = name or slug.replace("-", " ").replace("_", " ").title()
    if from_har and from_login:
        raise UsageError("--from-har and --from-login each tell all of it: give one.")
    if from_har or from_login:
        if url or fields:
            raise UsageError("What is recorded tells address and fields: leave out --url and --fields.")
        plan = Plan(slug, title, _address(from_login) if from_login else "")
        _tell_made(slug, _of_har(plan, from_har, places) if from_har else _of_login(plan, places))
        return
    title = name or _asked("Name of the site", title)
    address = _address(url or _asked("Its address", ""))
    names = [one.strip() for one in (fields or _asked("Fields of the login", FIELDS)).split(",") if one.strip()]
    written = write_new(Plan(slug, title, address, {one: _kind(one) for one in names}), places)
    _tell_written(written)
    write(
        output(),
        "",
        f"`toolkit debug {slug}` steps through it while you write, `toolkit record {slug}` makes its first recording.",
    )


def _of_har(plan: Plan, file: Path, places: Places) -> Made:
    from toolkit.jobs import RunOptions, SharedBrowser  # noqa: PLC0415 - the help needs none of it
    from toolkit.jobs.new.of_har import new_of_har  # noqa: PLC0415

    with interruptible(), SharedBrowser() as browser:
        return new_of_har(plan, file, places, RunOptions(browser=browser, observer=LineProgress(errors())))


def _of_login(plan: Plan, places: Places) -> Made:
    from toolkit.jobs import RunOptions, SharedBrowser  # noqa: PLC0415 - the help needs none of it
    from toolkit.jobs.new.of_login import new_of_login  # noqa: PLC0415
    from toolkit.web.browser import check_display  # noqa: PLC0415

    check_display(otherwise="save a HAR on a machine that has one, for --from-har")
    write(
        errors(),
        "Log in, go to the list of your bills and open one of them. Leave the window open, and press Enter here.",
    )
    with interruptible(), SharedBrowser(headed=True) as window, SharedBrowser() as browser:
        options = RunOptions(browser=browser, observer=LineProgress(errors()))
        return new_of_login(plan, places, window, options, person=_until_enter)


def _until_enter(page: Page) -> None:
    """Until the person says so at the terminal, or closes the window."""
    while not page.is_closed() and not is_typed(sys.stdin):
        live(page)
    if not page.is_closed():
        sys.stdin.readline()


def _tell_written(written: Written) -> None:
    write(output(), *(f"{what:10}{path}" for what, path in vars(written).items()))


def _tell_made(slug: str, made: Made) -> None:
    _tell_written(made.written)
    if made.requests:
        write(output(), f"{'recording':10}{made.folder}: {made.requests} requests, {made.secrets} secrets replaced")
    write(output(), "")
    if made.lacks:
        write(errors(), *(f"- {plain(sentence)}" for sentence in made.lacks[:MOST]))
        replay = " --replay good" if made.requests else ""
        write(errors(), f"`toolkit debug {slug}{replay}` steps through it while you write the rest.")
        raise typer.Exit(1)
    write(output(), f"{made.bills} bills found; replayed: {made.verdict}. Look through the code: guesses are marked.")
    write(output(), LOOK_THROUGH)


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
