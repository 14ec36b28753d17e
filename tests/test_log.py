"""The log of a run."""

import json
from datetime import UTC, datetime
from pathlib import Path

from toolkit.account import Mask
from toolkit.log import RunLog

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)


def lines(log: RunLog) -> list[dict[str, str]]:
    """What the log's file holds."""
    return [json.loads(line) for line in log.path.read_text().splitlines()]


def test_one_json_object_a_line(tmp_path: Path) -> None:
    """Time, type, message and details; the file is its owner's only."""
    log = RunLog(tmp_path / "run.jsonl", Mask(), now=lambda: NOON)
    log("info", "listed", rows=3)
    log.close()

    assert lines(log) == [{"time": "2025-03-09T12:00:00+00:00", "type": "info", "message": "listed", "rows": 3}]
    assert log.path.stat().st_mode & 0o777 == 0o600


def test_secrets_are_masked_in_messages_details_and_tracebacks(tmp_path: Path) -> None:
    """No line, and nothing that is echoed, holds the secret."""
    echoed: list[str] = []
    log = RunLog(tmp_path / "run.jsonl", Mask(['hunt"er2']), echo=lambda _, message: echoed.append(message))
    log("info", 'typed hunt"er2', value={"deep": 'hunt"er2'})
    log.failure(ValueError('fill("hunt"er2")'))
    log.close()

    assert "er2" not in log.path.read_text()
    assert "er2" not in "".join(echoed)
    assert "ValueError" in lines(log)[1]["traceback"]
