"""A cut as the pages show it: how it was approved and served, what the crew proved, what has to be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext

from agencies.actors import Actor
from audit import clock
from cases.policy.cutting.approval import levels
from cases.policy.cutting.photos import MISSING, OFF
from cases.policy.cutting.service import ways
from cases.policy.cutting.zero_load import DRAWING, TOO_EARLY
from cases.policy.dated import CHINA
from cases.selectors.paging import Row
from cases.selectors.timeline import timeline
from cases.templatetags.lianzhi import when
from cases.web.show.words import listed, say
from cases.workflow.actions import Action
from cases.workflow.view import Text

Facts = Mapping[str, Any]


class Line(NamedTuple):
    """One line: what, its value, and a remark."""

    label: str
    value: Any
    note: str = ""


LOAD: Final = {
    "zero": Text("零负荷", "Zero load"),
    DRAWING: Text("仍在用电", "Still drawing"),
    TOO_EARLY: Text("未见用电，间隔过短，尚不能认定零负荷", "Nothing drawn yet; too early to say zero load"),
}
CAUSES: Final = {
    "objection_upheld": Text("异议成立", "Objection upheld"),
    "wrong_cut": Text("错误停电", "Wrong cut"),
}
RECORD: Final = {
    "open": Text("待处理", "Open"),
    "claimed": Text("已提出请求", "Claimed"),
    "decided": Text("已决定", "Decided"),
}
_PHOTO: Final = {
    ("time", OFF): Text("拍摄时间不符", "other time"),
    ("time", MISSING): Text("无拍摄时间", "no time"),
    ("place", OFF): Text("拍摄地点不符", "other place"),
    ("place", MISSING): Text("无拍摄地点", "no place"),
}


def service(found: Facts) -> Iterator[Line]:
    """Who approved it at which level, and how the notice went."""
    if level := levels().get(found.get("approval_level", "")):
        yield Line(gettext("审批"), Text(level.zh, level.en))
    if failures := found.get("failures"):
        tried = listed(say(_way(row["method"])) for row in failures)
        yield Line(gettext("送达未成"), tried, when(failures[-1].get("tried_at")))
    if notice := found.get("notice"):
        deemed = notice.get("deemed_on")
        note = gettext("%(day)s 满三十日视为送达") % {"day": deemed} if deemed else str(notice.get("tracking_no", ""))
        yield Line(gettext("送达方式"), _way(notice.get("method", "")), note)


def proof(found: Facts) -> Iterator[Line]:
    """Reading, seal, pictures and the comparisons of the load; figures only for whoever has them."""
    if found.get("reading") is not None:
        yield Line(gettext("停电时表码"), str(found["reading"]), _multiplied(found))
    if found.get("seal_no"):
        yield Line(gettext("封印号"), found["seal_no"])
    if pictures := found.get("photo_check"):
        yield Line(gettext("现场照片"), gettext("%(n)s 张") % {"n": len(pictures)}, _doubts(found))
    for row in found.get("zero_load") or ():
        figures = ""
        if row.get("reading") is not None:
            told = {"reading": row["reading"], "drawn": row.get("drawn", "--"), "at": when(row["read_at"])}
            figures = gettext("%(at)s 表码 %(reading)s，停电后 %(drawn)s 千瓦时") % told
        yield Line(gettext("零负荷核对"), LOAD.get(row["state"], row["state"]), figures)


def stay(found: Facts) -> Iterator[Line]:
    if found.get("ordered_by"):
        number = f" {found['decision_no']}" if found.get("decision_no") else ""
        until = gettext("至 %(day)s") % {"day": found["until"]} if found.get("until") else ""
        yield Line(
            gettext("决定机关"), f"{found['ordered_by']}{number}", f"{found.get('ordered_on', '')} {until}".strip()
        )


def restored(found: Facts) -> Iterator[Line]:
    """The reading at the restoration, and what went through the meter since the cut."""
    if found.get("restored_at") and found.get("reading") is not None:
        drawn = found.get("drawn")
        note = "" if drawn is None else gettext("停电后 %(drawn)s 千瓦时") % {"drawn": drawn}
        yield Line(
            gettext("复电时表码"),
            str(found["reading"]),
            note + (gettext("（已说明原因）") if found.get("reading_explained") else ""),
        )


def compensation(facts: Facts) -> Iterator[Line]:
    for row in facts.get("compensation") or ():
        off = gettext("停电 %(hours)s 小时") % {"hours": row["hours"]} if "hours" in row else gettext("尚未复电")
        yield Line(
            gettext("停电赔偿"), RECORD.get(row["state"], row["state"]), f"{say(CAUSES.get(row['cause'], ''))} {off}"
        )


def warnings(facts: Facts) -> list[str]:
    """What whoever opens the case must not miss."""
    found, now = facts.get("suspension") or {}, clock.now()
    said = []
    if (loads := found.get("zero_load")) and loads[-1]["state"] == DRAWING and found.get("power") == "off":
        said.append(gettext("零负荷核对不符：停电后表码仍在走，该户可能仍在用电。请供电公司到场核实，发展改革委督促。"))
    notice = found.get("notice") or {}
    if found.get("state") == "notified" and notice.get("window_to") and _past(notice["window_to"], now):
        told = {"at": when(notice["window_to"])}
        said.append(
            gettext(
                "停电窗口已于 %(at)s 失效，不得再据此停电。窗口内已停电的，24 小时内登记；"
                "未停电的，供电公司审核人登记窗口失效（逾 24 小时由系统登记），重新送达通知。"
            )
            % told
        )
    until = (facts.get("stay") or {}).get("until")
    if (facts.get("stay") or {}).get("active") and until and str(now.astimezone(CHINA).date()) > until:
        said.append(gettext("中止期限（至 %(day)s）已过，仍按中止办理，直到签发人恢复执行。") % {"day": until})
    return said


def before_confirming(actor: Actor, case: Row, action: str) -> list[Line]:
    """For the second person: what the first one entered, with what was said about the pictures or the reading."""
    facts = case["facts"]
    if action == Action.CONFIRM_SUSPENSION:
        found = facts.get("suspension") or {}
        rows = [Line(gettext("停电时间"), when(found.get("executed_at"))), *proof(found)]
        return [*rows, *_said(actor, case, Action.EXECUTE_SUSPENSION, "photo_reason", gettext("照片说明"))]
    if action == Action.CONFIRM_RESTORATION:
        found = facts.get("restoration") or {}
        rows = [Line(gettext("复电时间"), when(found.get("restored_at"))), *restored(found)]
        return [*rows, *_said(actor, case, Action.RESTORE_SUPPLY, "reading_reason", gettext("表码说明"))]
    return []


def _said(actor: Actor, case: Row, act: Action, field: str, label: str) -> list[Line]:
    """What the crew wrote in this field of its latest act, as far as this person reads it."""
    page = timeline(actor, case["id"], texts=lambda action: (field,) if action == act else (), newest_first=True)
    done = [row for row in page.rows if row["action"] == act] if page else []
    return [Line(label, done[0]["text"])] if done and done[0]["text"] else []


def _doubts(found: Facts) -> str:
    said = [
        f"{n}: {listed(say(_PHOTO[key]) for key in keys)}"
        for n, row in enumerate(found["photo_check"], start=1)
        if (keys := [key for key in _PHOTO if row.get(key[0]) == key[1]])
    ]
    if not said:
        return gettext("拍摄时间、地点已核对")
    return "；".join(said) + (gettext("（已说明原因）") if found.get("photos_explained") else "")


def _multiplied(found: Facts) -> str:
    return gettext("倍率 %(n)s") % {"n": found["multiplier"]} if found.get("multiplier") else ""


def _way(code: str) -> Text:
    way = ways().get(code)
    return Text(way.zh, way.en) if way else Text(code, code)


def _past(at: str, now: datetime) -> bool:
    return datetime.fromisoformat(at) < now
