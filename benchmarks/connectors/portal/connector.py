"""The portal of the benchmarks: a login of two redirects and a poll, four pages of bills, twenty documents."""

from collections.abc import Iterator

import toolkit
from toolkit import Bill, Run

log_in = toolkit.login_form(
    "/login.html", fields={"login": "#login", "password": "#password"}, submit="button", ok="#bills"
)


def bills(run: Run) -> Iterator[Bill]:
    """Every bill, page after page."""
    page = 1
    while page:
        answer = run.session.get(f"/bills/200000/{page}").json()
        for row in answer["items"]:
            yield Bill(number=row["id"], date="2025-03-09", amount=row["total"], currency="EUR", pdfurl=row["pdf"])
        page = answer["next"]


connector = toolkit.create_new(
    name="portal",
    models=[Bill],
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
        toolkit.link_bank_operation(Bill, identifier="portal"),
    ],
)
