"""The values of a connector's fields, piped in as JSON."""

import io
from typing import Any

import pytest

from toolkit.cli.fields import read_json_fields
from toolkit.errors import UsageError
from toolkit.manifest import Developer, Manifest


def manifest(**fields: dict[str, Any]) -> Manifest:
    """A manifest that asks for these fields."""
    content = {"name": "Acme", "slug": "acme", "type": "konnector", "version": "1", "source": "here", "fields": fields}
    return Manifest.model_validate({**content, "developer": Developer(name="Ada")})


def test_json_values() -> None:
    """Numbers and truth values become texts, null is no value."""
    asked_for = manifest(a={}, b={}, c={}, d={})

    values = read_json_fields(io.StringIO('{"a": 12, "b": true, "c": "x", "d": null}'), asked_for)

    assert values == {"a": "12", "b": "true", "c": "x"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": "sesame"', "not JSON: line 1, column"),
        ('["sesame"]', "not a JSON object"),
        ('{"b": "sesame"}', "acme has no field `b`; its fields are: a"),
        ('{"a": ["sesame"]}', "`a` is neither a text nor a number"),
    ],
)
def test_refused_json(text: str, says: str) -> None:
    """Anything but an object of known fields is refused; no value shows up in the sentence or in what led to it."""
    with pytest.raises(UsageError, match=says) as refused:
        read_json_fields(io.StringIO(text), manifest(a={}))

    assert "sesame" not in str(refused.value)
    assert refused.value.__cause__ is None
