"""The connector's manifest."""

from pathlib import Path

import toolkit.demo
from toolkit.demo.bills import CURRENCY, VENDOR
from toolkit.manifest import read_manifest


def test_the_manifest_says_what_the_connector_asks_for() -> None:
    """Three fields, one of them secret; the currency and the name of the vendor's bills."""
    manifest = read_manifest(Path(toolkit.demo.__file__).parent)

    assert (manifest.slug, manifest.name, manifest.currency) == ("demo", VENDOR, CURRENCY)
    assert {name: field.type for name, field in manifest.fields.items()} == {
        "url": "text",
        "login": "email",
        "password": "password",
    }
    assert manifest.secret_fields == {"password"}


def test_every_field_has_a_label_and_every_permission_a_doctype() -> None:
    """What the user is shown before the first run is complete."""
    manifest = read_manifest(Path(toolkit.demo.__file__).parent)

    assert all(field.label for field in manifest.fields.values())
    assert {permission["type"] for permission in manifest.permissions.values()} == {
        "io.cozy.accounts",
        "io.cozy.bank.operations",
        "io.cozy.bills",
        "io.cozy.files",
    }
