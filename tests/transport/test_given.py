"""Values that the site gives and the client gives back."""

from datetime import UTC, datetime, timedelta

from toolkit.transport.given import given_back
from toolkit.transport.har import HarEntry, make_entry

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
ONE, TWO = "aB3dE5fG7hI9jK1lM3nO", "0b0e7a52-1111-4222-8333-444455556666"


def entry(second: int, url: str, said: str = "", kind: str = "text/html") -> HarEntry:
    """One exchange at that second."""
    started, headers = NOON + timedelta(seconds=second), [("Content-Type", kind)]
    return make_entry("GET", url, started=started, status=200, body=said.encode(), response_headers=headers)


def values(*entries: HarEntry) -> list[str]:
    """What was given back."""
    return [found.value for found in given_back(entries)]


def test_a_link_that_is_followed_is_found() -> None:
    """In the order in which the site gave them, not in that in which they were asked; the rest is none."""
    listing = entry(0, "/", f"/dl?t={TWO} /dl?t={ONE} and 99999999-aaaa-4bbb-8ccc-dddddddddddd")

    assert values(entry(2, f"/dl?t={ONE}"), entry(1, f"/dl?t={TWO}"), listing) == [TWO, ONE]


def test_percent_signs_are_no_hindrance() -> None:
    """A base64 signature in a link."""
    assert values(entry(0, "/", "/dl?s=aB3dE5fG%2BhI9jK1lM3%2FO"), entry(1, "/dl?s=aB3dE5fG%2BhI9jK1lM3%2FO")) == [
        "aB3dE5fG+hI9jK1lM3/O"
    ]


def test_what_the_connector_knew_is_none() -> None:
    """It was asked before the site said it: the connector's code would look for it in vain."""
    assert values(entry(0, f"/contract/{TWO}", TWO), entry(1, f"/contract/{TWO}/bills")) == []


def test_what_a_script_holds_is_none() -> None:
    """The site's code is left as it is."""
    page, script = entry(0, "/", TWO), entry(1, "/app.js", f"const id = '{TWO}'", "text/javascript")

    assert values(page, script, entry(2, f"/a?id={TWO}")) == []


def test_what_says_something_is_none() -> None:
    """Base64 of text is read by somebody: a stand-in would make no sense to them."""
    cursor = "Y3Vyc29yOjIwMjUtMDM6Nw"  # cursor:2025-03:7

    assert values(entry(0, "/", cursor), entry(1, f"/?after={cursor}")) == []
