"""The same portal without a browser: the login is a request, four pages of bills, twenty documents."""

from collections.abc import Iterator

import toolkit
from toolkit import Bill, Run


def log_in(run: Run) -> None:
    """Send the form."""
    run.session.post("/login", data=dict(run.fields))


def bills(run: Run) -> Iterator[Bill]:
    """Every bill, page after page."""
    page = 1
    while page:
        answer = run.session.get(f"/bills/20000/{page}").json()
        for row in answer["items"]:
            yield Bill(number=row["id"], date="2025-03-09", amount=row["total"], currency="EUR", pdfurl=row["pdf"])
        page = answer["next"]


connector = toolkit.create_new(
    name="listing",
    models=[Bill],
    fetch_operations=[
        log_in,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
        toolkit.link_bank_operation(Bill, identifier="portal"),
    ],
)
