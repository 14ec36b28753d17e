"""Where the values of a connector's fields come from, and which are refused."""

from typing import Any

import pytest

from toolkit.errors import UsageError
from toolkit.jobs.fields import fill_fields, variable
from toolkit.manifest import Developer, Manifest


def manifest(**fields: dict[str, Any]) -> Manifest:
    """A manifest that asks for these fields."""
    content = {"name": "Acme", "slug": "acme", "type": "konnector", "version": "1", "source": "here", "fields": fields}
    return Manifest.model_validate({**content, "developer": Developer(name="Ada")})


@pytest.mark.parametrize(
    ("name", "expected"),
    [("password", "TOOLKIT_FIELD_PASSWORD"), ("client-id", "TOOLKIT_FIELD_CLIENT_ID")],
)
def test_variable(name: str, expected: str) -> None:
    """A field's variable is its name in capitals, with what no shell takes made an underscore."""
    assert variable(name) == expected


def test_order_of_sources() -> None:
    """What is given comes before the environment, that before the default, and a prompt comes last."""
    asked_for = manifest(
        a={}, b={"default": "from the manifest"}, c={"default": "from the manifest"}, d={"label": "D"}, e={}
    )
    environ = {"TOOLKIT_FIELD_A": "from the environment", "TOOLKIT_FIELD_B": "from the environment"}
    asked = []

    def prompt(question: str, secret: bool) -> str:
        asked.append((question, secret))
        return "from the person"

    values = fill_fields(asked_for, {"a": "given", "e": "given"}, environ, prompt)

    assert values == {
        "a": "given",
        "b": "from the environment",
        "c": "from the manifest",
        "d": "from the person",
        "e": "given",
    }
    assert asked == [("Acme – D: ", False)]


def test_secrets_are_asked_for_as_such() -> None:
    """The prompt is told which answers must not be shown."""
    asked_for = manifest(login={}, pin={"type": "password"})

    values = fill_fields(asked_for, {}, {}, lambda _, secret: "unseen" if secret else "seen")

    assert values == {"login": "seen", "pin": "unseen"}


@pytest.mark.parametrize("field", [{"isRequired": False}, {"type": "hidden"}, {"type": "folder"}])
def test_what_is_not_asked_for(field: dict[str, Any]) -> None:
    """Nobody is asked for an optional field, nor for one that is no person's business."""
    values = fill_fields(manifest(note=field), {}, {}, lambda *_: "asked")

    assert values == {}


@pytest.mark.parametrize("prompt", [None, lambda *_: ""])
def test_missing(prompt: Any) -> None:
    """A required field without a value, an empty answer included, is refused with the ways to give it."""
    with pytest.raises(UsageError, match=r"needs the field `pin` \(Code\): set TOOLKIT_FIELD_PIN, or sing it\."):
        fill_fields(manifest(pin={"label": "Code"}), {"pin": ""}, {}, prompt, otherwise=", or sing it")


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ({"pattern": "^https?://"}, "does not look right"),
        ({"options": ["fr", "de"]}, "must be one of: fr, de"),
        ({"options": [{"name": "France", "value": "fr"}]}, "must be one of: fr"),
    ],
)
def test_refused_values(field: dict[str, Any], says: str) -> None:
    """A value that the manifest does not allow is refused without being told."""
    with pytest.raises(UsageError, match=says) as refused:
        fill_fields(manifest(place=field), {"place": "sesame"}, {}, None)

    assert "sesame" not in str(refused.value)


def test_pattern_of_another_dialect() -> None:
    """A pattern that Python cannot read refuses nothing."""
    assert fill_fields(manifest(a={"pattern": "(?<name>x)"}), {"a": "y"}, {}, None) == {"a": "y"}
