"""`toolkit standalone`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from toolkit.account import Account
from toolkit.cli.options import (
    CONNECTORS,
    AnswersCommandOption,
    AnswersOption,
    ConnectorsOption,
    HeadedOption,
    JsonOption,
    SlowMoOption,
    VerboseOption,
    is_there,
)
from toolkit.cli.output import errors, write
from toolkit.cli.run import clear_environment

__all__ = ["standalone"]

FIXTURE = "fixture.json"


def standalone(
    connector: Annotated[
        str, typer.Argument(help="Its folder, such as connectors/acme, or its slug.", metavar="CONNECTOR")
    ],
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of env_fields.json, fixture.json, files and logs; else `data` in the connector's folder.",
            metavar="PATH",
            show_default=False,
        ),
    ] = None,
    answers: AnswersOption = None,
    answers_command: AnswersCommandOption = None,
    headed: HeadedOption = False,
    slow_mo: SlowMoOption = 0,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Try a connector that you write, without a database.

    It runs as ever, but no document and no session is kept.

    What its login needs stands in data/env_fields.json beside the connector; where that is missing it is made, of
    env_fields.json.template, and you are told what to fill in. TOOLKIT_FIELD_<NAME> in the environment goes first.
    The database is empty but for what data/fixture.json holds: {doctype: [document, …]}, such as bank operations.
    What would be stored is shown instead; files go to data/files. Each run logs in anew.

    With COZY_URL and COZY_CREDENTIALS in the environment, `run.client` is the database of that Cozy. COZY_FIELDS,
    {"account": id, "folder_to_save": id}, names the login and the folder there; without a Cozy, a folder here.

    \b
      toolkit standalone connectors/acme
      toolkit standalone acme --headed --slow-mo 500
      toolkit standalone acme --json | jq .documents

    Ends as `toolkit run` does.
    """
    from toolkit.cli.answers import Answers  # noqa: PLC0415 - only a run needs what these import
    from toolkit.cli.cozy import asked_for  # noqa: PLC0415
    from toolkit.cli.perform import Manner, perform  # noqa: PLC0415
    from toolkit.jobs import Workspace, find_connector_at  # noqa: PLC0415
    from toolkit.jobs.env_fields import EnvFields  # noqa: PLC0415

    codes = Answers.of(answers, answers_command)
    found = find_connector_at(connector, connectors)
    place = data or (Path("data") / found.slug if found.package else found.folder / "data")
    fields = EnvFields(place, found.manifest)
    fields.prepare()
    workspace = Workspace.standalone(place)
    asked = asked_for(found, workspace.files_root, os.environ)
    values = fields.values(os.environ, asked.values)
    if fields.is_open:
        write(errors(), f"Others can read the password in {fields.path}: chmod 600 {fields.path}")
    clear_environment()
    owner = Account(fields=values, secret=found.manifest.secret_fields | {"password"})
    manner = Manner(as_json=as_json, verbose=verbose, headed=headed, slow_mo=slow_mo, answers=codes)
    fixture = place / FIXTURE
    report = perform(
        found,
        owner,
        workspace,
        manner,
        folder_to_save=asked.folder,
        fixture=fixture if is_there(fixture) else None,
        client=asked.client,
    )
    raise typer.Exit(report.exit_code)
