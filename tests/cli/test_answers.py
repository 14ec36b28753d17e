"""Codes that a file or a command gives."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from toolkit.cli.answers import Answers
from toolkit.errors import TwoFaExpired, UsageError
from toolkit.run import Ask, refuse_to_ask


def command(code: str) -> str:
    """A command that runs a line of Python."""
    return shlex.join([sys.executable, "-c", code])


def asking(answers: Answers) -> Ask:
    """What gives these answers, with nobody behind it."""
    return answers.before(refuse_to_ask, nullcontext)


def test_a_file_answers_each_kind_once(tmp_path: Path) -> None:
    """A code is good once: a second one of a kind is another one; then the person is asked, who is not there."""
    path = tmp_path / "answers.json"
    path.write_text('{"sms": ["012345", "654321"], "email": "999 999"}')
    ask = asking(Answers.of(path, None))

    assert [ask(kind, "Code", 60) for kind in ("sms", "email", "sms")] == ["012345", "999 999", "654321"]
    with pytest.raises(TwoFaExpired, match="nobody is there"):
        ask("email", "Code", 60)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, r"cannot be read: No such file"),
        ("sms 8812", "is not JSON"),
        ('["8812"]', "is not a JSON object such as"),
        ('{"sms": 8812}', "the answer 'sms' is neither a text nor a list of texts"),
        ('{"sms": ["1", ["8812"]]}', "the answer 'sms' is neither a text nor"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_without_telling_it(
    tmp_path: Path, content: str | None, says: str
) -> None:
    """Before the run begins; the sentence names the file and the option."""
    path = tmp_path / "answers.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match=says) as refused:
        Answers.of(path, None)

    assert refused.value.message.startswith(f"{path}, the file of --answers")
    assert "8812" not in refused.value.message


def test_a_command_is_told_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the site says is no argument and reaches no shell; the progress steps aside meanwhile."""
    steps: list[str] = []

    @contextmanager
    def paused() -> Iterator[None]:
        steps.append("paused")
        yield

    monkeypatch.setenv("TOOLKIT_ASK_KIND", "another")
    line = "import os; print(os.environ['TOOLKIT_ASK_KIND'], os.environ['TOOLKIT_ASK_MESSAGE'])"
    ask = Answers.of(None, command(line)).before(refuse_to_ask, paused)

    assert ask("sms", "Sent to $HOME; `id`\0", 60) == "sms Sent to $HOME; `id`"
    assert steps == ["paused"]


def test_a_file_comes_before_a_command(tmp_path: Path) -> None:
    """The command answers what the file does not."""
    path = tmp_path / "answers.json"
    path.write_text('{"sms": "1"}')
    ask = asking(Answers.of(path, command("print(2)")))

    assert [ask(kind, "Code", 60) for kind in ("sms", "sms", "totp")] == ["1", "2", "2"]


def test_a_command_that_fails_is_said() -> None:
    """With what it says itself; one that prints nothing cancels."""
    with pytest.raises(UsageError, match=r"^The command of --answers-command ended with 1\. It says: no such entry$"):
        asking(Answers.of(None, command("raise SystemExit('no such\\nentry')")))("sms", "Code", 60)
    with pytest.raises(UsageError, match="does not run: No such file or directory: no-such-command"):
        asking(Answers.of(None, "no-such-command"))("sms", "Code", 60)

    assert asking(Answers.of(None, command("")))("sms", "Code", 60) == ""


def test_a_command_has_until_the_deadline() -> None:
    """Then nobody has answered."""
    with pytest.raises(TwoFaExpired, match="gave no code within 0 seconds"):
        asking(Answers.of(None, command("import time; time.sleep(60)")))("sms", "Code", 0.01)


@pytest.mark.parametrize(("words", "says"), [("", "is empty"), ("pass 'otp", "cannot be read: No closing quotation")])
def test_a_command_that_is_none_is_refused(words: str, says: str) -> None:
    """Before the run begins."""
    with pytest.raises(UsageError, match=f"--answers-command {says}"):
        Answers.of(None, words)
