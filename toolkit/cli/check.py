"""`toolkit check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.cli.options import (
    CONNECTORS,
    DATA,
    RECORDINGS,
    AccountOption,
    AnswersCommandOption,
    AnswersOption,
    ConnectorsOption,
    DataOption,
    JsonOption,
    RecordingsOption,
    recording_folder,
)
from toolkit.cli.output import Column, errors, interruptible, output, plain, table, write, write_json
from toolkit.cli.progress import make_progress
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.cli.answers import Answers
    from toolkit.jobs import Found, Workspace
    from toolkit.jobs.check import Checked
    from toolkit.jobs.live_check import Drift

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
    live: Annotated[
        bool, typer.Option("--live", help="Run against the live site, and hold it against a recording.")
    ] = False,
    case: Annotated[str, typer.Option(help="That recording.", metavar="NAME")] = "good",
    account: AccountOption = "default",
    answers: AnswersOption = None,
    answers_command: AnswersCommandOption = None,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules, and check nothing.")] = False,
    as_json: JsonOption = False,
    recordings: RecordingsOption = RECORDINGS,
    data: DataOption = DATA,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Check connectors and their recordings.

    No test has to be written. Each connector keeps to the rules of its trade and has a recording of a good run and of a
    refused login. Each recording is complete, holds no secret, asked only the site and the hosts that the manifest
    declares, and replays as its expected.json says.

    With --live it logs in, as `toolkit run` does, keeps nothing, and tells what has changed at the site since it was
    recorded: requests, names in JSON, fields of forms, and the line of the connector that will break of it.

    \b
      toolkit check
      toolkit check acme --no-replay
      toolkit check acme --live
      toolkit check --rules

    Ends with 0 when all is well, 1 when something has to be done, 2 on wrong usage.
    """
    from toolkit.cli.answers import Answers  # noqa: PLC0415 - slow to import
    from toolkit.jobs import Workspace, find_connector  # noqa: PLC0415
    from toolkit.jobs.check import check as check_all  # noqa: PLC0415

    if rules:
        _show_rules(as_json=as_json)
        return
    if live:
        if slug is None:
            raise UsageError("--live logs in: name the connector, as in `toolkit check acme --live`.")
        folder = recording_folder(recordings, slug, case)
        found = find_connector(slug, connectors)
        drift = _live(found, folder, account, Answers.of(answers, answers_command), Workspace.of(data))
        _show_live(f"{slug}/{case}", drift, as_json=as_json)
        raise typer.Exit(WRONG if drift.changes else 0)
    with interruptible(), make_progress(errors(), verbose=not replay) as progress:
        checked = check_all(connectors, recordings, slug, replay=replay, observer=progress)
    if as_json:
        write_json(_as_dict(checked))
    else:
        _show(checked)
    raise typer.Exit(WRONG if checked.wrong else 0)


def _live(found: Found, folder: Path, name: str, answers: Answers, workspace: Workspace) -> Drift:
    from toolkit.account import Account  # noqa: PLC0415 - only this needs what these import
    from toolkit.cli.perform import Manner, watched  # noqa: PLC0415
    from toolkit.cli.run import field_values  # noqa: PLC0415
    from toolkit.jobs import Accounts  # noqa: PLC0415
    from toolkit.jobs.expected import load_expected  # noqa: PLC0415
    from toolkit.jobs.live_check import live_drift  # noqa: PLC0415

    load_expected(folder)  # before anybody types a password
    values = field_values(found.manifest, None, Accounts.of(workspace).fields(found.slug, name), piped=False)
    owner = Account(name, values, found.manifest.secret_fields | {"password"})
    with interruptible(), watched(Manner(answers=answers)) as options:
        return live_drift(found, owner, folder, options)


def _show_live(name: str, drift: Drift, *, as_json: bool) -> None:
    if as_json:
        write_json({"recording": name, "changes": drift.changes, "report": drift.report.as_dict()})
    elif drift.changes:
        write(output(), f"{name}: not as it was recorded", *(f"- {plain(change)}" for change in drift.changes))
        write(
            output(), f"`toolkit record {name.partition('/')[0]} --update` takes it anew, once the connector suits it."
        )
    else:
        write(output(), f"{name}: the site is as it was recorded, {drift.report.verdict}")


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
