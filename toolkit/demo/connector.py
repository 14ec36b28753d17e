"""Orma Telecom: one PDF bill a month."""

from collections.abc import Iterator

import toolkit
from toolkit import Bill, Run

log_in = toolkit.login_form(
    "/",
    fields={"login": "#email", "password": "#password"},
    submit="button[type=submit]",
    ok="#bills",
    wrong=".error",
    down=".down",
)


def bills(run: Run) -> Iterator[Bill]:
    """Every bill of the account, newest first, page after page."""
    page = 1
    while page:
        answer = run.session.get("/api/bills", params={"page": page}).json()
        for row in answer["items"]:
            yield Bill(
                number=row["id"],
                date=row["issued"],
                amount=row["total"],
                currency=row["currency"],
                is_refund=row["kind"] == "refund",
                pdfurl=row["pdf"],
            )
        page = answer["next"]


connector = toolkit.create_new(
    name="demo",
    models=[Bill],
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
        toolkit.link_bank_operation(Bill, identifier="orma", date_delta=10),
    ],
)
