"""The city that the policy table is about: every role at every place, and one case at each stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.test import Client

from agencies.actors import find_actor, system_actor
from agencies.directory import get_directory
from agencies.models import Agency, Membership, User
from agencies.services import create_agency
from audit import clock
from cases.intake.feedback.services import ask_for, check_version, draw_version, send_version
from cases.intake.receiving import find_agency
from cases.intake.services import import_file
from cases.intake.tips import placing, taking
from cases.intake.uploads.beginning import Announced, begin
from cases.models import ListBatch, SiteSuggestion, Tip
from cases.policy.dated import CHINA
from tests.agencies.cast import told
from tests.security.tables import OUTSIDERS, ROLES, lines
from tests.workflow.world import World

NEW_AGENCIES = (
    ("320302-drc", "development_commission", "320302", "鼓楼区发展和改革委员会"),
    ("320100-supervision", "supervision", "3201", "南京市人民政府督查室"),
)
LIST = (
    "序号,源IP地址,源端口,矿池地址,币种,首次发现时间,最近发现时间,提交次数,运营商,疑似区县,名单级别\n"
    "1,58.218.10.21,51317,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,999,电信,云龙区,重点\n"
    "2,not an address,51317,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,999,电信,云龙区,重点\n"
)
FINDINGS = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]


@dataclass
class City:
    """Numbers, ids, files and first events of the five cases; one client a person."""

    numbers: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    batch: str = ""
    pair: str = ""
    tip: str = ""
    upload: str = ""
    people: dict[tuple[str, str], User] = field(default_factory=dict)
    _clients: dict[tuple[str, str], Client] = field(default_factory=dict)

    def client(self, place: str, role: str) -> Client:
        key = (place, role)
        if key not in self._clients:
            self._clients[key] = Client()
            if role != "nobody":
                self._clients[key].force_login(self.people[key])
            if role == "disabled":
                # Whoever is disabled keeps the session that was open.
                told(f"account/{self.people[key].username}")
                User.objects.filter(pk=self.people[key].pk).update(is_active=False)
        return self._clients[key]


def people() -> dict[tuple[str, str], User]:
    """Every role at every place of the table, in new agencies too."""
    for code, kind, region, name in NEW_AGENCIES:
        create_agency(
            actor=system_actor(), code=code, kind=kind, region=region, name=name, short_name=name[:5], monogram="新",
            now=clock.now(),
        )  # fmt: skip
    return _people()


def build() -> City:
    city = City(people=people())
    world = World()
    ways = {
        "monitoring": _monitoring,
        "verification": _verification,
        "suspension": _suspension,
        "penalty_tariff": _penalty_tariff,
        "closed": _closed,
    }
    for stage, way in ways.items():
        case = way(world, _verified(world, f"{stage} 场所"))
        view = world.view(case)
        assert view.stage == stage
        city.ids[stage], city.numbers[stage], city.versions[stage] = case, view.number, view.version
        city.files[stage] = world.attach(case, "drc-handler1", f"{stage}.pdf")
        city.events[stage] = _first_event(case)
        _as_the_table_says(stage, view)
    _confidential(world, city)
    city.batch = _batch(world)
    city.pair = _pair(city)
    city.tip = _tip(world)
    city.upload = _upload(world)
    return city


def _pair(city: City) -> str:
    """Two of the cases that may be one site."""
    one, other = sorted((city.ids["monitoring"], city.ids["verification"]))
    found = SiteSuggestion.objects.create(one_id=one, other_id=other, score=1.0, reasons=["phone"], since=clock.now())
    return str(found.pk)


def _confidential(world: World, city: City) -> None:
    """A case that only one handler of the commission may know of."""
    cleared = _person("cleared", Agency.objects.get(code="320300-drc"), "handler", ceiling="internal")
    opening = {"region_code": "3203", "title": "confidential 场所", "source": "telecom", "confidentiality": "sensitive"}
    case = world.act(
        None, cleared.username, "open_case", signals=[{"family": "traffic", "count": 3}], **opening
    ).case_id
    world.act(case, cleared.username, "dispatch_verification", findings=["inspect_site"])
    view = world.view(case)
    city.ids["confidential"], city.numbers["confidential"] = case, view.number
    city.versions["confidential"], city.events["confidential"] = view.version, _first_event(case)
    city.files["confidential"] = world.attach(case, cleared.username, "confidential.pdf")


def _as_the_table_says(stage: str, view: Any) -> None:
    codes = {agency.id: agency.code for agency in get_directory().by_id.values()}
    found = {(t.kind, codes[t.agency_id], codes.get(t.unit_id or 0, "")) for t in view.tasks}
    wanted = {(row["task"], row["place"], row["unit"]) for row in lines("tasks") if row["stage"] == stage}
    assert found == wanted, stage


def _people() -> dict[tuple[str, str], User]:
    made = {}
    for place in lines("places"):
        agency = Agency.objects.get(code=place["place"])
        for role in (*ROLES, *OUTSIDERS[:2]):
            name = f"cell-{place['place']}-{role}".replace("_", "-")
            ended = {"active": False, "until": clock.now()} if role == "none" else {}
            made[place["place"], role] = _person(name, agency, role if role in ROLES else "handler", **ended)
    return made


def _person(name: str, agency: Agency, role: str, **more: Any) -> User:
    """An account with one post and no password: it is here to be asked, not to log in."""
    boss, now = User.objects.get(username="admin1"), clock.now()
    with transaction.atomic():
        told(f"account/{name}")
        user = User.objects.create(username=name, display_name=name.removeprefix("cell-"), created_at=now)
        Membership.objects.create(user=user, agency=agency, role=role, since=now, granted_by=boss, **more)
    return user


def _batch(world: World) -> str:
    summary = import_file(
        actor=system_actor(), content=LIST.encode(), filename="名单.csv", kind="telecom",
        agency=find_agency("320300-telecom", get_directory()), batch_name="试批", now=world.now,
    )  # fmt: skip
    _answered(summary.id, world.now)
    return str(summary.id)


def _answered(batch_id: UUID, now: datetime) -> None:
    """The first version of the list's feedback, sent."""
    actor, batch = system_actor(), ListBatch.objects.get(id=batch_id)
    version = draw_version(ask_for(actor=actor, batch=batch, now=now).id, now)
    version = check_version(actor=actor, version=version, now=now)
    day = f"{now.astimezone(CHINA):%Y-%m-%d}"
    send_version(actor=actor, version=version, document_number="徐发改函〔2026〕1号", sent_on=day, now=now)


def _tip(world: World) -> str:
    """A tip with a reporter, which led to no case."""
    taking.take(taking.Report("试", "3203", "不详", "有噪声", {"name": "某人"}), world.now)
    placing.place(world.now)
    tip = Tip.objects.get()
    assert tip.batch_id
    return str(tip.id)


def _upload(world: World) -> str:
    """A list of which a handler of the telecommunications bureau has sent nothing yet."""
    agency = find_agency("320300-telecom", get_directory())
    announced = Announced("telecom", agency, "分片", "名单.csv", 9)
    return str(begin(actor=find_actor("telecom-handler1"), announced=announced, now=world.now).id)


def _first_event(case: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM audit_event WHERE stream = %s AND seq = 1", [f"case/{case}"])
        return int(cursor.fetchone()[0])


def _verified(world: World, title: str) -> str:
    """All four asked, a carrier and a county branch among them; the police has a referral, another partner had one."""
    case = world.open(title=title, region_code="3203")
    world.act(case, "drc-handler1", "dispatch_verification", findings=FINDINGS)
    task = {t.kind: t.id for t in world.view(case).tasks}
    world.act(case, "telecom-handler1", "assign_task", task=task["trace_subscriber"], unit="320300-telecom-ct")
    world.act(case, "grid-handler1", "assign_task", task=task["check_consumption"], unit="320303-grid")
    world.act(case, "drc-approver1", "refer_case", partner="320300-culture", matter="crime", request="请查处")
    world.act(case, "culture-handler1", "acknowledge_referral")
    world.act(case, "culture-handler1", "reply_referral", result="filed", reply="已立案")
    world.act(case, "drc-approver1", "refer_case", partner="320300-police", matter="crime", request="请查处窃电")
    return case


def _verification(world: World, case: str) -> str:
    return case


def _found(world: World, case: str, disposal: str, **more: Any) -> str:
    world.act(case, "telecom-handler1", "report_subscriber", result="identified", subject="sole_trader", lines=1)
    world.act(
        case, "grid-handler1", "report_consumption", result="abnormal", user_class="ordinary",
        price_class="commercial", serves_residents=False, monthly_kwh="35000", capacity_kva="250", illegal_use=True,
        theft=False, arrears_days=0,
    )  # fmt: skip
    world.act(case, "cac-handler1", "report_traffic", result="confirmed", pools=2, connections=40)
    world.act(
        case, "drc-handler2", "record_inspection", result="running", inspected_at=world.now.isoformat(),
        officers=[{"staff_no": "XZ1001", "officer": "李明远"}, {"staff_no": "XZ1002", "officer": "陈洁"}],
        home_entry=False, consent=True, signature="signed", subject="sole_trader", devices=50, power_kw="48.6",
        serves_residents=False,
    )  # fmt: skip
    return world.determined(case, subject="sole_trader", disposals=[disposal], **{"finding": "self_operated", **more})


def _monitoring(world: World, case: str) -> str:
    return _found(
        world,
        case,
        "continue_monitoring",
        finding="pending_appraisal",
        review_on="2026-11-20",
        monitoring_reason="awaiting_signal",
    )


def _suspension(world: World, case: str) -> str:
    _found(world, case, "suspension", ground="G5_power_authority", serious_or_refused=True, proven_from="2026-10-01")
    order, law = world.attach(case, "drc-approver1"), world.attach(case, "drc-approver1", "决定书.pdf")
    world.act(case, "drc-approver1", "sign_suspension_order", order_file=order, legal_document=law)
    world.act(
        case, "grid-approver1", "approve_suspension", user_class="ordinary", serves_residents=False,
        approval_level="company", order_checked=True,
    )  # fmt: skip
    task = next(t.id for t in world.view(case).tasks if t.kind == "serve_notice")
    world.act(case, "grid-handler1", "assign_task", task=task, unit="320303-grid")
    return case


def _penalty_tariff(world: World, case: str) -> str:
    _found(world, case, "surcharge", proven_from="2026-10-01")
    plan = {"rate": "0.30", "starts_on": "2026-10-01", "monthly_kwh": "35000", "price_class": "commercial"}
    world.act(case, "drc-handler1", "propose_surcharge", simulation_seen=True, **plan)
    letter = world.attach(case, "drc-approver1", "名单函.pdf")
    place = {"account": "3203000000001", "address": "云龙区和平路1号"}
    world.act(case, "drc-approver1", "issue_surcharge_list", list_file=letter, **place)
    return case


def _closed(world: World, case: str) -> str:
    world.act(case, "police-handler1", "acknowledge_referral")
    return _found(world, case, "close", finding="already_stopped")
