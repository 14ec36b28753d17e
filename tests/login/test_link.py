"""A link that is asked for and opened."""

from collections.abc import Callable
from typing import Any

import pytest

from toolkit.errors import VendorDown, WrongTwoFaCode
from toolkit.login import open_link
from toolkit.run import Run

MakeRun = Callable[..., Run]


def test_it_is_opened_in_the_page_that_waits(serve: Any, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands in the mail, in angle brackets or not; and the person is told what is asked for."""
    url = serve({"/magic": "<p id=in>Welcome</p>"})
    run = make_run(url=url)
    answers = {("link", "The link in your mail"): f" <{url}/magic?token=1>\n"}
    monkeypatch.setattr(run, "ask", lambda *asked, **_: answers[asked])
    open_link(run, "The link in your mail")

    assert run.page.url == f"{url}/magic?token=1"


@pytest.mark.parametrize("link", ["https://acme.example.evil.example/magic", "https://[acme.example/magic", "file:///"])
def test_a_link_elsewhere_is_refused_before_a_browser_starts(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    """Whoever wrote that mail; and what is none at all."""
    run = make_run(url="https://acme.example")
    monkeypatch.setattr(run, "ask", lambda *_args, **_options: link)
    with pytest.raises(WrongTwoFaCode, match="no link of the site"):
        open_link(run, "The link in your mail")
    assert not run.browser_is_open


def test_a_site_that_does_not_answer_is_down(closed: str, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with any page."""
    run = make_run(url=closed)
    monkeypatch.setattr(run, "ask", lambda *_args, **_options: f"{closed}/magic")
    with pytest.raises(VendorDown, match="ERR_CONNECTION_REFUSED"):
        open_link(run, "The link in your mail")
