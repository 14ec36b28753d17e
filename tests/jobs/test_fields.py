"""Where the values of a connector's fields come from, and which are refused."""

from typing import Any

import pytest

from toolkit.errors import UsageError
from toolkit.jobs.fields import Sources, fill_fields, variable
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

    values = fill_fields(asked_for, {"a": "given", "e": "given"}, Sources(environ, prompt))

    assert values == {
        "a": "given",
        "b": "from the environment",
        "c": "from the manifest",
        "d": "from the person",
        "e": "given",
    }
    assert asked == [("Acme – D: ", False)]


def test_what_is_kept_comes_between() -> None:
    """After the environment, before the default; nobody is asked for it."""
    asked_for = manifest(a={}, b={}, c={"default": "from the manifest"}, d={})
    kept = {"a": "kept", "b": "kept", "c": "kept", "d": "kept", "gone": "kept"}
    environ = {"TOOLKIT_FIELD_A": "from the environment", "TOOLKIT_FIELD_B": "from the environment"}

    values = fill_fields(asked_for, {"a": "given"}, Sources(environ, lambda *_: "asked", kept))

    assert values == {"a": "given", "b": "from the environment", "c": "kept", "d": "kept"}


def test_asked_anew() -> None:
    """For what is kept and for what is missing, not for what is given; an empty answer keeps what is there."""
    asked_for = manifest(a={}, b={}, c={}, d={"default": "x"}, e={"isRequired": False}, f={"default": "y"})
    answers = {
        "Acme – a (Enter keeps what is there): ": "",
        "Acme – c: ": "new",
        "Acme – f (Enter keeps what is there): ": "z",
    }
    kept = {"a": "kept", "b": "kept", "e": "kept", "f": "kept"}

    values = fill_fields(
        asked_for, {"b": "given"}, Sources({}, lambda question, _: answers.pop(question), kept, anew=True)
    )

    assert values == {"a": "kept", "b": "given", "c": "new", "d": "x", "e": "kept", "f": "z"}
    assert answers == {}


@pytest.mark.parametrize("answer", ["", "JBSWY3DPEHPK3PXP"])
def test_the_seed_of_codes_is_asked_for_when_an_account_is_kept(answer: str) -> None:
    """It may be left out, and no run asks for it: there the codes are asked for."""
    asked_for = manifest(seed={"role": "totp", "isRequired": False})
    answers = {("Acme – seed (Enter leaves it out): ", True): answer}
    kept = fill_fields(asked_for, {}, Sources({}, lambda *question: answers.pop(question), {}, anew=True))

    assert kept == ({"seed": answer} if answer else {})
    assert fill_fields(asked_for, {}, Sources({}, lambda *_: "asked", {})) == {}


def test_without_a_person_nothing_is_asked_anew() -> None:
    """What is kept stays."""
    assert fill_fields(manifest(a={}), {}, Sources({}, None, {"a": "kept"}, anew=True)) == {"a": "kept"}


def test_secrets_are_asked_for_as_such() -> None:
    """The prompt is told which answers must not be shown."""
    asked_for = manifest(login={}, pin={"type": "password"})

    values = fill_fields(asked_for, {}, Sources({}, lambda _, secret: "unseen" if secret else "seen"))

    assert values == {"login": "seen", "pin": "unseen"}


@pytest.mark.parametrize("field", [{"isRequired": False}, {"type": "hidden"}, {"type": "folder"}])
def test_what_is_not_asked_for(field: dict[str, Any]) -> None:
    """Nobody is asked for an optional field, nor for one that is no person's business."""
    values = fill_fields(manifest(note=field), {}, Sources({}, lambda *_: "asked"))

    assert values == {}


@pytest.mark.parametrize("prompt", [None, lambda *_: ""])
def test_missing(prompt: Any) -> None:
    """A required field without a value, an empty answer included, is refused with the ways to give it."""
    with pytest.raises(UsageError, match=r"needs the field `pin` \(Code\): set TOOLKIT_FIELD_PIN, or sing it\."):
        fill_fields(manifest(pin={"label": "Code"}), {"pin": ""}, Sources({}, prompt, otherwise=", or sing it"))


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ({"pattern": "^https?://"}, "does not look right"),
        ({"role": "totp", "label": "Key"}, r"`place` \(Key\) is no seed of codes: it is neither base32"),
        ({"options": ["fr", "de"]}, "must be one of: fr, de"),
        ({"options": [{"name": "France", "value": "fr"}]}, "must be one of: fr"),
    ],
)
def test_refused_values(field: dict[str, Any], says: str) -> None:
    """A value that the manifest does not allow is refused without being told."""
    with pytest.raises(UsageError, match=says) as refused:
        fill_fields(manifest(place=field), {"place": "sesame8"}, Sources({}))

    assert "sesame8" not in str(refused.value)


def test_pattern_of_another_dialect() -> None:
    """A pattern that Python cannot read refuses nothing."""
    assert fill_fields(manifest(a={"pattern": "(?<name>x)"}), {"a": "y"}, Sources({})) == {"a": "y"}
