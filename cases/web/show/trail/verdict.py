"""The band on top of the trail: what the last verification found, when, of how much, how long, and when the next is."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext

from agencies.actors import Actor
from audit.verification import Report
from audit.verification.keeping import Standing, last_kept
from audit.verification.projections import Problem
from cases.oversight.trail.verifying import may_verify, next_run
from cases.selectors.case import find_case_id
from cases.selectors.trail.chain import event_is_seen
from cases.web.show.due import when_words
from cases.web.show.words import say
from cases.workflow.view import Text

SESSION_KEY: Final = "audit_verdict"
# What a verification calls what it found (`audit.verification`), where the sentence itself is not kept.
FOUND: Final = {
    "leaf": Text("正文与哈希不符", "its bytes do not give its hash"),
    "link": Text("与上一条记录不衔接", "it does not follow the event before"),
    "gap": Text("序号不连续，其间的记录缺失", "events before it are missing"),
    "order": Text("系事后写入", "it was written later"),
    "json": Text("正文无法读取", "its body cannot be read"),
    "column": Text("字段与正文不符", "a column says otherwise than its body"),
    "canonical": Text("正文不是规范形式", "its body is not in canonical form"),
    "body": Text("正文缺少规定的成员", "its body lacks a member"),
    "sealed": Text("封存内容已被改动", "its sealed data were changed"),
    "stray": Text("存在没有依据的封存内容", "there are sealed data that nothing promises"),
    "unread": Text("库中有未在链上的记录", "there are events on no chain"),
    "lost": Text("链尾有记录被删除", "events at the end were deleted"),
}
OTHERWISE: Final = Text("库中数据与记录重建的结果不符", "the data are not what the events rebuild")


def remember(actor: Actor, report: Report, number: str, at: datetime) -> dict[str, Any]:
    """What the page says of the verification of one case; small enough for the session."""
    first = report.first
    return {
        "ok": report.ok,
        "events": report.events,
        "streams": report.streams,
        "seconds": round(report.seconds, 2),
        "number": number,
        "at": at.isoformat(),
        "problems": report.problem_count,
        "first": {**_place(actor, first), "zh": first.zh, "en": first.en} if first else None,
    }


def _place(actor: Actor, problem: Problem) -> dict[str, Any]:
    """The event, else the stream and the place in it; neither (None) for a case that the person does not see."""
    sort, _, name = problem.stream.partition("/")
    if sort == "case" and name and find_case_id(actor, name) is None:
        return {"id": None, "where": None}
    where = problem.stream if problem.seq is None else f"{problem.stream}#{problem.seq}"
    return {"id": problem.event_id, "where": where}


def verdict(actor: Actor, now: datetime) -> dict[str, Any]:
    """The whole trail: not verified yet, intact, or broken with the first bad event; from what is on record."""
    kept = last_kept()
    more = {"next": when_words(next_run(now)), "href": "", "facts": []}
    if kept is None:
        text = gettext("重新计算每条记录的散列与前后链接，并由记录重建案件状态逐一比对")
        return {**more, "tone": "idle", "icon": "shield-check", "heading": gettext("尚未校验"), "text": text}
    facts = [(gettext("上次校验"), when_words(kept.at))]
    if kept.seconds:
        facts.append((gettext("用时"), gettext("%(n)s 秒") % {"n": f"{kept.seconds:,.1f}"}))
    if kept.ok:
        text = gettext("各链连续，无缺号、无改动")
        if may_verify(actor):
            counts = {"events": f"{kept.events:,}", "streams": f"{kept.streams:,}"}
            text = gettext("%(events)s 条记录、%(streams)s 条链连续，无缺号、无改动") % counts
        return {
            **more,
            "tone": "",
            "icon": "shield-check",
            "heading": gettext("完整性校验通过"),
            "text": text,
            "facts": facts,
        }
    return {**more, **_broken(actor, kept), "facts": facts}


def _broken(actor: Actor, kept: Standing) -> dict[str, Any]:
    seen = kept.broken is not None and event_is_seen(actor, kept.broken)
    where = gettext("第 %(id)s 号记录") % {"id": f"{kept.broken:,}"} if seen else ""
    if kept.broken is not None and not seen:
        where = gettext("一条你无权查看的记录")
    found = say(FOUND.get(kept.code, OTHERWISE))
    said = f"{where}{gettext('：')}{found}" if where else found
    text = gettext("%(said)s。共 %(n)s 处。导出已锁定，请通知系统管理员保全数据库；查明后重新校验")
    return {
        "tone": "bad",
        "icon": "alert-triangle",
        "heading": gettext("完整性校验未通过"),
        "text": text % {"said": said, "n": kept.problems},
        "event": kept.broken if seen else None,
    }


def of_case(kept: dict[str, Any] | None) -> dict[str, Any] | None:
    """The verification of one case that this session asked for; None before the first."""
    if kept is None:
        return None
    at = when_words(datetime.fromisoformat(kept["at"]))
    if kept["ok"]:
        said = gettext(
            "%(scope)s：%(events)s 条记录、%(streams)s 条链连续，无缺号、无改动。%(at)s 校验，用时 %(seconds)s 秒"
        )
        text = said % {**kept, "scope": kept["number"], "at": at}
        return {"tone": "ok", "icon": "shield-check", "heading": gettext("完整性校验通过"), "text": text}
    first = kept["first"]
    where = first["where"] or gettext("一件你所在机构不参与办理的案件，")
    where = gettext("第 %(id)s 号") % first if first["id"] else where
    found = Text(first["zh"], first["en"])
    text = gettext("%(scope)s：发现 %(problems)s 处问题，最早一处：%(where)s %(said)s")
    values = {"scope": kept["number"], "problems": kept["problems"], "where": where, "said": say(found)}
    return {
        "tone": "bad",
        "icon": "alert-triangle",
        "heading": gettext("完整性校验未通过"),
        "text": text % values,
    }
