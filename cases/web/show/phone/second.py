"""The third step and what it leaves: what is to be checked, the two people, and the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.policy.cutting.zero_load import TOO_EARLY
from cases.policy.dated import load
from cases.selectors.crew.day import Day, day
from cases.selectors.paging import Row
from cases.selectors.timeline import timeline
from cases.web.show import words
from cases.web.show.acts.code import scannable
from cases.web.show.due import when_words
from cases.web.show.law.cut import LOAD, Line
from cases.web.show.phone import reading
from cases.web.show.phone.task import Point, cut_of
from cases.web.show.words import say
from cases.workflow.onsite.steps import ITEMS, Steps
from cases.workflow.second.codes import Shown
from cases.workflow.task_kinds import KINDS

PAIR = ("execute_suspension", "confirm_suspension")


def to_check(case: Row, steps: Steps, now: datetime) -> list[Line]:
    """What the first person reads before the cut goes on record."""
    data, yes = steps.data, sum(steps.answered.values())
    remark = reading.said(case, data, now)
    times = gettext("倍率 %(n)s") % {"n": data["multiplier"]} if data.get("multiplier") else ""
    rows = [
        Line(gettext("停电时间"), _typed_moment(data.get("executed_at"))),
        Line(
            gettext("表码"), f"{data.get('reading') or '--'} kWh", words.clauses(filter(None, (times, remark["text"])))
        ),
        Line(gettext("安全检查"), gettext("%(n)s / %(of)s 项为“是”") % {"n": yes, "of": len(ITEMS)}),
        Line(gettext("照片"), gettext("%(n)s 张，均已上传") % {"n": len(steps.photos)}),
        Line(gettext("封印号"), data.get("seal_no") or "--"),
        Line(gettext("验电"), gettext("已断开，验明无电") if steps.aside.get("dead") else "--"),
    ]
    rows += [Line(gettext("照片说明"), data["photo_reason"])] if data.get("photo_reason") else []
    return [*rows, Line(gettext("恢复条件"), gettext("设备清退并经发展改革委书面同意"))]


def people(request: HttpRequest, actor: Actor, case: Row, code: Shown | None, now: datetime) -> dict[str, Any]:
    """The two people: who made the cut and when, and how far the other is."""
    first, second = acts(actor, case)
    waiting = code is not None and code.open_at(now)
    return {
        "first": first,
        "second": second,
        "code": f"{code.code[:3]} {code.code[3:]}" if code and waiting else "",
        "drawn": _drawn(request, code) if code and waiting else "",
        "until": f"{timezone.localtime(code.expires_at):%H:%M}" if code and waiting else "",
        "used_by": code.used_by if code and code.used_at else "",
        "over": code is not None and not waiting and code.used_at is None,
        "mine": first is not None and first["user_id"] == actor.user_id,
    }


def _drawn(request: HttpRequest, code: Shown) -> str:
    address = request.build_absolute_uri(f"{reverse('web:suspension_code')}?code={code.code}")
    return scannable(address, label=gettext("确认二维码，也可输入旁边的确认码"))


def acts(actor: Actor, case: Row) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The cut and its confirmation of this round, as the history has them."""
    history = timeline(actor, case["id"], size=40, newest_first=True)
    rows = history.rows if history else []
    found = [next((row for row in rows if row["action"] == action), None) for action in PAIR]
    cut = cut_of(case)
    made = found[0] if cut.get("executed_at") else None
    confirmed = found[1] if cut.get("confirmed_at") else None
    return (_act(made) if made else None), (_act(confirmed) if confirmed else None)


def _act(row: Row) -> dict[str, Any]:
    at = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])
    return {
        "who": words.who(row),
        "initial": words.who(row)[:1],
        "user_id": row["actor"]["id"] if row["actor"] else None,
        "at": at,
        "time": f"{timezone.localtime(at):%H:%M}",
        "event_id": row["event_id"],
        "leaf": row["leaf"],
        "opened": row["opened"],
    }


def receipt(actor: Actor, case: Row, now: datetime) -> dict[str, Any] | None:
    """The receipt of a confirmed cut; None where it is not confirmed. Its number names the event: no other has it."""
    first, second = acts(actor, case)
    cut = cut_of(case)
    if second is None or not cut.get("executed_at"):
        return None
    found = day(actor, now=now, but=case["number"])
    made = datetime.fromisoformat(cut["executed_at"])
    return {
        "number": f"TD-{timezone.localtime(second['at']):%Y%m%d}-{second['event_id']:04d}",
        "made": when_words(made),
        "done": f"{timezone.localtime(second['at']):%H:%M}",
        "first": first,
        "second": second,
        "reading": cut.get("reading"),
        "seal_no": cut.get("seal_no"),
        "next": [*_handed(second), *_load(cut, made)],
        "following": _following(found),
    }


def _following(found: Day) -> dict[str, str] | None:
    if not found.following:
        return None
    told = {"n": found.done + 1, "of": found.done + found.waiting}
    return {
        "href": reverse("web:suspension", args=[found.following]),
        "label": gettext("下一户（%(n)s / %(of)s）") % told,
    }


def _handed(second: Mapping[str, Any]) -> list[Point]:
    """Who was given what by the confirmation."""
    found = []
    for task in second["opened"]:
        who = task["agency"]["short_name"] if task["agency"] else ""
        due = task.get("due_at")
        text = say(KINDS[task["kind"]].label)
        if due:
            text = words.clauses([text, gettext("期限 %(at)s") % {"at": when_words(datetime.fromisoformat(str(due)))}])
        found.append(Point("ok", gettext("%(agency)s已收到") % {"agency": who}, text))
    return found


def _load(cut: Mapping[str, Any], made: datetime) -> list[Point]:
    """The comparison of the readings: what it says, and when a later one proves zero load."""
    rows = cut.get("zero_load") or []
    if not rows:
        return []
    state, rule = rows[-1]["state"], load("cut_checks")["zero_load"][0]
    if state == TOO_EARLY:
        after = when_words(made + timedelta(hours=rule["hours"]))
        text = gettext("%(at)s 后再抄表，以“上传材料”登记停电后表码；出现用电自动提醒") % {"at": after}
        return [Point("wait", say(LOAD[state]), text, "load")]
    tone = "ok" if state == "zero" else "bad"
    return [Point(tone, gettext("零负荷核对"), say(LOAD.get(state, state)), "load")]


def _typed_moment(typed: Any) -> str:
    try:
        return when_words(timezone.make_aware(datetime.fromisoformat(str(typed))))
    except ValueError:
        return str(typed or "--")
