"""`toolkit demo`: see the whole road work, against a site that comes with the package."""

from pathlib import Path

import typer

from toolkit.cli.options import (
    CONNECTORS,
    DATA,
    DataOption,
    HeadedOption,
    JsonOption,
    SlowMoOption,
    VerboseOption,
)

__all__ = ["demo"]


def demo(
    *,
    headed: HeadedOption = False,
    slow_mo: SlowMoOption = 0,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    data: DataOption = DATA,
) -> None:
    """See it work, with a site that comes along.

    Orma Telecom is made up, and its site runs on this machine only. A headless browser logs in, its session goes to
    plain requests, 24 PDFs arrive, and each bill finds the bank operation that paid it. All of that goes to the
    subfolder `demo` of --data, away from your own bills. Once more, and the session that was kept needs no browser;
    with --headed it logs in anew.

    \b
      toolkit demo
      toolkit demo --headed --slow-mo 500
    """
    from toolkit.account import Account  # noqa: PLC0415 - only the run needs what these import
    from toolkit.cli.perform import Manner, perform  # noqa: PLC0415
    from toolkit.demo.lasting import lasting_site  # noqa: PLC0415
    from toolkit.demo.site import EMAIL, PASSWORD  # noqa: PLC0415
    from toolkit.jobs import Accounts, Workspace, find_connector  # noqa: PLC0415

    manner = Manner(as_json=as_json, verbose=verbose, headed=headed, slow_mo=slow_mo)
    workspace = Workspace(data / "demo")
    fixture = Path(__file__).with_name("fixture.json")
    with lasting_site(workspace.data / "site.json") as site:
        account = Account(fields={"url": site.url, "login": EMAIL, "password": PASSWORD})
        if headed:  # the login is what there is to watch
            Accounts.of(workspace).forget("demo", account.name, ["session"])
        report = perform(find_connector("demo", CONNECTORS), account, workspace, manner, fixture=fixture)
    if report.exit_code == 0 and not as_json:
        typer.echo(_next(workspace.data))
    raise typer.Exit(report.exit_code)


def _next(data: Path) -> str:
    steps = {
        f"toolkit bills --data {data}": "what is stored, and what it adds up to",
        "toolkit demo": "once more: no browser starts, and nothing is fetched twice",
        "toolkit demo --headed --slow-mo 500": "watch the browser log in",
        "toolkit list": "the connectors for real sites",
    }
    width = max(map(len, steps))
    return "\n".join(["", "Next, try:", *(f"  {command:{width}}  {why}" for command, why in steps.items())])
