"""`toolkit install-browser`."""

from toolkit.cli.output import errors, output, plain, write

__all__ = ["install"]


def install() -> None:
    """Make sure that there is a browser to log in with.

    Uses the Chromium, Chrome or Edge that is there. Else it has Playwright download one; else, on Debian and its kin,
    it asks apt for one.

    \b
      toolkit install-browser
    """
    from toolkit.web import install_browser  # noqa: PLC0415 - slow to import

    found = install_browser(lambda message: write(errors(), plain(message)))
    write(output(), f"ok: {found.kind} {found.version()} ({found.path})")
