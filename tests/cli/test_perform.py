"""A run as the command line does it, for other commands to use."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from toolkit.account import Account
from toolkit.cli.perform import Manner, perform
from toolkit.jobs import Workspace, find_connector


def test_answers_and_returns(
    capsys: pytest.CaptureFixture[str], write_connector: Callable[..., Path], connectors: Path, tmp_path: Path
) -> None:
    """The report is written as asked for, and given back."""
    write_connector("acme")

    report = perform(
        find_connector("acme", connectors), Account(), Workspace(tmp_path / "data"), Manner(as_json=True, verbose=True)
    )

    written = capsys.readouterr()
    assert report.exit_code == 0
    assert json.loads(written.out) == report.as_dict()
    assert "info: end: 2 listed: 2 saved" in written.err
    assert "list_bills: 2 listed (" not in written.err, "the log says it already"
