"""Stretches that several stories share: verification, the order, the notice, the cut."""

from __future__ import annotations

from typing import Any

from config.demo.play import Play

CHECKS = (
    "other_users_unaffected",
    "public_safety",
    "no_medical_device",
    "no_fire_pump",
    "no_breeding_load",
    "no_lift_load",
    "circuit_separate",
)
OFFICERS = [{"staff_no": "XZ1001", "officer": "李明远"}, {"staff_no": "XZ1002", "officer": "陈洁"}]
ALL_FINDINGS = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]
HOUSEHOLD: dict[str, Any] = {
    "subject": "natural_person",
    "user_class": "residential",
    "price_class": "tiered",
    "serves_residents": True,
}
SOLE_TRADER: dict[str, Any] = {
    "subject": "sole_trader",
    "user_class": "ordinary",
    "price_class": "commercial",
    "serves_residents": False,
}


def dispatch(play: Play, number: str) -> None:
    play.act("drc-handler1", number, "accept_task")
    play.act("drc-handler1", number, "dispatch_verification", findings=ALL_FINDINGS)


def findings(play: Play, number: str, who: dict[str, Any], *, kwh: str, kva: str, compromised: bool = False) -> None:
    """The four agencies' findings: carrier, grid, cyberspace office, and two officers on site."""
    play.act("telecom-handler1", number, "report_subscriber", result="identified", subject=who["subject"], lines=1)
    play.act(
        "grid-handler1",
        number,
        "report_consumption",
        result="normal" if compromised else "abnormal",
        user_class=who["user_class"],
        price_class=who["price_class"],
        serves_residents=who["serves_residents"],
        monthly_kwh=kwh,
        capacity_kva=kva,
        theft=False,
        illegal_use=not who["serves_residents"] and not compromised,
        arrears_days=0,
    )
    result = "compromised" if compromised else "confirmed"
    play.act("cac-handler1", number, "report_traffic", result=result, pools=2, connections=41)
    play.act(
        "drc-handler2",
        number,
        "record_inspection",
        result="compromised" if compromised else "running",
        inspected_at=play.now.isoformat(),
        officers=OFFICERS,
        home_entry=who["serves_residents"],
        consent=True,
        signature="signed",
        subject=who["subject"],
        devices=0 if compromised else 50,
        power_kw="0" if compromised else "48.6",
        serves_residents=who["serves_residents"],
    )


def sign_order(play: Play, number: str) -> None:
    order = play.file("drc-approver1", number, "停电函.pdf", "sign_suspension_order")
    decision = play.file("drc-approver1", number, "责令改正决定书.pdf", "sign_suspension_order")
    play.act("drc-approver1", number, "sign_suspension_order", order_file=order, legal_document=decision)


def approve_and_serve(play: Play, number: str) -> None:
    play.act(
        "grid-approver1",
        number,
        "approve_suspension",
        user_class="ordinary",
        serves_residents=False,
        approval_level="company",
        order_checked=True,
    )
    notice = play.file("grid-crew1", number, "停电通知书.pdf", "serve_notice")
    play.act(
        "grid-crew1",
        number,
        "serve_notice",
        method="direct",
        served_at=play.now.isoformat(),
        notice_file=notice,
        signature="signed",
        recipient="王海",
    )


def final_notice(play: Play, number: str) -> None:
    play.act("grid-crew1", number, "give_final_notice", given_at=play.now.isoformat(), method="phone")


def cut_data(play: Play, number: str, username: str) -> dict[str, Any]:
    photos = [play.photo(username, number, name, "execute_suspension") for name in ("断电后.jpg", "封印.jpg")]
    return {
        "executed_at": play.now.isoformat(),
        **dict.fromkeys(CHECKS, True),
        "reading": "120457.30",
        "seal_no": "F211103",
        "photos": photos,
        "photo_reason": "表箱在地下室，手机没有定位信号。",
    }


def cut(play: Play, number: str) -> None:
    """Executed by one person, confirmed by another on their own login."""
    play.act("grid-crew1", number, "execute_suspension", **cut_data(play, number, "grid-crew1"))
    confirmation = {"confirmed_at": play.now.isoformat(), "load_is_zero": True, "reading": "120457.30"}
    play.refused("grid-crew1", number, "confirm_suspension", **confirmation)
    play.act("grid-crew2", number, "confirm_suspension", **confirmation)
