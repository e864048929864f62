"""What is paid on a bill, of its late fee, and back to the user: each with its limit, and none of it lost."""

from __future__ import annotations

from typing import Any

from cases.policy.privacy.retention import verdict
from tests.workflow.desk import FILE, Desk

BILL = "XZ26-0001-B01"


def reviewed(**more: Any) -> Desk:
    """A bill of 33,824.00 that is due on 20 December 2026 at one per mille a day."""
    desk = Desk().verified().determined("surcharge").planned()
    desk.act("drc-approver1", "issue_surcharge_list", list_file=FILE, account="3203001", address="云龙区某路")
    desk.act("grid-billing1", "acknowledge_surcharge", account_matches=True, **more)
    told = {"method": "direct", "notified_on": desk.iso[:10], "notice_file": FILE}
    desk.act("grid-billing1", "notify_subscriber", **told)
    desk.later(days=40)
    desk.billed(due_on="2026-12-20")
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    return desk


def pay(desk: Desk, amount: str, day: str = "2026-12-10", **more: Any) -> None:
    desk.act("grid-billing1", "record_payment", bill=BILL, amount=amount, paid_on=day, **more)


def too_much(desk: Desk, amount: str, day: str = "2026-12-10", **more: Any) -> str:
    data = {"bill": BILL, "amount": amount, "paid_on": day, **more}
    return desk.refused("grid-billing1", "record_payment", **data).fields["amount"].zh


def corrected(desk: Desk, kwh: str) -> dict[str, Any]:
    fix = {"bill": BILL, "reason_code": "misread", "kwh": kwh, "reason": "抄错"}
    desk.act("grid-billing1", "adjust_bill", **fix)
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    return bill(desk)


def held(desk: Desk) -> bool:
    return "payment" in verdict("case", closed_at=desk.now, facts=desk.view.facts).held_by


def bill(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = desk.fact("surcharge", "bills")[0]
    return found


def test_no_more_is_paid_back_than_was_paid_too_much() -> None:
    desk = reviewed()
    pay(desk, "33824.00")
    assert "没有多缴的金额" in too_much(desk, "0.01", kind="refund")
    # 34,000 × (0.6664 + 0.30) = 32,857.60, then 30,000 × 0.9664 = 28,992.00.
    assert corrected(desk, "34000")["refund"] == "966.40"
    assert corrected(desk, "30000")["refund"] == "4832.00", "both corrections count"
    assert held(desk), "what is to be given back keeps the case"
    assert "多缴的 4832.00 元" in too_much(desk, "4832.01", kind="refund")
    pay(desk, "4000.00", "2026-12-12", kind="refund")
    assert "多缴的 832.00 元" in too_much(desk, "832.01", kind="refund")
    pay(desk, "832.00", "2026-12-12", kind="refund")
    now = bill(desk)
    assert (now["paid"], now["refunded"], now["settled"]) == ("28992.00", "4832.00", True)
    assert desk.fact("payments")[-1] == {
        "bill": BILL, "kind": "refund", "amount": "832.00", "paid_on": "2026-12-12", "reason": "misread",
        "seq": desk.fact("payments")[-1]["seq"],
    }  # fmt: skip
    assert not held(desk)


def test_the_late_fee_is_paid_up_to_what_it_comes_to_on_that_day() -> None:
    desk = reviewed(late_fee="1")
    desk.later(days=40)
    assert "违约金尚欠 0.00 元" in too_much(desk, "0.01", "2026-12-20", kind="late_fee"), "due on that day, not late"
    # 33,824.00 for ten days at one per mille.
    assert "违约金尚欠 338.24 元" in too_much(desk, "338.25", "2026-12-30", kind="late_fee")
    pay(desk, "338.24", "2026-12-30", kind="late_fee")
    assert (bill(desk)["fee_paid"], bill(desk)["paid"], bill(desk)["settled"]) == ("338.24", "0", False)
    pay(desk, "33824.00", "2026-12-30")
    assert "违约金尚欠 0.00 元" in too_much(desk, "0.01", "2027-01-09", kind="late_fee"), "nothing was open any more"
    assert bill(desk)["settled"]


def test_where_no_fee_was_contracted_none_is_taken() -> None:
    desk = reviewed()
    desk.later(days=40)
    assert "违约金尚欠 0.00 元" in too_much(desk, "0.01", "2027-01-09", kind="late_fee")


def test_nobody_contracts_more_than_three_per_mille() -> None:
    desk = Desk().verified().determined("surcharge").planned()
    desk.act("drc-approver1", "issue_surcharge_list", list_file=FILE, account="3203001", address="云龙区某路")
    for rate in ("0.99", "3.01"):
        error = desk.refused("grid-billing1", "acknowledge_surcharge", account_matches=True, late_fee=rate)
        assert list(error.fields) == ["late_fee"]
