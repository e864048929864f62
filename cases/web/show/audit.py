"""The audit trail for its page: filters, rows, one event with the proof that its hash is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory, held_directory
from agencies.services.parameters import declared
from agencies.vocabulary import LABELS, Label, Role
from cases.oversight.trail import risks
from cases.policy.law import in_force
from cases.selectors.paging import Row, fetch
from cases.selectors.trail.chain import place_of
from cases.selectors.trail.contents import contents_of
from cases.web.filters import Select
from cases.web.show import words
from cases.web.show.changes import unchanged
from cases.web.show.records.actions import OTHERS
from cases.web.show.settings import parameters
from cases.web.show.trail import contents
from cases.web.show.words import say
from cases.workflow.actions import RECORDS
from cases.workflow.telling import label_of
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

# Asks for the panel of one event alone, which htmx puts beside the list.
PART: Final = "part"
RISK_WORDS: Final = {
    risks.REFUSED: Text("被拒绝", "Refused"),
    risks.EXPORTS: Text("导出", "Exports"),
    risks.PERSONAL: Text("查看个人信息", "Personal data looked at"),
    risks.DATES: Text("变更期限或日期", "Deadlines and dates changed"),
    risks.RIGHTS: Text("变更权限", "Rights changed"),
    risks.NIGHT: Text("夜间操作（22 时至 6 时）", "At night (22:00 to 6:00)"),
    risks.CHECKS: Text("校验与清理", "Verifications and clearings"),
}
LABEL_OF: Final[dict[str, Text]] = {
    **{other.value: text for other, text in OTHERS.items()},
    **{row.action.value: row.label for row in TRANSITIONS.values()},
    **{record: label_of(record) for record in RECORDS},
}
ROLES: Final = {role.value: LABELS[role] for role in Role}
STREAMS: Final = {
    "account": Text("账号", "Account"),
    "agency": Text("机构", "Agency"),
    "case": Text("案件", "Case"),
    "config": Text("参数", "Parameter"),
    "calendar": Text("工作日历", "Working calendar"),
    "escalation": Text("期限催办", "Steps of deadlines"),
    "report": Text("报告", "Report"),
    "sampling": Text("抽查", "Sample"),
    "register": Text("登记簿", "Register"),
}
NAMES_OF_CONFIG: Final = {
    "calendar": Text("工作日历", "Working calendar"),
    "demo_clock": Text("演示时钟", "Clock of the demonstration"),
}
# What deserves a second look in a list.
NOTABLE: Final = frozenset({*(risks.RISKS[risks.REFUSED] or ()), "audit_broken"})
TOUCHY: Final = frozenset(
    act for sort in (risks.EXPORTS, risks.PERSONAL, risks.DATES, risks.RIGHTS) for act in risks.RISKS[sort] or ()
)


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
        Select("risk", gettext("风险"), gettext("全部"), list(RISK_WORDS.items())),
    ]


def risk_of(action: str) -> str:
    """The sort of events that deserve a look to which an action belongs; empty for none."""
    return next((say(RISK_WORDS[sort]) for sort, acts in risks.RISKS.items() if acts and action in acts), "")


def find_person(actor: Actor, typed: str) -> int | None:
    """A person by username, staff number or name, the first of several; None where nobody is called so."""
    sql = """SELECT id FROM agencies_user WHERE username = lower(%s) OR (staff_no <> '' AND staff_no = %s)
        OR display_name = %s ORDER BY (username = lower(%s)) DESC, id LIMIT 1"""
    rows = fetch(sql, [typed] * 4)
    return rows[0]["id"] if rows else None


def rows(actor: Actor, found: Sequence[Row], params: QueryDict) -> list[dict[str, Any]]:
    """The lines of the list, each with what changed and whether its bytes give its hash."""
    told = contents_of(actor, found)
    said = contents.summaries(actor, told)
    return [{**row(item, params), "content": said[item["id"]], "intact": told[item["id"]].intact} for item in found]


def row(item: Row, params: QueryDict) -> dict[str, Any]:
    """One line of the list, without what it changed."""
    case = item["case"]
    kept = urlencode([(k, v) for k, v in params.items() if v and k != PART])
    href = reverse("web:audit_event", args=[item["id"]])
    return {
        **item,
        "agency_id": item["agency"]["id"] if item["agency"] else None,
        "who": words.who(item) or gettext("系统"),
        "label": action_label(item["action"]),
        "tone": "bad" if item["action"] in NOTABLE else "warn" if item["action"] in TOUCHY else "",
        "number": case["number"] if case else "",
        "object": _object(item["stream"]),
        "case_href": reverse("web:case", args=[case["number"]]) if case and case["number"] else "",
        "href": href + (f"?{kept}" if kept else ""),
        "part": f"{href}?{kept}&{PART}=event" if kept else f"{href}?{PART}=event",
    }


def name_of_parameter(key: str) -> Label | str:
    """What a region sets by this key; a key that is no more stands for itself."""
    return parameters.name_of(key) if key in declared() else key


def _object(stream: str) -> str:
    """What an event beside the cases is about: an account by its username, an agency or a region by its name."""
    sort, _, name = stream.partition("/")
    directory = held_directory()
    if sort == "agency" and (agency := directory.by_code.get(name)):
        name = agency.short_name
    elif sort in ("calendar", "escalation"):
        name = gettext("全国") if name == "national" else directory.region_path(name) or name
    elif sort == "config":
        name = say(NAMES_OF_CONFIG.get(name) or name_of_parameter(name))
    elif sort in ("report", "sampling", "register"):
        name = ""  # its number stands in the event
    return f"{say(STREAMS.get(sort, sort))} {name}".strip()


def event(actor: Actor, item: Row) -> dict[str, Any]:
    """One event: who, when, what changed, and the hashes of it and its neighbours computed from the stored bytes."""
    body = item["shown"]
    role = body.get("actor", {}).get("role", "")
    content = contents_of(actor, [item])[item["id"]]
    changed = contents.lines(actor, content)
    return {
        **row(item, QueryDict()),
        "role": ROLES.get(role, role),
        "moved": contents.moved(body.get("from"), body.get("to")),
        "risk": risk_of(item["action"]),
        "basis": [_cited(key, item["at"]) for key in body.get("basis", [])],
        "rules": body.get("rules", ""),
        "commit": body.get("commit", ""),
        "sealed": body.get("sealed", ""),
        "changes": changed,
        "changed_before": any(line.get("old") for line in changed),
        "body": item["body"] or orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode(),
        "withheld": len(item["withheld"]),
        "unchanged": unchanged(content.body, content.before) if content.intact else 0,
        "place": place_of(actor, item),
    }


def _cited(key: str, at: datetime) -> str:
    """An article as it was in force on the day of the event; a key this version does not know stands for itself."""
    try:
        basis = in_force(key, timezone.localtime(at).date())
    except KeyError:
        return key
    return basis.cite() if basis else key
