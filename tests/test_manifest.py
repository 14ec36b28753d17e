"""manifest.konnector."""

import json
from pathlib import Path
from typing import Any

import pytest

from toolkit.errors import ManifestError
from toolkit.manifest import read_manifest

GOOD: dict[str, Any] = {
    "name": "Acme",
    "slug": "acme",
    "type": "konnector",
    "version": "1.0.0",
    "source": "https://example.org/acme.git",
    "fields": {"login": {"type": "email"}, "password": {"type": "password"}},
    "developer": {"name": "Ada"},
}


def written(folder: Path, text: str) -> Path:
    """A folder with this manifest."""
    (folder / "manifest.konnector").write_text(text)
    return folder


def test_a_manifest_is_read_and_unknown_fields_are_kept(tmp_path: Path) -> None:
    """Fields of today, of the seed, and of tomorrow."""
    manifest = read_manifest(written(tmp_path, json.dumps({**GOOD, "banksTransactionRegExp": "acme", "new": [1]})))

    assert manifest.secret_fields == {"password"}
    assert manifest.banks_transaction_reg_exp == "acme"
    assert manifest.model_extra == {"new": [1]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Not a slug"}, "slug"),
        ({"version": "one"}, "version"),
        ({"developer": {}}, "developer.name"),
        ({"fields": {"login": {"type": "telepathy"}}}, "fields.login.type"),
        ({"currency": "euro"}, "currency"),
        ({"vendor_link": "acme.example"}, "vendor_link"),
        ({"hosts": ["https://cdn.example"]}, "hosts.0"),
        ({"hosts": ["cdn.*.example"]}, "hosts.0"),
        ({"locale": "French"}, "locale"),
        ({"time_zone": "UTC+1"}, "time_zone"),
    ],
)
def test_a_wrong_field_is_refused_by_name(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    """One sentence names the file and the field."""
    with pytest.raises(ManifestError) as caught:
        read_manifest(written(tmp_path, json.dumps({**GOOD, **change})))

    assert str(tmp_path / "manifest.konnector") in caught.value.message
    assert f"`{field}`" in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(("text", "word"), [("{", "JSON"), ("[]", "manifest"), ('{"name": "x"}', "`slug` is missing")])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str, word: str) -> None:
    """Broken JSON, another kind of JSON, and missing fields each get a sentence."""
    with pytest.raises(ManifestError, match=word):
        read_manifest(written(tmp_path, text))


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    """The path is in the sentence."""
    with pytest.raises(ManifestError, match=r"manifest\.konnector cannot be read"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("acme.example", True),
        ("api.acme.example", True),
        ("evil-acme.example", False),
        ("127.0.0.1", True),
        ("cdn.example", True),
        ("a.cdn.example", False),
        ("a.wild.example", True),
        ("wild.example", False),
        ("", False),
    ],
)
def test_the_hosts_that_a_run_may_reach(tmp_path: Path, host: str, allowed: bool) -> None:
    """The site's own and those below it, and what the manifest names; a star stands for what is below."""
    told = {"vendor_link": "https://www.acme.example/home", "hosts": ["cdn.example", "*.wild.example"]}
    manifest = read_manifest(written(tmp_path, json.dumps({**GOOD, **told})))

    assert manifest.allows(host, "http://127.0.0.1:8080/") is allowed
    assert not read_manifest(written(tmp_path, json.dumps(GOOD))).allows(host)


@pytest.mark.parametrize(
    ("host", "allowed"), [("api.localhost", True), ("127.0.0.2", True), ("127.evil.example", False)]
)
def test_a_site_on_this_machine_has_all_its_names(tmp_path: Path, host: str, allowed: bool) -> None:
    """As its own; another site may not lead a run to this machine."""
    manifest = read_manifest(written(tmp_path, json.dumps(GOOD)))

    assert manifest.allows(host, "http://127.0.0.1:8080/") is allowed
    assert not manifest.allows(host, "https://acme.example/")
