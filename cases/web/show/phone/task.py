"""The task page: the account and its supply, what had to come before the cut, and how far each step is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.selectors import display_names
from cases.policy.calendar import working_days_between
from cases.policy.cutting.service import ways
from cases.policy.dated import CHINA
from cases.policy.execution import Window, execution_obstacles, notice_rule
from cases.selectors.paging import Row
from cases.templatetags.lianzhi import when
from cases.web.show.due import regional
from cases.web.show.words import clauses, listed, say
from cases.workflow.forms.choices import USER_CLASSES
from cases.workflow.forms.suspension import CONTACT
from cases.workflow.onsite.steps import ITEMS, Steps
from cases.workflow.view import Text

NOT_BEGUN, UNDER_WAY, DONE = (
    Text("未开始", "Not begun"),
    Text("进行中", "Under way"),
    Text("已完成", "Done"),
)
TONES: Final = {NOT_BEGUN: "", UNDER_WAY: "warn", DONE: "ok"}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that had to come before: done, still to do, or in the way."""

    tone: str
    title: str
    text: str
    key: str = ""


def cut_of(case: Row) -> dict[str, Any]:
    return dict(case["facts"].get("suspension") or {})


def supply(case: Row) -> str:
    """What the grid company reported of the supply."""
    found = (case["facts"].get("findings") or {}).get("check_consumption") or {}
    kind = dict(USER_CLASSES).get(found.get("user_class", ""))
    said = [say(kind)] if kind else []
    if found.get("capacity_kva"):
        said.append(gettext("合同容量 %(kva)s kVA") % {"kva": found["capacity_kva"]})
    if found.get("monthly_kwh"):
        said.append(gettext("月用电 %(kwh)s kWh") % {"kwh": found["monthly_kwh"]})
    return clauses(said)


def points(actor: Actor, case: Row, now: datetime) -> list[Point]:
    """Notice, approvals and second notice, each with what it still needs."""
    cut = cut_of(case)
    names = display_names(actor, {cut[key] for key in ("signed_by", "approved_by", "countersigned_by") if cut.get(key)})
    return [_notice(case, cut, now), _approvals(cut, names), *_second(case, cut, now)]


def _notice(case: Row, cut: Mapping[str, Any], now: datetime) -> Point:
    notice = cut.get("notice") or {}
    if not notice.get("window_from"):
        return Point("bad", gettext("停电通知书未送达"), gettext("送达并登记后，才能停电"), "notice")
    served, opens = _at(notice["served_at"]), _at(notice["window_from"])
    way = ways().get(notice.get("method", ""))
    days = working_days_between(
        served.astimezone(CHINA).date(), now.astimezone(CHINA).date(), regional(case["region"]["code"])
    )
    told = [_number(case), when(served), say(Text(way.zh, way.en)) if way else ""]
    told.append(gettext("距今 %(n)s 个工作日") % {"n": days})
    if now < opens:
        text = gettext("送达未满期限，最早 %(at)s 可停电") % {"at": when(opens)}
        return Point("bad", gettext("停电通知书已送达，未满期限"), clauses([*filter(None, told), text]), "notice")
    told.append(gettext("%(at)s 前可停电") % {"at": when(notice["window_to"])})
    return Point("ok", gettext("停电通知书已送达"), clauses(filter(None, told)), "notice")


def _number(case: Row) -> str:
    papers = [row for row in case["documents"] if row["kind"] == "suspension_notice" and not row["voided"]]
    return str(papers[-1]["number"]) if papers else ""


def _approvals(cut: Mapping[str, Any], names: Mapping[int, str]) -> Point:
    given = [
        (gettext("停电函签发"), cut.get("signed_by")),
        (gettext("供电公司审批"), cut.get("approved_by")),
        (gettext("电力管理部门会签"), cut.get("countersigned_by")),
    ]
    text = listed(f"{label} {names.get(who, '')}".strip() for label, who in given if who)
    needed = cut.get("approved_at") and (cut.get("user_class") != "important" or cut.get("countersigned_at"))
    if needed:
        return Point("ok", gettext("审批齐全"), text, "approvals")
    return Point("bad", gettext("审批不全"), text or gettext("供电公司尚未审批"), "approvals")


def _second(case: Row, cut: Mapping[str, Any], now: datetime) -> Iterator[Point]:
    minutes = second_minutes(case, cut, now)
    title = gettext("停电前 %(n)s 分钟再次通知") % {"n": minutes}
    given = given_today(cut, now)
    if given is None:
        said = gettext("昨日及以前的再次通知已失效，今天须再通知一次") if cut.get("second_notice_at") else ""
        text = said or gettext("停电前通知用电人并登记，满 %(n)s 分钟后方可停电") % {"n": minutes}
        yield Point("wait", title, text, "second")
        return
    way = dict(CONTACT).get(cut.get("second_notice", ""))
    ready = given + timedelta(minutes=minutes)
    text = clauses([gettext("%(at)s 已通知") % {"at": when(given)}, say(way) if way else ""])
    if now < ready:
        yield Point(
            "wait", title, clauses([text, gettext("%(at)s 起可停电") % {"at": f"{_local(ready):%H:%M}"}]), "given"
        )
    else:
        yield Point("ok", title, text, "given")


def given_today(cut: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the second notice of today was given."""
    given = _at(cut["second_notice_at"]) if cut.get("second_notice_at") else None
    return given if given and _local(given).date() == _local(now).date() else None


def second_minutes(case: Row, cut: Mapping[str, Any], now: datetime) -> int:
    """How long before the cut the second notice is due."""
    said = (cut.get("announced") or {}).get("second_notice_minutes", 0)
    rule = _rule(case, cut, now)
    return max(int(said), int(rule.total_seconds() // 60))


def _rule(case: Row, cut: Mapping[str, Any], now: datetime) -> timedelta:
    kind, region, day = cut.get("user_class") or "residential", case["region"]["code"], _local(now).date()
    override = get_directory().parameter(f"notice.{kind}", region, day)
    return notice_rule(kind, region, day, override).second_notice


def obstacles(case: Row, now: datetime) -> list[Text]:
    """What forbids the cut at this moment, by the rules that the act itself asks; nothing once it was made."""
    cut = cut_of(case)
    if cut.get("state") != "notified":
        return []
    notice = cut.get("notice") or {}
    found = execution_obstacles(
        now,
        Window(_at(notice["window_from"]), _at(notice["window_to"])) if notice.get("window_from") else None,
        given_today(cut, now),
        bool((case["facts"].get("stay") or {}).get("active")),
        regional(case["region"]["code"]),
        region=case["region"]["code"],
        second_notice=timedelta(minutes=second_minutes(case, cut, now)),
    )
    return [Text(one.zh, one.en) for one in found]


def stages(case: Row, steps: Steps) -> list[dict[str, Any]]:
    """The three steps with their state and where each is done."""
    cut = cut_of(case)
    made, confirmed = cut.get("state") in ("executed", "confirmed"), bool(cut.get("confirmed_at"))
    checks = DONE if made or steps.checked else UNDER_WAY if steps.answered else NOT_BEGUN
    photo = DONE if made or not steps.lacking else UNDER_WAY if steps.begun else NOT_BEGUN
    confirm = DONE if confirmed else UNDER_WAY if made else NOT_BEGUN
    rows = (
        (gettext("安全检查"), "suspension_checks", checks),
        (gettext("停电与拍照"), "suspension_photo", photo),
        (gettext("双人确认"), "suspension_receipt" if confirmed else "suspension_confirm", confirm),
    )
    return [
        {
            "n": n,
            "label": label,
            "href": "" if made and n < 3 else reverse(f"web:{name}", args=[case["number"]]),
            "state": state,
            "tone": TONES[state],
        }
        for n, (label, name, state) in enumerate(rows, start=1)
    ]


def onward(case: Row, steps: Steps) -> dict[str, str]:
    """The one button: where the work goes on."""
    number, cut = case["number"], cut_of(case)
    if cut.get("confirmed_at"):
        return {"href": reverse("web:suspension_receipt", args=[number]), "label": gettext("查看回执")}
    if cut.get("state") == "executed":
        return {"href": reverse("web:suspension_confirm", args=[number]), "label": gettext("双人确认")}
    if steps.refused:
        return {"href": reverse("web:suspension_statement", args=[number]), "label": gettext("填写不具备停电条件说明")}
    if not steps.checked:
        label = gettext("继续安全检查") if steps.answered else gettext("开始安全检查")
        return {"href": reverse("web:suspension_checks", args=[number]), "label": label}
    if steps.lacking:
        return {"href": reverse("web:suspension_photo", args=[number]), "label": gettext("停电与拍照")}
    return {"href": reverse("web:suspension_confirm", args=[number]), "label": gettext("双人确认")}


def progress(step: int, share: int, said: str) -> dict[str, Any]:
    """The line under the bar: which of three, and how far."""
    return {"step": step, "share": str(share), "said": said}


def counted(steps: Steps, *, warned: bool) -> str:
    """How many lines of the checks are answered; the second notice is the first of them."""
    return gettext("已查 %(n)s / %(of)s 项") % {"n": len(steps.answered) + warned, "of": len(ITEMS) + 1}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _local(at: datetime) -> datetime:
    return at.astimezone(CHINA)
