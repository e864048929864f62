"""A city at work: people by username, an injected clock, and one call per act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from agencies.actors import Actor, find_actor, system_actor
from agencies.models import Agency, User
from agencies.services import grant_role
from cases.documents.attachments import store_attachment
from cases.workflow.deciding.available import Availability
from cases.workflow.deciding.loading import load_case
from cases.workflow.engine import Result, available_actions, perform
from cases.workflow.view import CaseView
from tests.files import photo

CHINA = timezone(timedelta(hours=8))


def at(text: str) -> datetime:
    """A moment in Chinese time, "2026-11-03 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA).astimezone(UTC)


class World:
    """Acts are done through the engine, at `now`."""

    def __init__(self, now: str = "2026-11-03 10:00") -> None:
        self.now = at(now)
        self._people: dict[str, Actor] = {}

    def person(self, username: str) -> Actor:
        if username not in self._people:
            self._people[username] = find_actor(username)
        return self._people[username]

    def give(self, username: str, role: str, agency: str) -> None:
        """One role more, beside those that the person has."""
        person, place = User.objects.get(username=username), Agency.objects.get(code=agency)
        grant_role(actor=system_actor(), user=person, agency=place, role=role, now=self.now)

    def later(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now

    def act(
        self,
        case: str | None,
        username: str,
        action: str,
        *,
        version: int | None = None,
        key: str | None = None,
        **data: Any,
    ) -> Result:
        return perform(
            case_id=case,
            action=action,
            actor=self.person(username),
            data=data,
            expected_version=version,
            idempotency_key=key,
            now=self.now,
        )

    def open(self, **data: Any) -> str:
        details = {"region_code": "320303", "title": "云龙区 居民用户", "source": "telecom", **data}
        details.setdefault("signals", [{"family": "traffic", "count": 3}])
        return self.act(None, "drc-handler1", "open_case", **details).case_id

    def attach(self, case: str, username: str, name: str = "函.pdf", content: bytes = b"") -> str:
        upload = SimpleUploadedFile(name, content or f"%PDF-1.7 {name}".encode())
        return store_attachment(actor=self.person(username), case_id=case, kind="document", upload=upload, now=self.now)

    def view(self, case: str) -> CaseView:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM agencies_user WHERE username = 'system'")
            system = cursor.fetchone()[0]
        view = load_case(case, system, lock=False).view
        assert view is not None
        return view

    def may(self, case: str, username: str, action: str) -> Availability:
        found = available_actions(case_id=case, actor=self.person(username), now=self.now)
        return next(a for a in found if a.action == action)

    def open_tasks(self, case: str) -> list[str]:
        return sorted(t.kind for t in self.view(case).tasks)

    # -- the usual stretches of the way ---------------------------------------------------------------------------

    def verified(self, case: str, *, finding: str = "self_operated", **facts: Any) -> str:
        """From triage to the last finding: all four, a site visit by two officers among them."""
        subject = facts.get("subject", "sole_trader")
        residents = facts.get("serves_residents", False)
        self.act(
            case,
            "drc-handler1",
            "dispatch_verification",
            findings=["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"],
        )
        self.act(case, "telecom-handler1", "report_subscriber", result="identified", subject=subject, lines=1)
        self.act(
            case,
            "grid-handler1",
            "report_consumption",
            result="abnormal",
            user_class=facts.get("user_class", "ordinary"),
            price_class=facts.get("price_class", "commercial"),
            serves_residents=residents,
            monthly_kwh=facts.get("monthly_kwh", "35000"),
            capacity_kva=facts.get("capacity_kva", "250"),
            illegal_use=facts.get("illegal_use", True),
            theft=facts.get("theft", False),
            arrears_days=0,
        )
        traffic = "compromised" if finding == "compromised" else "confirmed"
        self.act(case, "cac-handler1", "report_traffic", result=traffic, pools=2, connections=40)
        self.act(
            case,
            "drc-handler2",
            "record_inspection",
            result="compromised" if finding == "compromised" else "running",
            inspected_at=self.now.isoformat(),
            officers=[
                {"staff_no": "XZ1001", "officer": "李明远"},
                {"staff_no": "XZ1002", "officer": "陈洁"},
            ],
            home_entry=residents,
            consent=True,
            signature="signed",
            subject=subject,
            devices=50,
            power_kw="48.6",
            serves_residents=residents,
        )
        return case

    def determined(self, case: str, **proposal: Any) -> str:
        """Proposed by one person and approved by another."""
        self.act(case, "drc-handler1", "propose_determination", **{"opinion": "事实清楚", **proposal})
        self.act(case, "drc-reviewer1", "decide_determination", decision="approve")
        return case

    def served(self, case: str) -> str:
        """The order signed and approved, and its notice served."""
        order, law = self.attach(case, "drc-approver1"), self.attach(case, "drc-approver1", "决定书.pdf")
        self.act(case, "drc-approver1", "sign_suspension_order", order_file=order, legal_document=law)
        self.act(
            case,
            "grid-approver1",
            "approve_suspension",
            user_class="ordinary",
            serves_residents=False,
            approval_level="company",
            order_checked=True,
        )
        self.serve(case)
        return case

    def cut(self, case: str) -> str:
        """From the order to the executed cut, in working hours, inside the window."""
        self.served(case)
        self.later(days=4)
        self.final_notice(case)
        self.later(minutes=40)
        self.execute(case)
        return case

    def suspended(self, case: str) -> str:
        """From the order to the cut that a second person has confirmed."""
        self.cut(case)
        self.act(case, "grid-crew2", "confirm_suspension", confirmed_at=self.iso, load_is_zero=True, reading="1204.5")
        return case

    @property
    def iso(self) -> str:
        return self.now.isoformat()

    def serve(self, case: str) -> Result:
        notice = self.attach(case, "grid-crew1", "停电通知书.pdf")
        return self.act(
            case,
            "grid-crew1",
            "serve_notice",
            method="direct",
            served_at=self.iso,
            notice_file=notice,
            signature="signed",
            recipient="张三",
        )

    def final_notice(self, case: str) -> Result:
        return self.act(case, "grid-crew1", "give_final_notice", given_at=self.iso, method="phone")

    def execute(self, case: str, username: str = "grid-crew1", **changes: Any) -> Result:
        photos = [self.attach(case, username, f"现场{n}.jpg", photo(b"%d" % n)) for n in (1, 2)]
        checks = (
            "other_users_unaffected",
            "public_safety",
            "no_medical_device",
            "no_fire_pump",
            "no_breeding_load",
            "no_lift_load",
            "circuit_separate",
        )
        data = {
            "executed_at": self.iso,
            **dict.fromkeys(checks, True),
            "reading": "1204.5",
            "seal_no": "F20261107",
            "photos": photos,
            "photo_reason": "相机未记录时间",
            **changes,
        }
        return self.act(case, username, "execute_suspension", **data)

    def surcharged(self, case: str, rate: str = "0.30", **changes: Any) -> str:
        """From the plan to the user who was told a week ago."""
        plan = {"rate": rate, "starts_on": "2026-10-01", "monthly_kwh": "35000", "price_class": "commercial"}
        self.act(case, "drc-handler1", "propose_surcharge", **{**plan, "simulation_seen": True, **changes})
        letter = self.attach(case, "drc-approver1", "名单函.pdf")
        self.act(
            case,
            "drc-approver1",
            "issue_surcharge_list",
            list_file=letter,
            account="3203000000001",
            address="云龙区和平路1号",
        )
        self.act(case, "grid-billing1", "acknowledge_surcharge", account_matches=True)
        notice = self.attach(case, "grid-billing1", "告知书.pdf")
        self.act(
            case,
            "grid-billing1",
            "notify_subscriber",
            method="direct",
            notified_on=str(self.now.date()),
            notice_file=notice,
        )
        self.later(days=7)
        return case
