"""`whole_pdf`: whether a PDF can be read from its first page to its last."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from toolkit.errors import FileDownloadFailed

__all__ = ["Validate", "whole_pdf"]

Validate = Callable[[BinaryIO, str], object]
"""Looks at a file that has arrived, and its name. Raises FileDownloadFailed when it is not what it should be."""


def whole_pdf(*, pages: int = 1) -> Validate:
    """For `SaveOptions(validate=…)`: every page of a PDF can be read, and there are at least so many.

    Files whose name does not end in ".pdf" are let through. One that asks for a password to be opened is, too: nobody
    can tell what is in it.
    """

    def whole_pdf(file: BinaryIO, name: str) -> None:
        if not name.lower().endswith(".pdf"):
            return
        found = _pages(file)
        if found is not None and found < pages:
            raise FileDownloadFailed(f"the PDF has {found} of at least {pages} pages")

    return whole_pdf


def _pages(file: BinaryIO) -> int | None:
    from pypdf import PasswordType, PdfReader  # noqa: PLC0415 - slow to import
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        reader = PdfReader(file)
        if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
            return None
        for page in reader.pages:
            if (contents := page.get_contents()) is not None:
                contents.get_data()
        return len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FileDownloadFailed(f"the PDF cannot be read ({type(error).__name__}: {error})") from error
