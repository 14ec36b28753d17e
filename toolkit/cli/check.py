"""`toolkit check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.cli.options import CONNECTORS, RECORDINGS, ConnectorsOption, JsonOption, RecordingsOption
from toolkit.cli.output import Column, errors, interruptible, output, table, write, write_json
from toolkit.cli.progress import make_progress

if TYPE_CHECKING:
    from toolkit.jobs.check import Checked

__all__ = ["check"]

WRONG = 1


def check(
    slug: Annotated[
        str | None, typer.Argument(help="A connector; all of them when none is named.", metavar="SLUG")
    ] = None,
    *,
    replay: Annotated[
        bool, typer.Option("--replay/--no-replay", help="Replay the recordings, which takes a while.")
    ] = True,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules, and check nothing.")] = False,
    as_json: JsonOption = False,
    recordings: RecordingsOption = RECORDINGS,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Check connectors and their recordings.

    No test has to be written. Each connector keeps to the rules of its trade and has a recording of a good run and of a
    refused login. Each recording is complete, holds no secret, asked only the site and the hosts that the manifest
    declares, and replays as its expected.json says.

    \b
      toolkit check
      toolkit check acme --no-replay
      toolkit check --rules

    Ends with 0 when all is well, 1 when something has to be done, 2 on wrong usage.
    """
    from toolkit.jobs.check import check as check_all  # noqa: PLC0415 - slow to import

    if rules:
        _show_rules(as_json=as_json)
        return
    with interruptible(), make_progress(errors(), verbose=not replay) as progress:
        checked = check_all(connectors, recordings, slug, replay=replay, observer=progress)
    if as_json:
        write_json(_as_dict(checked))
    else:
        _show(checked)
    raise typer.Exit(WRONG if checked.wrong else 0)


def _show_rules(*, as_json: bool) -> None:
    from toolkit.jobs.check import RULES  # noqa: PLC0415 - slow to import

    if as_json:
        write_json({rule.name: rule.asks for rule in RULES})
        return
    names = Column("Rule", [rule.name for rule in RULES], 16)
    write(output(), table([names, Column("What it asks for", [rule.asks for rule in RULES], wraps=True)]))


def _show(checked: Checked) -> None:
    found = checked.findings
    if found:
        columns = [
            Column("Where", [f"{one.subject} {one.problem.place}".strip() for one in found], wraps=True),
            Column("Rule", [one.rule for one in found], 14),
            Column("What is wrong", [one.problem.wrong for one in found], wraps=True),
            Column("What to do", [one.problem.todo for one in found], wraps=True),
        ]
        write(output(), table(columns), "")
    write(output(), _verdict(checked))


def _verdict(checked: Checked) -> str:
    looked = f"{_count(checked.connectors, 'connector')}, {_count(checked.recordings, 'recording')}"
    return f"{looked}: {_count(checked.wrong, 'thing')} to do" if checked.wrong else f"{looked}: all is well"


def _count(things: list[Any], name: str) -> str:
    return f"{len(things)} {name}" + ("" if len(things) == 1 else "s")


def _as_dict(checked: Checked) -> dict[str, Any]:
    return {
        "connectors": checked.connectors,
        "recordings": checked.recordings,
        "findings": [finding.as_dict() for finding in checked.findings],
    }
