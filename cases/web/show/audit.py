"""The audit trail for its page: filters, rows, one event with the proof that its hash is right, verification."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.vocabulary import LABELS, Role
from audit import clock
from audit.verification import Report
from audit.verification import verify as verify_trail
from audit.verification.projections import Problem
from cases.policy.law import in_force
from cases.selectors.case import find_case_id
from cases.selectors.pages import facts_before, kinds_of
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.proofs import CASE, state_shown
from cases.web.filters import Select
from cases.web.show import words
from cases.web.show.changes import changes
from cases.web.show.due import when_words
from cases.web.show.records.actions import OTHERS
from cases.web.show.words import say
from cases.workflow.actions import RECORDS
from cases.workflow.errors import NotAllowed
from cases.workflow.task_kinds import KINDS
from cases.workflow.telling import label_of
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

SESSION_KEY: Final = "audit_verdict"
LABEL_OF: Final[dict[str, Text]] = {
    **{other.value: text for other, text in OTHERS.items()},
    **{row.action.value: row.label for row in TRANSITIONS.values()},
    **{record: label_of(record) for record in RECORDS},
}
ROLES: Final = {role.value: LABELS[role] for role in Role}
CLOSED: Final = {
    "done": Text("已完成", "Done"),
    "cancelled": Text("已取消", "Cancelled"),
    "returned": Text("已退回", "Returned"),
}
STREAMS: Final = {
    "account": Text("账号", "Account"),
    "agency": Text("机构", "Agency"),
    "case": Text("案件", "Case"),
    "config": Text("参数", "Parameter"),
    "calendar": Text("工作日历", "Working calendar"),
    "escalation": Text("期限催办", "Steps of deadlines"),
    "report": Text("报告", "Report"),
}
# What deserves a second look in a list.
NOTABLE: Final = frozenset({"login_failed", "account_locked", "access_denied", "import_refused"})
TOUCHY: Final = frozenset({"reveal_personal_data", "export_made", "personal_data_revealed", "reporter_opened"})


def action_label(action: str) -> Text | str:
    """The name of any action of the trail."""
    return LABEL_OF.get(action, action)


def offered(actor: Actor) -> list[Select]:
    """Agencies of this person's regions, and all actions."""
    own = tuple({post.region_code for post in actor.posts})
    agencies = [a for a in get_directory().by_code.values() if a.region_code.startswith(own)]
    acts = [*(t.action.value for t in TRANSITIONS.values()), *RECORDS, *(a.value for a in OTHERS)]
    actions = [(code, LABEL_OF[code]) for code in acts]
    return [
        Select("agency", gettext("机构"), gettext("全部机构"), [(str(a.id), a.short_name) for a in agencies]),
        Select("action", gettext("动作"), gettext("全部动作"), actions),
    ]


def find_person(actor: Actor, typed: str) -> int | None:
    """A person by username, staff number or name, the first of several; None where nobody is called so."""
    sql = """SELECT id FROM agencies_user WHERE username = lower(%s) OR (staff_no <> '' AND staff_no = %s)
        OR display_name = %s ORDER BY (username = lower(%s)) DESC, id LIMIT 1"""
    rows = fetch(sql, [typed] * 4)
    return rows[0]["id"] if rows else None


def row(item: Row, params: QueryDict) -> dict[str, Any]:
    """One line of the list."""
    case = item["case"]
    kept = urlencode([(k, v) for k, v in params.items() if v])
    return {
        **item,
        "agency_id": item["agency"]["id"] if item["agency"] else None,
        "who": words.who(item) or gettext("系统"),
        "label": action_label(item["action"]),
        "tone": "bad" if item["action"] in NOTABLE else "warn" if item["action"] in TOUCHY else "",
        "number": case["number"] if case else "",
        "object": _object(item["stream"]),
        "case_href": reverse("web:case", args=[case["number"]]) if case and case["number"] else "",
        "href": reverse("web:audit_event", args=[item["id"]]) + (f"?{kept}" if kept else ""),
    }


def _object(stream: str) -> str:
    """What an event beside the cases is about: an account by its username, an agency or a region by its name."""
    sort, _, name = stream.partition("/")
    directory = get_directory()
    if sort == "agency" and (agency := directory.by_code.get(name)):
        name = agency.short_name
    elif sort in ("calendar", "escalation"):
        name = gettext("全国") if name == "national" else directory.region_path(name) or name
    elif sort == "report":
        name = ""  # its number stands in the event
    return f"{say(STREAMS.get(sort, sort))} {name}".strip()


def event(actor: Actor, item: Row) -> dict[str, Any]:
    """One event: who, when, what changed, and the hash computed again from the stored bytes."""
    body, following = item["shown"], item["next_prev"]
    role = body.get("actor", {}).get("role", "")
    moved = body.get("from"), body.get("to")
    before = facts_before(actor, item["stream"], item["seq"])
    if item["stream"].startswith(CASE):
        before = state_shown(actor, item["stream"], before)
    changed = [*changes(actor, body, before), *_handed(actor, body)]
    return {
        **row(item, QueryDict()),
        "role": ROLES.get(role, role),
        "moved": _moved(*moved),
        "basis": [_cited(key, item["at"]) for key in body.get("basis", [])],
        "rules": body.get("rules", ""),
        "commit": body.get("commit", ""),
        "sealed": body.get("sealed", ""),
        "changes": changed,
        "changed_before": any(line.get("old") for line in changed),
        "body": item["body"] or orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode(),
        "withheld": len(item["withheld"]),
        "before": {"seq": item["seq"] - 1, "leaf": body["prev"]} if item["seq"] > 1 else None,
        "after": {"seq": item["seq"] + 1, "leaf": following} if following else None,
        # The bytes give this hash, the body names the one before, and the next event names this one.
        "intact": item["intact"],
    }


def _moved(old: str | None, new: str | None) -> str:
    if not new or old == new:
        return ""
    return f"{say(words.STAGES[old].text) if old else gettext('新案')} → {say(words.STAGES[new].text)}"


def _cited(key: str, at: datetime) -> str:
    """An article as it was in force on the day of the event; a key this version does not know stands for itself."""
    try:
        basis = in_force(key, timezone.localtime(at).date())
    except KeyError:
        return key
    return basis.cite() if basis else key


def _handed(actor: Actor, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The tasks that were opened and closed, and the number that was drawn."""
    lines: list[dict[str, Any]] = [{"name": gettext("交办"), "value": _task(task)} for task in body.get("open", ())]
    closed = {task["id"]: task["state"] for task in body.get("close", ())}
    kinds = kinds_of(actor, list(closed)) if closed else {}
    for task_id, state in closed.items():
        name = say(KINDS[kinds[task_id]].label) if kinds.get(task_id) in KINDS else task_id
        lines.append({"name": gettext("关闭事项"), "value": f"{name} {say(CLOSED.get(state, state))}"})
    if body.get("document"):
        lines.append({"name": gettext("文号"), "value": body["document"].get("number", "")})
    return lines


def _task(task: dict[str, Any]) -> str:
    ref = get_directory().by_id.get(task.get("unit") or task["agency"])
    kind = KINDS.get(task["kind"])
    return f"{ref.short_name if ref else ''} {say(kind.label) if kind else task['kind']}"


# --- verification ----------------------------------------------------------------------------------------------------


def may_verify(actor: Actor) -> bool:
    """Verifying everything costs the server seconds and is the supervisors' business."""
    return actor.has_role(Role.SUPERVISOR)


def verify(actor: Actor, stream: str | None) -> Report:
    """Recompute one stream, or all. Raises NotAllowed for the whole trail where the person does not supervise."""
    if stream is None and not may_verify(actor):
        raise NotAllowed(
            Text(
                "校验全部记录需“督查”角色；可按案件编号校验单件案件。",
                "Verifying everything needs the role supervisor; verify one case instead.",
            )
        )
    return verify_trail(stream=stream)


def remember(actor: Actor, report: Report, number: str) -> dict[str, Any]:
    """What the page says about a verification; small enough for the session.

    Of the whole trail neither how much there is nor the name of a case that the person does not see.
    """
    first = report.first
    return {
        "ok": report.ok,
        **({"events": report.events, "streams": report.streams} if number else {}),
        "seconds": round(report.seconds, 2),
        "number": number,
        "at": clock.now().isoformat(),
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


def verdict(kept: dict[str, Any] | None) -> dict[str, Any]:
    """The band on top of the page: not verified yet, intact, or broken with the first bad event."""
    if kept is None:
        return {"tone": "idle", "icon": "shield-check", "heading": gettext("完整性校验"), "done": False,
                "text": gettext("重新计算每条记录的散列与前后链接，并由记录重建案件状态逐一比对")}  # fmt: skip
    at = when_words(datetime.fromisoformat(kept["at"]))
    scope = kept["number"] or gettext("全部记录")
    if kept["ok"]:
        said = gettext("%(scope)s：各链连续，无缺号、无改动。%(at)s 校验，用时 %(seconds)s 秒")
        if kept["number"]:
            said = gettext(
                "%(scope)s：%(events)s 条记录、%(streams)s 条链连续，无缺号、无改动。%(at)s 校验，用时 %(seconds)s 秒"
            )
        text = said % {**kept, "scope": scope, "at": at}
        return {"tone": "", "icon": "shield-check", "heading": gettext("完整性校验通过"), "text": text, "done": True}
    first = kept["first"]
    where = first["where"] or gettext("一件你所在机构不参与办理的案件，")
    where = gettext("第 %(id)s 号") % first if first["id"] else where
    found = Text(first["zh"], first["en"])
    text = gettext("%(scope)s：发现 %(problems)s 处问题，最早一处：%(where)s %(said)s")
    values = {"scope": scope, "problems": kept["problems"], "where": where, "said": say(found)}
    return {
        "tone": "bad",
        "icon": "alert-triangle",
        "heading": gettext("完整性校验未通过"),
        "text": text % values,
        "done": True,
    }
