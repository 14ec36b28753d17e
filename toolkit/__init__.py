"""Fetch your bills from the sites that only give them to a browser."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.connector import Connector, create_new
    from toolkit.errors import (
        Blocked,
        BrowserMissing,
        ChangePassword,
        FileDownloadFailed,
        HostNotAllowed,
        InvalidEntry,
        LoginFailed,
        Maintenance,
        ManifestError,
        NeedsSecret,
        NotExistingDirectory,
        StoreError,
        TermsToAccept,
        ToolkitError,
        TooManyAttempts,
        TwoFaCancelled,
        TwoFaExpired,
        UnknownError,
        UsageError,
        UserActionNeeded,
        VaultError,
        VendorDown,
        WrongTwoFaCode,
    )
    from toolkit.fetcher import Fetcher
    from toolkit.login import enter_code, hand_over, login_form, open_link, outcome, signin, use_passkeys
    from toolkit.manifest import Manifest
    from toolkit.models import BankOperation, BaseModel, Bill, File, Folder, parse_amount, parse_date
    from toolkit.operations import (
        SaveOptions,
        filter_existing,
        link_bank_operation,
        naming,
        save_data_and_file,
        update_or_create,
        whole_pdf,
    )
    from toolkit.report import Outcome, Report
    from toolkit.run import Entries, Run
    from toolkit.web import Page, Session, click_for_file, hidden_fields, print_page, scrape

__all__ = [
    "BankOperation",
    "BaseModel",
    "Bill",
    "Blocked",
    "BrowserMissing",
    "ChangePassword",
    "Connector",
    "Entries",
    "Fetcher",
    "File",
    "FileDownloadFailed",
    "Folder",
    "HostNotAllowed",
    "InvalidEntry",
    "LoginFailed",
    "Maintenance",
    "Manifest",
    "ManifestError",
    "NeedsSecret",
    "NotExistingDirectory",
    "Outcome",
    "Page",
    "Report",
    "Run",
    "SaveOptions",
    "Session",
    "StoreError",
    "TermsToAccept",
    "TooManyAttempts",
    "ToolkitError",
    "TwoFaCancelled",
    "TwoFaExpired",
    "UnknownError",
    "UsageError",
    "UserActionNeeded",
    "VaultError",
    "VendorDown",
    "WrongTwoFaCode",
    "click_for_file",
    "create_new",
    "enter_code",
    "filter_existing",
    "hand_over",
    "hidden_fields",
    "link_bank_operation",
    "login_form",
    "naming",
    "open_link",
    "outcome",
    "parse_amount",
    "parse_date",
    "print_page",
    "save_data_and_file",
    "scrape",
    "signin",
    "update_or_create",
    "use_passkeys",
    "whole_pdf",
]

# The first of these rooms that has a name gives it: who asks for little, such as a pytest plugin, waits for little.
_ROOMS = ("errors", "manifest", "report", "models", "web", "run", "fetcher", "connector", "login", "operations")

if not TYPE_CHECKING:

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})

    def __getattr__(name: str) -> object:
        from importlib import import_module  # noqa: PLC0415 - no name of it is ours

        if name in __all__:
            rooms = (import_module(f"toolkit.{room}") for room in _ROOMS)
            home = next(room for room in rooms if name in room.__all__)  # others have it of elsewhere
            return globals().setdefault(name, getattr(home, name))
        raise AttributeError(f"module 'toolkit' has no attribute {name!r}")
