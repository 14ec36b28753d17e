"""Rules about a connector and the recordings that belong to it."""

import shutil

import pytest

from tests.jobs.check.conftest import Project
from toolkit.jobs.check import check


def test_a_project_as_it_should_be(project: Project) -> None:
    """Nothing is found."""
    assert project.find() == []


def test_a_wrong_manifest_is_all_that_is_told(project: Project) -> None:
    """Its sentence names the field; what else there is cannot be judged without it."""
    project.edit(project.connector / "manifest.konnector", '"version": "1.0"', '"version": "one"')
    (project.connector / "connector.py").write_text("print()")

    (found,) = project.wrong("manifest")
    assert found[0] == "manifest.konnector"
    assert "`version`" in found[1]


def test_a_slug_that_is_not_its_folder(project: Project) -> None:
    """It could not be found by its name."""
    project.edit(project.connector / "manifest.konnector", '"slug": "acme"', '"slug": "other"')

    assert "'other'" in project.wrong("manifest")[0][1]


def test_code_that_is_missing_or_no_python(project: Project) -> None:
    """With the line."""
    path = project.connector / "connector.py"
    path.write_text("x = 1\nx = = 2\n")
    assert project.wrong("code") == [("connector.py:2", "is not Python: invalid syntax")]
    path.unlink()

    assert project.wrong("code") == [("connector.py", "is missing")]


@pytest.mark.parametrize("name", ["pin", "sms_code", "userPassword"])
def test_a_password_that_would_be_shown(project: Project, name: str) -> None:
    """A field whose name says what it is needs the type password."""
    text = '"fields": {"%s": {"type": "text", "isRequired": false}, '
    project.edit(project.connector / "manifest.konnector", '"fields": {', text % name)

    assert project.wrong("secret-fields") == [("manifest.konnector", f"the field `{name}` has the type text")]


def test_a_connector_without_a_good_recording(project: Project) -> None:
    """A refused login alone proves little."""
    shutil.rmtree(project.good)

    assert project.wrong("good-run") == [("", "no recording ends well")]


def test_a_connector_without_a_refused_login(project: Project) -> None:
    """A run that ended in another error is none; a site without a password refuses nobody."""
    project.edit_json(
        project.good.with_name("wrong-password") / "expected.json", lambda it: it.update(error="VENDOR_DOWN")
    )
    assert project.wrong("refused-login") == [("", "no recording shows a refused login")]
    project.edit(project.connector / "manifest.konnector", '{"type": "password"}', '{"type": "hidden"}')

    assert "refused-login" not in {one.rule for one in project.find()}


def test_recordings_of_no_connector(project: Project) -> None:
    """They would never be replayed again; asked for one connector, only that is looked at."""
    (project.folder / "recordings" / "gone" / "good").mkdir(parents=True)
    places = project.folder / "connectors", project.folder / "recordings"

    (found,) = check(*places, replay=False).findings
    assert (found.subject, found.rule) == ("gone", "has-connector")
    assert check(*places, "acme", replay=False).findings == []


def test_a_connector_without_a_manifest(project: Project) -> None:
    """Nothing finds it, so it has to be told; a folder without code is none."""
    for name in ("forgotten", "notes"):
        (project.folder / "connectors" / name).mkdir()
    (project.folder / "connectors" / "forgotten" / "connector.py").write_text("")

    (found,) = check(project.folder / "connectors", project.folder / "recordings", replay=False).findings
    assert (found.subject, found.rule, found.problem.place) == ("forgotten", "has-manifest", "manifest.konnector")
