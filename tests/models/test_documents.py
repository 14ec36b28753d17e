"""Documents as a Cozy has them."""

import json
from datetime import date
from decimal import Decimal

from toolkit import BankOperation, Bill
from toolkit.store import Store

REFUND = {
    "type": "health_costs",
    "subtype": "Spectacles",
    "vendor": "Good Health",
    "date": "2024-02-07",
    "amount": "70.05",
    "currency": "EUR",
    "isRefund": True,
    "beneficiary": "ADA BYRON",
    "originalAmount": "250.00",
    "originalDate": "2024-01-30",
    "groupAmount": "75.5",
    "socialSecurityRefund": "17.5",
    "isThirdPartyPayer": False,
    "vendorRef": "GH-2024-77",
    "matchingCriterias": {"labelRegex": "\\bgood health\\b"},
    "debitOperations": ["op-1"],
    "metadata": {"version": 1},
    "cozyMetadata": {"createdByApp": "goodhealth", "sourceAccount": "acc-1"},
}
PAID = {
    "date": "2024-02-09",
    "dateOperation": None,
    "amount": "-12.5",
    "currency": "EUR",
    "label": "DEBIT ACME",
    "originalBankLabel": "PRLV ACME 0042",
    "type": "direct debit",
    "automaticCategoryId": "400110",
    "cozyCategoryProba": 0.9323,
    "bills": ["io.cozy.bills:b-1"],
    "reimbursements": [{"billId": "b-2", "amount": 7.5}],
    "linxoId": "42",
}


def test_the_fields_of_a_cozys_bill_have_names_here() -> None:
    """In snake_case, as dates and exact amounts."""
    bill = Bill(**REFUND)

    assert bill.problems == []
    assert (bill.original_amount, bill.original_date) == (Decimal("250.00"), date(2024, 1, 30))
    assert (bill.vendor_ref, bill.is_third_party_payer, bill.group_amount) == ("GH-2024-77", False, Decimal("75.5"))
    assert Bill(date="2025-01-01", amount=1, currency="EUR", original_amount="NaN").problems == [
        "original_amount: 'NaN' is not a finite amount"
    ]


def test_they_come_back_as_they_were_and_nothing_is_added(store: Store) -> None:
    """What the library does not know, and what is null, too."""
    Bill.create(store, **REFUND)
    BankOperation.create(store, **PAID)
    (bill,), (paid,) = Bill.all(store), BankOperation.all(store)

    for model, before in ((bill, REFUND), (paid, PAID)):
        after = json.loads(model.model_dump_json(by_alias=True))
        assert {name: after[name] for name in before} == before
    assert "period_end" not in bill.model_fields_set
