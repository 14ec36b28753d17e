"""All rules together, and the replays."""

import json

from tests.jobs.check.conftest import Project
from toolkit.jobs.check import RULES, check
from toolkit.run import Silent


class Heard(Silent):
    """An observer that keeps what it hears."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def operation_started(self, name: str) -> None:
        """Keep it."""
        self.said.append(f"{name}…")

    def operation_ended(self, name: str, did: str, seconds: float) -> None:
        """Keep it."""
        self.said.append(f"{name} {did}")
        assert seconds >= 0


def test_each_recording_is_replayed(project: Project) -> None:
    """One that ends otherwise than it should is told with what differs; the others go on."""
    project.edit(project.good / "expected.json", '"23.90"', '"24.90"')
    heard = Heard()
    checked = check(project.folder / "connectors", project.folder / "recordings", "acme", observer=heard)

    assert [(one.subject, one.rule, one.problem.wrong) for one in checked.wrong] == [
        ("acme/good", "replays", "row 1, `amount` should be '24.90', and is '23.90'")
    ]
    assert heard.said == [
        "acme/good…",
        "acme/good not as recorded",
        "acme/wrong-password…",
        "acme/wrong-password as recorded",
    ]


def test_many_differences_are_not_all_told(project: Project) -> None:
    """A connector that asks for something else differs in everything."""
    project.edit_json(
        project.good / "expected.json",
        lambda expected: expected["entries"][0].update(amount="1", date="2", file="3", number="4", sha256="5"),
    )
    found = project.find(replay=True, slug="acme")

    assert [one.rule for one in found] == ["replays"] * 4
    assert found[-1].problem.wrong == "and 2 more differences"


def test_a_recording_that_comes_after_none(project: Project) -> None:
    """What it needs is not there any more."""
    project.edit(project.good / "take.json", '"after": ""', '"after": "gone"')
    found = project.find(replay=True, slug="acme")

    assert [(one.subject, one.rule) for one in found] == [("acme/good", "replays")]
    assert "gone/take.json cannot be read" in found[0].problem.wrong


def test_connectors_of_packages_count_when_they_have_recordings(project: Project) -> None:
    """Else everybody would be told of those that come with the toolkit."""
    places = project.folder / "connectors", project.folder / "recordings"
    assert check(*places, replay=False).connectors == ["acme"]
    (project.folder / "recordings" / "demo").mkdir()

    assert check(*places, replay=False).connectors == ["acme", "demo"]


def test_every_rule_has_a_name_and_says_what_it_asks() -> None:
    """In one sentence, for `toolkit check --rules`."""
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert [rule.name for rule in RULES if "\n" in rule.asks or not rule.asks.endswith(".")] == []


def test_findings_are_plain_values(project: Project) -> None:
    """For a program."""
    (project.good / "trace.zip").write_bytes(b"PK")
    (found,) = project.find()

    assert json.loads(json.dumps(found.as_dict())) == {
        "subject": "acme/good",
        "rule": "bodies",
        "place": "trace.zip",
        "wrong": "is no part of a recording",
        "todo": "remove it: nothing has looked for secrets in it",
        "counts": True,
    }
