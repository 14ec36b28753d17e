"""The doctypes that the library knows: bills, bank operations, files and folders."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import Field

from toolkit.models.base import BaseModel
from toolkit.models.values import Amount, CalendarDate, MaybeAmount, MaybeDate

__all__ = ["BankOperation", "Bill", "File", "Folder", "model_of"]


class Bill(BaseModel):
    """A bill, `io.cozy.bills`.

    `amount` is positive for a bill and for a refund; `is_refund` tells them apart. `currency` is an ISO 4217 code;
    a connector's manifest may say it once for all its bills. `number` is the vendor's own reference.
    `invoice` refers to the stored file as `io.cozy.files:<id>`. Of a refund, `original_amount` and `original_date` are
    those of what was paid, and `group_amount` is what was paid back at once. The other fields are those that a Cozy
    knows: of what a site gives beyond them, everything is kept as it is.
    """

    doctype: ClassVar[str] = "io.cozy.bills"
    display_name: ClassVar[str] = "bill"

    date: CalendarDate
    amount: Amount
    currency: str = Field("", pattern=r"^([A-Z]{3})?$")
    number: str | None = None
    is_refund: bool = False
    title: str | None = None
    invoice: str | None = None
    document: str | None = None
    type: str | None = None
    subtype: str | None = None
    vendor_ref: str | None = None
    contract_id: str | None = None
    beneficiary: str | None = None
    employer: str | None = None
    original_amount: MaybeAmount = None
    original_date: MaybeDate = None
    group_amount: MaybeAmount = None
    third_party_refund: MaybeAmount = None
    social_security_refund: MaybeAmount = None
    is_third_party_payer: bool | None = None
    period_start: MaybeDate = None
    period_end: MaybeDate = None
    payslip: str | None = None
    file_url: str | None = None
    debit_operations: list[str] | None = None
    credit_operations: list[str] | None = None
    matching_criterias: dict[str, Any] | None = None

    @property
    def problems(self) -> list[str]:
        """What is wrong with this bill, a sentence each."""
        found = super().problems
        if not self.currency:
            found.append("currency is missing: give it to the bill, or once as `currency` in manifest.konnector")
        return found

    def summary(self) -> dict[str, Any]:
        """Date, vendor, number, amount and currency, as plain JSON values."""
        return {
            "date": str(getattr(self, "date", None) or ""),
            "vendor": str(self.vendor),
            "number": None if self.number is None else str(self.number),
            "amount": str(getattr(self, "amount", "")),
            "currency": str(self.currency),
            "is_refund": bool(self.is_refund),
        }


class BankOperation(BaseModel):
    """A movement on a bank account, `io.cozy.bank.operations`: `amount` is negative for a debit.

    `date` is when it was made, `date_operation` when the account was charged.
    """

    doctype: ClassVar[str] = "io.cozy.bank.operations"
    display_name: ClassVar[str] = "bank operation"

    date: CalendarDate
    amount: Amount
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    label: str = ""
    original_bank_label: str | None = None
    type: str | None = None
    date_operation: MaybeDate = None
    date_import: MaybeDate = None
    automatic_category_id: str | None = None
    manual_category_id: str | None = None
    cozy_category_id: str | None = None
    cozy_category_proba: float | None = None
    local_category_id: str | None = None
    local_category_proba: float | None = None
    parent: str | None = None
    bills: list[str] | None = None
    reimbursements: list[Any] | None = None
    debit_operations: list[str] | None = None
    credit_operations: list[str] | None = None

    def summary(self) -> dict[str, Any]:
        """Date, label, amount and currency, as plain JSON values."""
        return {"date": str(self.date), "label": self.label, "amount": str(self.amount), "currency": self.currency}


class File(BaseModel):
    """A stored file, `io.cozy.files`: `path` is relative to the folder of files, `size` is in bytes.

    `rendered` is true of a page that was printed: the site itself has no such file.
    """

    doctype: ClassVar[str] = "io.cozy.files"
    display_name: ClassVar[str] = "file"

    name: str
    path: str
    sha256: str
    size: int
    mime: str = "application/pdf"
    rendered: bool = False

    @classmethod
    def from_cozy(cls, document: Mapping[str, Any]) -> Self:
        """The file that a document of a Cozy tells of; a Cozy knows its folder by `dir_id`, and no SHA-256 of it."""
        name, folder = document.get("name", ""), document.get("dir_id", "")
        told = {"path": f"{folder}/{name}".lstrip("/"), "sha256": "", "size": 0}
        return cls(**{**told, **document, "as_in_cozy": dict(document)})


class Folder(BaseModel):
    """A folder of files."""

    doctype: ClassVar[str] = "io.cozy.files.folder"
    display_name: ClassVar[str] = "folder"

    path: str


_KNOWN: dict[str, type[BaseModel]] = {model.doctype: model for model in (BankOperation, Bill, File, Folder)}


def model_of(doctype: str) -> type[BaseModel]:
    """The model of a doctype that the library knows, or a new one for any other. Raises UsageError for what is none."""
    return _KNOWN.get(doctype) or BaseModel.create_new(name=doctype)
