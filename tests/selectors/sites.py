"""A case in which every field of the table has a value that stands nowhere else, and what a reader gets of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import pytest
from django.test import Client

from agencies import visibility
from agencies.actors import Actor
from agencies.models import User
from agencies.visibility import Part
from audit.models import Event
from cases.models import Case, PersonalRecord
from cases.models.sealing import key_ring
from cases.models.vault import record_place
from tests.intake.samples import bring
from tests.workflow.world import World, at

LIST = (
    "序号,源IP地址,源端口,矿池地址,币种,首次发现时间,最近发现时间,提交次数,运营商,疑似区县,名单级别\n"
    "1,58.218.10.21,51317,kpool.example:7777,BTC,2026-10-16 07:53:00,2026-10-18 06:29:00,317,电信,云龙区,重点\n"
)
# Identifiers and hashes, whole and as a page shortens them.
HASHES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}|[0-9a-f]{6}…[0-9a-f]{4}")
READERS = {
    "commission": "drc-handler1",
    "cyberspace": "cac-handler1",
    "telecom": "telecom-handler1",
    "carrier": "ct-handler1",
    "grid": "grid-handler1",
    "auditor": "xzsup-supervisor1",
    "superior commission": "js-drc-handler1",
    "superior supervision": "sup-supervisor1",
    "partner": "police-handler1",
}
CARRIER = {
    "subscriber": "邵建国甲",
    "phone": "13805201234",
    "line_account": "CTLINE778899",
    "address": "江苏省徐州市泉山区翟山街道孟庄村3组12号",
}
GRID = {"account": "3203145824572", "holder": "钱桂兰", "address": "徐州市贾汪区大吴镇水口村1号"}
# What of each field tells it, in each form; in no form but the clear one may the clear text stand anywhere.
FORMS: dict[str, dict[str, str]] = {
    "ip": {"clear": "58.218.10.21", "masked": "58.218.*.*", "hash": "#"},
    "port": {"clear": "51317", "masked": "5****"},
    "pool": {"clear": "kpool.example", "masked": "k***"},
    "seen at": {"clear": "06:29", "masked": "10-18"},
    "connections": {"clear": "41263"},
    "subscriber of the carrier": {"clear": CARRIER["subscriber"], "masked": "邵***"},
    "phone": {"clear": CARRIER["phone"], "masked": "138****1234"},
    "line": {"clear": CARRIER["line_account"], "masked": "CTLI****8899"},
    "address of the carrier": {"clear": "孟庄村3组12号", "district": "江苏省徐州市泉山区***"},
    "holder of the grid company": {"clear": GRID["holder"], "masked": "钱**"},
    "address of the grid company": {"clear": "水口村1号", "district": "徐州市贾汪区***"},
    "account": {"clear": GRID["account"], "masked": "3203*****4572"},
    "monthly kwh": {"clear": "34567", "masked": "3****"},
    "capacity": {"clear": "318.25"},
    "reading of the cut": {"clear": "1207.5", "masked": "1***.*"},
    "kwh of the bill": {"clear": "28226", "masked": "2****"},
    "amount of the bill": {},
    "tip": {"clear": "楼上整夜有风扇声", "masked": "***"},
    "reporter": {"clear": "吕秀珍", "masked": "吕**"},
}


def build(monkeypatch: pytest.MonkeyPatch) -> tuple[World, str]:
    """A case from a list to its four findings, referred to the police, with a tip."""
    world = World("2026-11-03 10:00")
    monkeypatch.setattr("audit.clock.now", lambda: world.now)
    monkeypatch.setattr("agencies.visibility.part", as_while_it_owes(visibility.part))
    bring("telecom", LIST.encode(), name="名单")
    case = str(Case.objects.get().pk)
    kinds = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]
    world.act(case, "drc-handler1", "dispatch_verification", findings=kinds)
    task = next(task.id for task in world.view(case).tasks if task.kind == "trace_subscriber")
    world.act(case, "telecom-handler1", "assign_task", task=task, unit="320300-telecom-ct")
    world.act(case, "ct-handler1", "report_subscriber", result="identified", subject="sole_trader", **CARRIER)
    world.act(
        case, "grid-handler1", "report_consumption", result="abnormal", user_class="ordinary",
        price_class="commercial", serves_residents=False, monthly_kwh="34567", capacity_kva="318.25", illegal_use=True,
        theft=False, arrears_days=0, **GRID,
    )  # fmt: skip
    world.act(case, "cac-handler1", "report_traffic", result="confirmed", pools=2, connections=41263)
    world.act(
        case, "drc-handler2", "record_inspection", result="running", inspected_at=world.iso, home_entry=False,
        officers=[{"staff_no": "XZ1001"}, {"staff_no": "XZ1002"}], signature="signed", subject="sole_trader",
        devices=50, power_kw="48.6", serves_residents=False, danger=False,
    )  # fmt: skip
    world.act(case, "drc-approver1", "refer_case", partner="320300-police", matter="crime", request="请查处")
    # People write into notes what they should not.
    note = f"{CARRIER['subscriber']}的电话{CARRIER['phone']}，住{CARRIER['address']}，户号{GRID['account']}"
    world.act(case, "drc-handler1", "comment", comment=note)
    for field, text in (("content", FORMS["tip"]["clear"]), ("reporter", FORMS["reporter"]["clear"])):
        seal(case, field, text)
    return world, case


def as_while_it_owes(part: Callable[..., Part | None]) -> Callable[..., Part | None]:
    """The table tells forms, not parts: every agency but a partner reads as it does while it owes work on the case."""

    def read(actor: Actor, *about: Any) -> Part | None:
        found = part(actor, *about)
        partner = all(post.kind == "partner" for post in actor.posts)
        return found if found is None or partner else Part.WHOLE

    return read


def seal(case: str, field: str, text: str) -> None:
    record = PersonalRecord(case_id=case, field=field, source="tips", created_at=at("2026-11-03 10:00"))
    record.sealed = key_ring().seal(text.encode(), record_place(record.id.bytes, field))
    record.key_id, record.blind = key_ring().current, key_ring().blind(f"person/{field}", text)
    record.protected = field == "reporter"
    record.save()


def to_measures(world: World, case: str) -> str:
    """On to the confirmed cut and the first bill; the amount of the bill."""
    world.determined(
        case, finding="self_operated", subject="sole_trader", disposals=["suspension", "surcharge"],
        ground="G5_power_authority", serious_or_refused=True, proven_from="2026-10-01",
    )  # fmt: skip
    world.served(case)
    world.later(days=4)
    world.final_notice(case)
    world.later(minutes=40)
    world.execute(case, reading="1207.5")
    world.act(case, "grid-crew2", "confirm_suspension", confirmed_at=world.iso, load_is_zero=True, reading="1207.5")
    world.surcharged(case, monthly_kwh="34567")
    world.later(days=30)
    world.act(
        case, "grid-billing1", "issue_bill", month="2026-11", cycle_from="2026-11-01", cycle_to="2026-11-30",
        kwh="28226", energy_price="0.6664",
    )  # fmt: skip
    return str(Case.objects.get(pk=case).facts["surcharge"]["bills"][-1]["amount"])


def everything(username: str, case: str) -> str:
    """All that this person gets to see of the case, from every page and every address that tells of it."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    return "\n".join(read for address in addresses(case, client) for read in answers(client, address))


def answers(client: Client, address: str) -> Iterator[str]:
    answer = client.get(address)
    assert answer.status_code in (200, 404), (address, answer.status_code)
    if answer.status_code == 200:
        text = answer.content.decode()
        # Thousands apart on a page are the same figure; the watermark and the clock of the page are nobody's data. Some
        # short figure stands by chance in any random token.
        text = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text)
        yield re.sub(r"(?<=\d),(?=\d{3})", "", text)


def addresses(case: str, client: Client) -> list[str]:
    number = Case.objects.get(pk=case).number
    families = ("traffic", "hashpower", "energy", "funds", "report", "onsite")
    pages = [f"/cases/{number}/?signal={family}" for family in families]
    pages += ["/", "/cases/", "/tasks/", "/inbox/", f"/audit/?case={number}", "/imports/"]
    pages += [f"/cases/{number}/actions/{action}/" for action in ("comment", "record_payment", "propose_surcharge")]
    api = ["cases/", f"cases/{number}", "tasks/", f"events/?case={number}", "imports/"]
    api += [f"cases/{number}/{part}" for part in ("personal", "timeline", "actions", "attachments/")]
    events = Event.objects.filter(stream=f"case/{case}").values_list("id", flat=True)
    return [*pages, *(f"/audit/{n}/" for n in events), *(f"/api/v1/{a}" for a in api),
            *(f"/api/v1/events/{n}" for n in events)]  # fmt: skip


@lru_cache(maxsize=1)
def without_hashes(text: str) -> str:
    """Any short figure stands somewhere in them. Once for all the fields that are looked for in what somebody read."""
    return HASHES.sub("", text)


def findings(text: str, field: str, form: str, forms: dict[str, str]) -> list[str]:
    """What is wrong with what somebody got to see of a field; nothing is as it should be."""
    wrong = []
    if form != "none" and forms.get(form, "") not in text:
        wrong.append(f"{field} is not shown as {form} ({forms.get(form)})")
    if form != "clear" and forms["clear"] in (bare := without_hashes(text)):
        where = bare.index(forms["clear"])
        wrong.append(f"{field} stands in clear: …{bare[max(where - 60, 0) : where + 40]!r}…")
    less = forms.get("masked") or forms.get("district") or ""
    # A short mask (3****) may be that of something else.
    if form in ("none", "hash") and len(less) > 6 and less in text:
        wrong.append(f"{field} is recognisable: {less}")
    return wrong
