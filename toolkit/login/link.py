"""`open_link`: a link that the site sent by mail is asked for and opened in the browser that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from toolkit.errors import WrongTwoFaCode
from toolkit.login.form import open_page
from toolkit.run import DEADLINE

if TYPE_CHECKING:
    from toolkit.run import Run

__all__ = ["open_link"]


def open_link(run: Run, message: str, *, kind: str = "link", deadline: float = DEADLINE) -> None:
    """Ask for a link, as `run.ask` does, and open it in `run.page`; `toolkit.outcome` tells what became of it.

    Raises WrongTwoFaCode, and opens nothing, for what is no address that the run may reach (the site's own, and the
    manifest's `hosts`); TwoFaExpired and TwoFaCancelled as `run.ask` does; VendorDown when the site does not answer.
    """
    link = run.ask(kind, message, deadline=deadline).strip().strip("<>")
    if not _is_of_site(run, link):
        raise WrongTwoFaCode("That is no link of the site: copy it whole out of the mail.")
    open_page(run, link)


def _is_of_site(run: Run, link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:  # as in "https://[…"
        return False
    return parts.scheme in {"http", "https"} and run.manifest.allows(parts.hostname or "", run.base_url or "")
