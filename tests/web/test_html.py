"""What stands in a page."""

from decimal import Decimal

import pytest

from tests.web.conftest import Site
from toolkit import parse_amount
from toolkit.errors import UsageError
from toolkit.web import Page, Session, scrape

TABLE = """<table><tr class=bill data-id=7><td> 12&nbsp;mars
 2025</td><td class=sum>1 234,50 €</td><td><a href=/pdf/7>PDF</a> <a href=/more>More</a></td></tr>
<tr class=bill><td>13 mars 2025</td><td class=sum>gratuit</td><td></td></tr></table>"""


def test_rows_are_read_by_their_fields() -> None:
    """Texts, attributes of the row and of what is in it, one of several, by a function of one's own."""
    rows = scrape(
        TABLE,
        {
            "date": "td",
            "id": {"attr": "data-id"},
            "pdf": {"sel": "a", "attr": "href"},
            "second": {"sel": "td", "index": 1},
            "last": {"sel": "a", "index": -1, "attr": "href"},
            "cells": {"fn": lambda row: len(row.css("td"))},
            "amount": {"sel": ".sum", "parse": parse_amount},
        },
        "tr.bill",
    )

    assert rows[0] == {
        "date": "12 mars 2025",
        "id": "7",
        "pdf": "/pdf/7",
        "second": "1 234,50 €",
        "last": "/more",
        "cells": 3,
        "amount": Decimal("1234.50"),
    }
    assert (rows[1]["id"], rows[1]["pdf"], rows[1]["amount"]) == ("", "", "gratuit")


def test_without_rows_a_page_is_one() -> None:
    """Also one that is empty, or a part of one."""
    assert scrape("<h1>Ada</h1>", {"name": "h1", "none": "h2"}) == {"name": "Ada", "none": ""}
    assert scrape("", {"name": "h1"}, "tr") == []


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        ("text/html; charset=iso-8859-1", "<p>café".encode("latin-1")),
        ("text/html", "<meta charset=utf-8><p>café".encode()),
        ("text/html", b"<p>caf\xc3\xa9"),
    ],
)
def test_a_response_has_its_page(site: Site, session: Session, kind: str, page: bytes) -> None:
    """In whatever character set it says it is, by header or by tag; `scrape` takes it as it is."""
    response = session.get(site.page("/", page, Content_Type=kind))

    assert isinstance(response, Page)
    assert response.html.css("p::text").get() == "café"
    assert scrape(response, {"word": "p"}) == {"word": "café"}


@pytest.mark.parametrize(
    ("specs", "words"),
    [({"a": {"selector": "p"}}, "`selector` of `a` is none of"), ({"a": "p[["}, "is no CSS selector")],
)
def test_what_is_no_spec_is_refused(specs: dict[str, object], words: str) -> None:
    """With the field."""
    with pytest.raises(UsageError, match=words):
        scrape("<p>", specs)  # type: ignore[arg-type]
