"""Fill a new Tryton database: `python seed.py trytond.conf expected.json`, run by the server's own Python.

One company posts 12 customer invoices through Tryton's own workflow, two of them credit notes, one paid and one in
another currency; a draft and a supplier's invoice are there to be left out. expected.json says what a connector must
find.
"""

# The imports below exist in the server's environment only.
import datetime as dt
import hashlib
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from proteus import Model, config  # type: ignore[import-not-found]
from trytond.modules.account.tests.tools import (  # type: ignore[import-not-found]
    create_chart,
    create_fiscalyear,
    get_accounts,
)
from trytond.modules.account_invoice.tests.tools import (  # type: ignore[import-not-found]
    set_fiscalyear_invoice_sequences,
)
from trytond.modules.company.tests.tools import create_company, get_company  # type: ignore[import-not-found]

DATABASE = "billing"
LOGIN = "léa martin"  # Tryton writes the login into its cookie, quoted and escaped when it is not plain
PASSWORD = "Violets & 7 oaks"
FIRST_DAY = dt.date(2025, 1, 6)
CUSTOMERS = ["Harbour Foods Ltd", "Müller & Söhne GmbH", "L'Étoile / Nord"]
TOTAL = 12
CREDIT_NOTES = {4, 9}
PAID = 5
IN_EUROS = 7

TEMPLATE = b"""<html xmlns:py="http://genshi.edgewall.org/"><body>
<py:for each="invoice in records">
  <h1>${invoice.type_name} ${invoice.number}</h1>
  <p>${invoice.company.rec_name} to ${invoice.party.rec_name}, ${invoice.invoice_date}</p>
  <ul><li py:for="line in invoice.lines">${line.quantity} x ${line.unit_price} ${line.description}</li></ul>
  <p>${invoice.total_amount} ${invoice.currency.code}</p>
</py:for>
</body></html>"""


def main(configuration: str, expected: str) -> None:
    """Do all of it."""
    config.set_trytond(DATABASE, config_file=configuration)
    accounts = make_company()
    print_as_pdf()
    make_user()
    customers = [make_party(name) for name in CUSTOMERS]
    invoices = [post(make_invoice(n, customers[n % len(customers)], accounts)) for n in range(TOTAL)]
    pay(invoices[PAID], accounts)
    make_invoice(TOTAL, customers[0], accounts).save()
    post(make_invoice(TOTAL, make_party("Paper Mill AG"), accounts, kind="in"))
    content = {
        "database": DATABASE,
        "login": LOGIN,
        "password": PASSWORD,
        "invoices": [describe(invoice) for invoice in invoices],
    }
    Path(expected).write_text(json.dumps(content, indent=1, ensure_ascii=False))


def make_company() -> dict[str, Any]:
    """A company with a chart of accounts and a fiscal year; its accounts by kind."""
    create_company()
    create_chart()
    year = create_fiscalyear(today=(dt.date(2025, 1, 1), dt.date(2025, 12, 31)))
    set_fiscalyear_invoice_sequences(year).click("create_period")
    accounts: dict[str, Any] = get_accounts()
    return accounts


def print_as_pdf() -> None:
    """Print invoices from our own template: the stock one needs LibreOffice to become a PDF."""
    (report,) = Model.get("ir.action.report").find([("report_name", "=", "account.invoice")])
    report.template_extension, report.extension = "html", "pdf"
    report.report_content_custom = TEMPLATE
    report.save()


def make_user() -> None:
    """An accountant of the company, with a mobile number for the second factor."""
    company = get_company()
    user = Model.get("res.user")(name="Léa Martin", login=LOGIN, password=PASSWORD, mobile="+15550177")
    user.companies.append(company)
    user.company = company
    user.groups.extend(Model.get("res.group").find([("name", "in", ["Accounting", "Account"])]))
    user.save()


def make_party(name: str) -> Any:
    """A customer or supplier."""
    party = Model.get("party.party")(name=name)
    party.save()
    return party


def make_euro() -> Any:
    """A second currency, at par: then posting leaves no difference, which would need accounts of its own."""
    euro = Model.get("currency.currency")(name="Euro", code="EUR", rounding=Decimal("0.01"))
    euro.rates.new(date=dt.date(2025, 1, 1), rate=Decimal(1))
    euro.save()
    return euro


def make_invoice(n: int, party: Any, accounts: dict[str, Any], kind: str = "out") -> Any:
    """The n-th invoice, one every eighth day or so, not yet saved; credit notes have negative quantities."""
    invoice = Model.get("account.invoice")(type=kind, party=party, invoice_date=FIRST_DAY + dt.timedelta(days=8 * n))
    if n == IN_EUROS:
        invoice.currency = make_euro()
    for position in range(1 + n % 3):
        line = invoice.lines.new()
        line.account = accounts["revenue" if kind == "out" else "expense"]
        line.description = f"Delivery {n}.{position}"
        line.quantity = (n % 5 + 1) * (-1 if n in CREDIT_NOTES else 1)
        line.unit_price = Decimal(1995 + 317 * n + 41 * position) / 100
    return invoice


def post(invoice: Any) -> Any:
    """Post an invoice; Tryton prints it and keeps the document."""
    invoice.click("post")
    return invoice


def pay(invoice: Any, accounts: dict[str, Any]) -> None:
    """Pay an invoice in cash."""
    (journal,) = Model.get("account.journal").find([("code", "=", "CASH")])
    method = Model.get("account.invoice.payment.method")(name="Cash", journal=journal)
    method.credit_account = method.debit_account = accounts["cash"]
    method.save()
    wizard = invoice.click("pay")
    wizard.form.payment_method = method
    wizard.form.date = invoice.invoice_date
    wizard.execute("choice")


def describe(invoice: Any) -> dict[str, Any]:
    """What a connector must find of an invoice, by the names of a bill's fields."""
    invoice.reload()
    return {
        "number": invoice.number,
        "date": str(invoice.invoice_date),
        "amount": str(abs(invoice.total_amount)),
        "is_refund": invoice.total_amount < 0,
        "currency": invoice.currency.code,
        "vendor": invoice.company.rec_name,
        "title": invoice.party.name,
        "sha256": hashlib.sha256(bytes(invoice.invoice_report_cache)).hexdigest(),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
