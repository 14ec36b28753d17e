"""`toolkit run`."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from toolkit.account import Account
from toolkit.cli.ask import read_answer, read_secret
from toolkit.cli.fields import read_json_fields
from toolkit.cli.options import (
    CONNECTORS,
    DATA,
    AccountOption,
    AnswersCommandOption,
    AnswersOption,
    ConnectorsOption,
    DataOption,
    FieldsOption,
    FixtureOption,
    HeadedOption,
    JsonOption,
    SlowMoOption,
    SlugArgument,
    VerboseOption,
)
from toolkit.errors import UsageError
from toolkit.manifest import Manifest

__all__ = ["clear_environment", "field_values", "run"]

OTHERWISE = "or run the command in a terminal and type it when asked"


def run(
    slug: SlugArgument,
    *,
    account: AccountOption = "default",
    fields: FieldsOption = None,
    answers: AnswersOption = None,
    answers_command: AnswersCommandOption = None,
    folder_to_save: Annotated[
        Path | None, typer.Option(help="An existing folder for the files; else files/SLUG in --data.", metavar="PATH")
    ] = None,
    fixture: FixtureOption = None,
    headed: HeadedOption = False,
    slow_mo: SlowMoOption = 0,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    data: DataOption = DATA,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Log in to a site and fetch the bills that are new.

    You are asked for what the login needs, passwords unseen. Or set TOOLKIT_FIELD_<NAME> in the environment, or pipe
    JSON in, or keep it with `toolkit account add`; a password is never an argument, where other users of the machine
    could read it.

    When the site wants a code, the first of these that can gives it: the account's seed of an authenticator app,
    --answers, --answers-command, you.

    \b
      toolkit run acme
      toolkit run acme --account work
      TOOLKIT_FIELD_PASSWORD="$(pass acme)" toolkit run acme --json
      COZY_URL=… COZY_CREDENTIALS=… COZY_FIELDS='{"account": "…"}' toolkit run acme
      echo '{"login": "me", "password": "…"}' | toolkit run acme --fields -
      toolkit run acme --answers-command 'pass otp acme'

    Ends with 0 all well, 1 something listed is not saved, 2 wrong usage, 3 login refused, 4 the site wants something
    from you, 5 the site does not answer, 6 anything else, 130 interrupted.
    """
    from toolkit.cli.answers import Answers  # noqa: PLC0415 - only a run needs what these import
    from toolkit.cli.cozy import asked_for  # noqa: PLC0415
    from toolkit.cli.perform import Manner, perform  # noqa: PLC0415
    from toolkit.jobs import Accounts, Workspace, check_folder, find_connector  # noqa: PLC0415

    codes = Answers.of(answers, answers_command)
    found = find_connector(slug, connectors)
    workspace = Workspace.of(data)
    asked = asked_for(found, workspace.files_root, os.environ)
    folder = folder_to_save or asked.folder
    check_folder(folder)  # before anybody types a password
    kept = {**Accounts.of(workspace).fields(slug, account), **asked.values}
    values = field_values(found.manifest, fields, kept)
    owner = Account(account, values, found.manifest.secret_fields | {"password"})
    manner = Manner(as_json=as_json, verbose=verbose, headed=headed, slow_mo=slow_mo, answers=codes)
    report = perform(found, owner, workspace, manner, folder_to_save=folder, fixture=fixture, client=asked.client)
    raise typer.Exit(report.exit_code)


def field_values(
    manifest: Manifest,
    source: str | None,
    kept: Mapping[str, str] | None = None,
    *,
    anew: bool = False,
    piped: bool = True,
) -> dict[str, str]:
    """What the login needs: from standard input when `source` is "-", the environment, what is `kept`, the person.

    `piped` is whether the command has `--fields`, which who lacks a value is told of.
    """
    from toolkit.jobs.fields import Sources, fill_fields  # noqa: PLC0415 - only a run needs what it imports

    if source not in {None, "-"}:
        raise UsageError("`--fields` takes only `-`, for standard input: an argument is no place for a password.")
    given = read_json_fields(sys.stdin, manifest) if source else {}
    keep = f", or keep it with `toolkit account add {manifest.slug}`" if kept is not None else ""
    pipe = ", or pipe JSON into `--fields -`" if piped else ""
    prompt = _prompt if sys.stdin.isatty() else None
    sources = Sources(os.environ, prompt, kept, anew, f"{pipe}{keep}, {OTHERWISE}")
    values = fill_fields(manifest, given, sources)
    clear_environment()
    return values


def clear_environment() -> None:
    """Take what may be secret out of the environment: the browser inherits what is left."""
    from toolkit.cozy import VARIABLES  # noqa: PLC0415
    from toolkit.jobs.fields import PREFIX  # noqa: PLC0415 - only a run needs what these import
    from toolkit.jobs.workspace import STORE  # noqa: PLC0415

    secret = {STORE, *VARIABLES}
    for name in [name for name in os.environ if name.startswith(PREFIX) or name in secret]:
        del os.environ[name]


def _prompt(question: str, secret: bool) -> str:
    return read_secret(question) if secret else read_answer(sys.stdin, question)
