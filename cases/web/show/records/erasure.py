"""个人信息清除: the erasures of the cases that this person's commission leads, with what would go and who may."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from agencies.access.oversight import DECIDING, oversight
from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.vocabulary import Role
from cases.models.erasure import Erasure
from cases.policy.dated import CHINA
from cases.policy.privacy.retention import rules
from cases.retention.finding import candidate, what_goes
from cases.web.show.words import say
from cases.workflow.view import Text

SCOPES: Final = {
    "everything": Text("全部个人信息", "All personal data"),
    "reporter": Text("举报人信息", "The reporter"),
}
HOLDS: Final = {
    "lawsuit": Text("复议或诉讼", "Reconsideration or lawsuit"),
    "criminal": Text("刑事案件", "Criminal case"),
    "petition": Text("信访或申诉", "Petition"),
    "archive": Text("归档要求", "Archive duty"),
    "other": Text("其他", "Other"),
}
OPEN: Final = {
    "objection": Text("异议未决", "Objection open"),
    "restoration": Text("恢复供电未完成", "Restoration open"),
    "payment": Text("电费未结清", "Bills unsettled"),
    "referral": Text("移送未答复", "Referral unanswered"),
    "relapse": Text("有复燃情形", "Relapse"),
    "tasks": Text("有未完成事项", "Open tasks"),
    "import": Text("名单正在导入", "A list is being imported"),
}
STATES: Final = {
    "proposed": (Text("待确认", "To be confirmed"), "warn"),
    "held": (Text("暂缓", "Held"), "info"),
    "confirmed": (Text("已确认，待清除", "Confirmed, to be erased"), "warn"),
    "erased": (Text("已清除", "Erased"), "ok"),
}
GONE: Final = {
    "vault": Text("保险库记录", "vault records"),
    "keys": Text("点位标识", "keys of the site"),
    "rows": Text("名单行", "rows of lists"),
    "parts": Text("名单原件分块", "pieces of original lists"),
    "files": Text("材料", "files"),
    "sealed": Text("封存内容", "sealed parts of events"),
}
NEITHER: Final = Text(
    "个人信息清除由牵头发展改革委的审核、签发人员办理，督查人员查看。",
    "Erasures are decided by the reviewers and approvers of the leading commission; supervision reads them.",
)


def visible(actor: Actor) -> list[int]:
    """The leading commissions whose erasures this person reads: the own where they decide, all of the own region."""
    return list(oversight(actor, get_directory()).agencies)


def row(actor: Actor, found: Erasure, now: datetime) -> dict[str, Any]:
    """One erasure: the rule, the day, what would go, and the buttons this person has."""
    label, tone = STATES[found.state]
    rule, erased = rules()[found.rule], found.state == Erasure.State.ERASED
    one = None if erased else candidate(found.case_id, found.scope, now)
    due = one is not None and one.verdict.is_due(now.astimezone(CHINA).date())
    return {
        "id": found.pk,
        "number": found.case.number,
        "href": reverse("web:case", args=[found.case.number]),
        "scope": SCOPES[found.scope],
        "rule": Text(rule.zh, rule.en),
        "due_on": found.due_on,
        "label": label,
        "tone": tone,
        "hold": HOLDS.get(found.hold, ""),
        "confirmed_by": found.confirmed_by.display_name if found.confirmed_by else "",
        "confirmed_at": found.confirmed_at,
        "erased_at": found.erased_at,
        "gone": _counted(found.gone if erased else what_goes(found.case_id, found.scope).counts),
        "why_not": "" if erased or due else _why_not(one.verdict.held_by if one else ()),
        **_buttons(actor, found, due=due),
    }


def _counted(counts: dict[str, int]) -> str:
    return "，".join(f"{say(GONE[name])} {n}" for name, n in counts.items() if n) or gettext("无")


def _why_not(held: tuple[str, ...]) -> str:
    return "、".join(say(OPEN[code]) for code in held) or gettext("案件已重启或尚未到期")


def _buttons(actor: Actor, found: Erasure, *, due: bool) -> dict[str, bool]:
    roles = {role for post in actor.posts if post.agency_id == found.case.lead_agency_id for role in post.roles}
    decides, state = bool(roles & DECIDING), found.state
    open_ = decides and state != Erasure.State.ERASED
    confirmed = state == Erasure.State.CONFIRMED
    return {
        "may_hold": open_ and state != Erasure.State.HELD,
        "may_confirm": open_ and not confirmed and due and Role.REVIEWER.value in roles,
        "may_erase": open_ and confirmed and due and found.confirmed_by_id != actor.user_id,
        "waits_for_other": open_ and confirmed and found.confirmed_by_id == actor.user_id,
    }
