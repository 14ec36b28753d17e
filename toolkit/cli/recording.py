"""`toolkit record` and `toolkit replay`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.account import Account
from toolkit.cli.options import (
    CONNECTORS,
    RECORDINGS,
    AccountOption,
    AnswersCommandOption,
    AnswersOption,
    ConnectorsOption,
    FieldsOption,
    FixtureOption,
    HeadedOption,
    JsonOption,
    RecordingsOption,
    SlowMoOption,
    SlugArgument,
    VerboseOption,
    recording_folder,
)
from toolkit.cli.output import errors, interruptible, output, write, write_json
from toolkit.cli.run import field_values
from toolkit.cli.show import LOOK_THROUGH, show_outcome, show_trouble
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from toolkit.jobs.recordings import Recorded, Replayed

__all__ = ["record", "replay"]

FOUND_DIFFERENT = 1
MOST = 12  # differences that are told


def record(
    slug: SlugArgument,
    *,
    case: Annotated[str, typer.Option(help="A name for what is recorded.", metavar="NAME")] = "good",
    account: AccountOption = "default",
    update: Annotated[
        bool, typer.Option("--update", help="Record anew what is there already, and say what has changed.")
    ] = False,
    after: Annotated[
        str, typer.Option(help="A recording whose bills are there already.", metavar="CASE", show_default=False)
    ] = "",
    fields: FieldsOption = None,
    answers: AnswersOption = None,
    answers_command: AnswersCommandOption = None,
    fixture: FixtureOption = None,
    recordings: RecordingsOption = RECORDINGS,
    headed: HeadedOption = False,
    slow_mo: SlowMoOption = 0,
    verbose: VerboseOption = False,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Run live once, and keep it to run again offline.

    Everything that passes is written to recordings/SLUG/NAME, passwords, cookies and tokens replaced. What the site
    refuses can be recorded too. Before it counts, the recording is replayed. Until then nothing is in its folder, and
    an older recording stays whatever goes wrong.

    \b
      toolkit record acme
      toolkit record acme --case wrong-password
      toolkit record acme --case nothing-new --after good
      toolkit record acme --update
    """
    from toolkit.cli.answers import Answers  # noqa: PLC0415 - only a run needs what these import
    from toolkit.cli.perform import Manner, watched  # noqa: PLC0415
    from toolkit.jobs import find_connector  # noqa: PLC0415
    from toolkit.jobs.recordings import record_connector  # noqa: PLC0415

    codes = Answers.of(answers, answers_command)
    found = find_connector(slug, connectors)
    folder = recording_folder(recordings, slug, case)
    if folder.exists() != update:  # before anybody types a password
        raise UsageError(_wrong_folder(folder, slug, case))
    owner = Account(account, field_values(found.manifest, fields), found.manifest.secret_fields | {"password"})
    manner = Manner(verbose=verbose, headed=headed, slow_mo=slow_mo, answers=codes)
    with interruptible(), watched(manner, fixture=fixture) as options:
        done = record_connector(found, owner, folder, options, after=after, update=update)
    _tell_recorded(done)


def replay(
    slug: SlugArgument,
    case: Annotated[
        str | None, typer.Argument(help="The recording; all of them when none is named.", metavar="CASE")
    ] = None,
    *,
    recordings: RecordingsOption = RECORDINGS,
    headed: HeadedOption = False,
    slow_mo: SlowMoOption = 0,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Run a connector offline, on its recordings.

    The same code as in a live run gets the answers that were recorded, in a browser that reaches nothing else. Ends
    with 0 when each recording ends and saves as it should, else with 1.

    \b
      toolkit replay acme
      toolkit replay acme good --headed --slow-mo 500
    """
    from toolkit.cli.perform import Manner, watched  # noqa: PLC0415 - only a run needs what these import
    from toolkit.jobs import SharedBrowser, find_connector  # noqa: PLC0415
    from toolkit.jobs.recordings import find_recordings, replay_connector  # noqa: PLC0415

    found = find_connector(slug, connectors)
    cases = find_recordings(recordings, slug)
    if not cases or case not in {None, *cases}:
        known = f"there are: {', '.join(cases)}." if cases else f"`toolkit record {slug}` makes one."
        raise UsageError(f"There is no recording {recordings / slug / (case or '')}; {known}")
    done: dict[str, Replayed] = {}
    with SharedBrowser(headed=headed, slow_mo=slow_mo) as shared:
        for name in [case] if case else cases:
            with watched(Manner(verbose=verbose)) as options:
                done[name] = replay_connector(found, recordings / slug / name, replace(options, browser=shared))
            if not as_json:
                _tell_replayed(f"{slug}/{name}", done[name], alone=case is not None or len(cases) == 1)
    if as_json:
        write_json({name: _as_dict(one) for name, one in done.items()})
    raise typer.Exit(FOUND_DIFFERENT if any(one.differences for one in done.values()) else 0)


def _wrong_folder(folder: Path, slug: str, case: str) -> str:
    if folder.exists():
        return f"{folder} is there already: choose another --case, or record it anew with --update."
    return f"There is no recording {folder} to update: `toolkit record {slug} --case {case}` makes it."


def _tell_recorded(done: "Recorded") -> None:
    if not done.requests:
        stays = f"What was recorded in {done.folder} stays." if done.folder.exists() else "Nothing was recorded."
        show_trouble(done.report, verbose=False)
        write(errors(), stays)
        raise typer.Exit(done.report.exit_code)
    if done.changes is not None:
        told = [f"- {sentence}" for sentence in done.changes[:MOST]]
        more = [f"- and {len(done.changes) - MOST} more"] if len(done.changes) > MOST else []
        said = ["Since the last time:", *told, *more] if told else ["It saves and asks what it did before."]
        write(output(), *said, "")
    show_outcome(done.report)
    ending = f"It ends in {done.report.error.code}, as the run did. " if done.report.error else ""
    write(
        output(),
        f"\n{done.folder}: {done.requests} requests, {done.secrets} secrets replaced, none found by the scan. "
        f"{ending}Replayed, it saves the same.",
        LOOK_THROUGH,
    )


def _tell_replayed(name: str, done: "Replayed", *, alone: bool) -> None:
    if alone:
        show_outcome(done.report)
    error = done.report.error
    if not done.differences:
        write(output(), f"{name}: as recorded, {error.code if error else done.report.verdict}")
        write(errors(), *(f"- the page also asked: {sentence}" for sentence in done.notes[:MOST]))
        return
    write(errors(), f"{name}: not as recorded", *(f"- {sentence}" for sentence in done.differences[:MOST]))
    if len(done.differences) > MOST:
        write(errors(), f"- and {len(done.differences) - MOST} more; --json tells all")


def _as_dict(done: "Replayed") -> dict[str, Any]:
    told = {"differences": done.differences, "notes": done.notes, "unused": done.unused}
    return {"report": done.report.as_dict(), **told}
