"""What can go wrong, as one tree. Each class carries the code shown to users and the exit code of a run it ends.

    ToolkitError
    ├── LoginFailed               LOGIN_FAILED              exit 3
    │   ├── NeedsSecret           LOGIN_FAILED.NEEDS_SECRET
    │   └── TooManyAttempts       LOGIN_FAILED.TOO_MANY_ATTEMPTS
    ├── UserActionNeeded          USER_ACTION_NEEDED        exit 4
    │   ├── ChangePassword        USER_ACTION_NEEDED.CHANGE_PASSWORD
    │   ├── TermsToAccept         USER_ACTION_NEEDED.CGU_FORM
    │   ├── TwoFaCancelled        USER_ACTION_NEEDED.TWOFA_CANCELLED
    │   ├── TwoFaExpired          USER_ACTION_NEEDED.TWOFA_EXPIRED
    │   └── WrongTwoFaCode        USER_ACTION_NEEDED.WRONG_TWOFA_CODE
    ├── VendorDown                VENDOR_DOWN               exit 5
    │   └── Maintenance           MAINTENANCE
    ├── Blocked                   BLOCKED                   exit 5
    ├── NotExistingDirectory      NOT_EXISTING_DIRECTORY    exit 6
    ├── FileDownloadFailed        FILE_DOWNLOAD_FAILED      one entry, not the run
    ├── ManifestError             INVALID_MANIFEST          exit 2
    │   └── HostNotAllowed        INVALID_MANIFEST.HOSTS
    ├── UsageError                USAGE                     exit 2
    ├── BrowserMissing            BROWSER_MISSING           exit 6
    ├── StoreError                STORE_FAILED              exit 6
    │   └── InvalidEntry          INVALID_ENTRY             one entry, not the run
    ├── VaultError                VAULT_FAILED              exit 6
    └── UnknownError              UNKNOWN_ERROR             exit 6

An error raised without a message says its docstring. `line` is the line of the connector that was at work, such as
"connectors/acme/connector.py:12"; empty when there was none. `tried` are the selectors that were
looked for in vain, each with what for, and `cause` says why, where that was found out.
"""

from collections.abc import Sequence
from typing import ClassVar

__all__ = [
    "Blocked",
    "BrowserMissing",
    "ChangePassword",
    "FileDownloadFailed",
    "HostNotAllowed",
    "InvalidEntry",
    "LoginFailed",
    "Maintenance",
    "ManifestError",
    "NeedsSecret",
    "NotExistingDirectory",
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
]


class ToolkitError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "UNKNOWN_ERROR"
    exit_code: ClassVar[int] = 6
    line: str = ""
    tried: Sequence[tuple[str, str]] = ()
    cause: str = ""

    def __init__(self, message: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class LoginFailed(ToolkitError):
    """The site refused the login: check the user name and the password."""

    code = "LOGIN_FAILED"
    exit_code = 3


class NeedsSecret(LoginFailed):
    """The site asks for one more secret to log in."""

    code = "LOGIN_FAILED.NEEDS_SECRET"


class TooManyAttempts(LoginFailed):
    """The login was refused too often to be tried again now: wait, or change the password."""

    code = "LOGIN_FAILED.TOO_MANY_ATTEMPTS"


class UserActionNeeded(ToolkitError):
    """The site wants something from you: log in once with your own browser and do what it asks."""

    code = "USER_ACTION_NEEDED"
    exit_code = 4


class ChangePassword(UserActionNeeded):
    """The site wants a new password: change it there, then here."""

    code = "USER_ACTION_NEEDED.CHANGE_PASSWORD"


class TermsToAccept(UserActionNeeded):
    """The site has new terms: accept them there once."""

    code = "USER_ACTION_NEEDED.CGU_FORM"


class TwoFaCancelled(UserActionNeeded):
    """The second factor was cancelled: run again when you can give the code, or approve the login."""

    code = "USER_ACTION_NEEDED.TWOFA_CANCELLED"


class TwoFaExpired(UserActionNeeded):
    """The code for the second factor was not given in time."""

    code = "USER_ACTION_NEEDED.TWOFA_EXPIRED"


class WrongTwoFaCode(UserActionNeeded):
    """The site refused the code for the second factor."""

    code = "USER_ACTION_NEEDED.WRONG_TWOFA_CODE"


class VendorDown(ToolkitError):
    """The site does not answer: try again later."""

    code = "VENDOR_DOWN"
    exit_code = 5


class Maintenance(VendorDown):
    """The site is closed for maintenance: try again later."""

    code = "MAINTENANCE"


class Blocked(ToolkitError):
    """A wall before the site takes us for a robot and lets nothing through; the login itself was not refused."""

    code = "BLOCKED"
    exit_code = 5


class NotExistingDirectory(ToolkitError):
    """The folder to save to does not exist."""

    code = "NOT_EXISTING_DIRECTORY"


class FileDownloadFailed(ToolkitError):
    """One file could not be downloaded, or is not what it should be."""

    code = "FILE_DOWNLOAD_FAILED"
    status: int = 0  # of the answer, where that is why


class ManifestError(ToolkitError):
    """A manifest.konnector is missing or wrong."""

    code = "INVALID_MANIFEST"
    exit_code = 2


class HostNotAllowed(ManifestError):
    """The run wanted to reach a host that the manifest does not declare."""

    code = "INVALID_MANIFEST.HOSTS"


class UsageError(ToolkitError):
    """The command was called with something that cannot be."""

    code = "USAGE"
    exit_code = 2


class BrowserMissing(ToolkitError):
    """No Chromium, Chrome or Edge was found: run `toolkit install-browser`."""

    code = "BROWSER_MISSING"


class StoreError(ToolkitError):
    """The store or its folder cannot be read or written."""

    code = "STORE_FAILED"


class InvalidEntry(StoreError):
    """One entry holds something that cannot be stored."""

    code = "INVALID_ENTRY"


class VaultError(ToolkitError):
    """What is kept between runs cannot be opened or written, or its key cannot be found."""

    code = "VAULT_FAILED"


class UnknownError(ToolkitError):
    """Something unexpected happened; the log has the details."""

    code = "UNKNOWN_ERROR"
