"""`toolkit debug`."""

import sys
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Annotated

import typer

from toolkit.account import Account
from toolkit.cli.options import (
    CONNECTORS,
    DATA,
    RECORDINGS,
    AccountOption,
    AnswersCommandOption,
    AnswersOption,
    ConnectorsOption,
    DataOption,
    RecordingsOption,
    SlugArgument,
    VerboseOption,
    recording_folder,
)
from toolkit.cli.output import errors, write
from toolkit.cli.run import field_values
from toolkit.cli.show import show_outcome, show_report, show_trouble
from toolkit.errors import UsageError
from toolkit.run import OpensPages

__all__ = ["debug"]

SLOW_MO = 250
FORWARD = "From another machine: `ssh -L PORT:127.0.0.1:PORT` with the port in it. Who has the address can use the run."


def debug(
    slug: SlugArgument,
    *,
    replay: Annotated[
        str, typer.Option(help="On this recording, offline, with nobody's login.", metavar="CASE", show_default=False)
    ] = "",
    until: Annotated[
        str, typer.Option(help="Run to this operation, and stop before it.", metavar="OPERATION", show_default=False)
    ] = "",
    start: Annotated[
        str,
        typer.Option(
            "--from",
            help="Begin with this operation: what comes before is done.",
            metavar="OPERATION",
            show_default=False,
        ),
    ] = "",
    on_failure: Annotated[
        bool, typer.Option("--on-failure", help="Stop nowhere but where it breaks, the browser still open.")
    ] = False,
    headless: Annotated[bool, typer.Option("--headless", help="Without a window.")] = False,
    remote: Annotated[
        bool, typer.Option("--remote", help="Without a window here: see and use the page in a browser elsewhere.")
    ] = False,
    devtools: Annotated[
        bool, typer.Option("--devtools", help="Open Chromium's developer tools in the window.")
    ] = False,
    slow_mo: Annotated[
        float, typer.Option("--slow-mo", help="Milliseconds between the steps of the browser.", metavar="MS", min=0)
    ] = SLOW_MO,
    keep_open: Annotated[
        bool, typer.Option("--keep-open", help="Leave the browser open at the end, for --attach to join.")
    ] = False,
    attach: Annotated[
        bool,
        typer.Option("--attach", help="Join a browser that is open: one left with --keep-open, or that of --port."),
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            help="The debugging port of the browser to join.", metavar="N", min=0, max=65535, show_default=False
        ),
    ] = 0,
    account: AccountOption = "default",
    answers: AnswersOption = None,
    answers_command: AnswersCommandOption = None,
    recordings: RecordingsOption = RECORDINGS,
    verbose: VerboseOption = False,
    data: DataOption = DATA,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Run step by step, in a window, and mend it on the way.

    It stops before the first operation and after each, where one breaks, and wherever the connector calls
    `run.pause()`. Edit the code and press r: the operation runs again in the same browser, nothing before it does.

    \b
      toolkit debug acme
      toolkit debug acme --until bills
      toolkit debug acme --on-failure
      toolkit debug acme --replay good
      toolkit debug acme --attach --from hand_over
      toolkit debug acme --remote

    At the prompt:

    \b
      c  continue             p  Python prompt with run, page, session
      n  next operation       s  try a selector, highlighted in the page
      r  reload, run again    x  explain the session so far
      b  back to before it    t  save the trace
      q  quit                 i  Playwright's inspector

    Ends as `toolkit run` does: 0 when all went well in the end.
    """
    from toolkit.cli.answers import Answers  # noqa: PLC0415 - only a run needs what these import
    from toolkit.cli.ask import asking  # noqa: PLC0415
    from toolkit.cli.perform import echo  # noqa: PLC0415
    from toolkit.cli.progress import LineProgress  # noqa: PLC0415
    from toolkit.cli.stepping import Prompt  # noqa: PLC0415
    from toolkit.debug.remote import RemoteView  # noqa: PLC0415
    from toolkit.jobs import Accounts, RunOptions, Workspace, find_connector  # noqa: PLC0415
    from toolkit.jobs.debugging import Stepping, debug_connector, debug_recording  # noqa: PLC0415
    from toolkit.jobs.lasting import Window  # noqa: PLC0415
    from toolkit.web.browser import check_display  # noqa: PLC0415

    if until and on_failure:
        raise UsageError("--until stops before an operation, and --on-failure nowhere but at a failure: give one.")
    if sum(map(bool, (replay, attach, keep_open))) > 1:
        raise UsageError("--replay, --attach and --keep-open each have a browser of their own: give one.")
    headed = not (headless or remote)
    if headed and not attach:
        check_display(otherwise="take --remote, or --headless")
    codes = Answers.of(answers, answers_command)
    found, workspace = find_connector(slug, connectors), Workspace.of(data)
    window = Window(data / "browsers" / f"{slug}.json", headed=headed, slow_mo=slow_mo, devtools=devtools)
    with ExitStack() as closing:
        view = closing.enter_context(RemoteView()) if remote else None
        if view:
            write(errors(), f"See and use the page at {view.url}", FORWARD)
        who = Prompt(sys.stdin, data / "traces", headed=headed, remote=view)
        at_end = who.keep_open if keep_open else lambda _: None
        step_by_step = Stepping(who, start, until, on_failure, opens=attach, at_end=at_end)
        opened: AbstractContextManager[OpensPages] = (
            window.joined(port) if attach else window.lasting() if keep_open else window.shared()
        )
        options = RunOptions(
            observer=LineProgress(errors()),
            echo=echo if verbose else None,
            ask=codes.before(asking(nullcontext), nullcontext),
            browser=closing.enter_context(opened),
            failures=workspace.failures,
        )
        if replay:
            folder = recording_folder(recordings, slug, replay)
            report = debug_recording(found, folder, options, step_by_step)
            show_outcome(report)
        else:
            values = field_values(found.manifest, None, Accounts.of(workspace).fields(slug, account), piped=False)
            owner = Account(account, values, found.manifest.secret_fields | {"password"})
            report = debug_connector(found, owner, workspace, options, step_by_step)
            show_report(report, workspace, folder=str(workspace.files_root / slug), as_json=False)
    show_trouble(report, verbose=verbose)
    raise typer.Exit(report.exit_code)
