"""The file of one entry, by each way."""

from collections.abc import Callable, Mapping

import pytest
import requests

from toolkit.errors import FileDownloadFailed
from toolkit.models import Bill
from toolkit.operations.get_file import RequestOptions, get_file
from toolkit.operations.links import Links
from toolkit.run import Run
from toolkit.web import Downloaded, Rendered

MakeRun = Callable[..., Run]
Serve = Callable[[Mapping[str, object]], str]

PDF = b"%PDF-1.4\nhello\n%%EOF\n"
SITE = {"/pdf": (200, {"Content-Type": "application/pdf"}, PDF), "/gone": (410, {}, PDF)}


def got(run: Run, options: RequestOptions | None = None, **how: object) -> Downloaded:
    """What came."""
    with run.files.draft() as draft:
        return get_file(run, Bill(**how), draft, Links(), options or {})


def test_fetch_may_return_the_response_that_holds_the_file(serve: Serve, make_run: MakeRun) -> None:
    """It is looked at as closely as that of an address: its status, its length, what it is."""
    run = make_run(url=serve(SITE))

    facts = got(run, fetch=lambda run: run.session.get("/pdf", stream=True))
    assert (facts.size, facts.mime, facts.rendered) == (len(PDF), "application/pdf", False)
    with pytest.raises(FileDownloadFailed, match=r"^HTTP 410$"):
        got(run, fetch=lambda run: run.session.get("/gone"))


def test_bytes_of_a_printed_page_are_marked(make_run: MakeRun) -> None:
    """Others are not."""
    assert got(make_run(), fetch=lambda _: Rendered(PDF)).rendered
    assert not got(make_run(), fetch=lambda _: PDF).rendered


def test_a_network_that_fails_is_told_without_an_address(closed: str, make_run: MakeRun) -> None:
    """A signed link is a secret."""
    with pytest.raises(FileDownloadFailed) as raised:
        got(make_run(url=closed), fetch=lambda run: run.session.get("/pdf?signature=geheim"))

    assert raised.value.message == "the connection was refused"


def test_how_to_ask_may_depend_on_the_entry(serve: Serve, make_run: MakeRun) -> None:
    """The same options for all, or a function of each."""
    run = make_run(url=serve(SITE))
    asked: list[requests.PreparedRequest] = []
    run.session.hooks["response"].append(lambda response, **_: asked.append(response.request))
    got(run, {"headers": {"X-Format": "pdf"}}, pdfurl="/pdf")
    got(run, lambda bill: {"params": {"id": bill.number}}, pdfurl="/pdf", number="A1")

    assert asked[0].headers["X-Format"] == "pdf"
    assert (asked[1].url or "").endswith("/pdf?id=A1")
