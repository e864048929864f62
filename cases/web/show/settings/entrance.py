"""The entrance: what this person can look at or change, in groups, and what was changed last."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.http import QueryDict
from django.urls import reverse

from agencies.actors import Actor
from agencies.selectors import administered
from agencies.vocabulary import CASE_ROLES, Kind, Label, Role
from audit.actions import Action
from cases.selectors.events import EventFilter, search_events
from cases.web.show import audit

RECENT: Final = 8
WORDS: Final = {
    "title": Label("设置", "Settings"),
    "sub": Label(
        "机构、人员、规则与参数。每项变更即时生效并留痕",
        "Agencies, people, rules, parameters; each change is on record",
    ),
    "home": Label("工作台", "Workbench"),
    "yours": Label("由你办理", "yours to change"),
    "read": Label("只读", "to read"),
}
CHANGES: Final = (
    *(Action.AGENCY_CREATED, Action.AGENCY_CLOSED, Action.PARAMETER_CHANGED, Action.ROLE_GRANTED),
    *(Action.ROLE_LIMITED, Action.ROLE_ENDED, Action.ACCOUNT_CREATED, Action.ACCOUNT_CHANGED),
    *(Action.SOURCE_MAPPED, Action.RULE_PROPOSED, Action.RULE_APPROVED, Action.RULE_REJECTED, Action.RULES_CHANGED),
    *(Action.CALENDAR_ENTERED, Action.CALENDAR_PROPOSED, Action.CALENDAR_APPROVED, Action.CALENDAR_WITHDRAWN),
)
PEOPLE: Final = (
    *(Action.ACCOUNT_CREATED, Action.ACCOUNT_CHANGED, Action.ACCOUNT_DISABLED, Action.ACCOUNT_ENABLED),
    *(Action.ROLE_GRANTED, Action.ROLE_LIMITED, Action.ROLE_ENDED, Action.WORK_HANDED_OVER),
    *(Action.SUBSTITUTION_GRANTED, Action.SUBSTITUTION_ENDED),
)
RULES: Final = (
    *(Action.RULE_PROPOSED, Action.RULE_APPROVED, Action.RULE_REJECTED, Action.RULE_TAKEN_BACK, Action.RULES_CHANGED),
)
CALENDAR: Final = (
    *(Action.CALENDAR_LOADED, Action.CALENDAR_ENTERED, Action.CALENDAR_PROPOSED, Action.CALENDAR_APPROVED),
    *(Action.CALENDAR_REJECTED, Action.CALENDAR_TAKEN_BACK, Action.CALENDAR_WITHDRAWN),
)


class Entry(NamedTuple):
    """One page of the settings."""

    href: str
    icon: str
    label: Label
    about: Label
    yours: bool


def entries(actor: Actor) -> list[tuple[Label, list[Entry]]]:
    """The pages in their groups; a page that this person cannot open is not named."""
    groups = [
        (Label("机构与人员", "Agencies and people"), _people(actor)),
        (Label("规则与参数", "Rules and parameters"), _rules(actor)),
        (Label("数据与通知", "Data and messages"), _flows(actor)),
    ]
    return [(label, found) for label, found in groups if found]


def _people(actor: Actor) -> list[Entry]:
    label = Label("机构与地区", "Agencies and regions")
    about = Label("各地区的单位、下属单位和职责", "The agencies of each region, their sub-units and duties")
    found = [Entry(reverse("web:agencies"), "building", label, about, actor.has_role(Role.SYSTEM_ADMIN))]
    if administered(actor):
        label = Label("人员与角色", "People and roles")
        about = Label("账号、角色及起止日期、密级、代理", "Accounts, roles with their days, ceilings, substitutions")
        found.append(Entry(reverse("web:accounts"), "users", label, about, yours=True))
    return found


def _rules(actor: Actor) -> list[Entry]:
    sets = any(post.kind == Kind.DEVELOPMENT_COMMISSION and Role.APPROVER in post.roles for post in actor.posts)
    works = any(post.roles & CASE_ROLES for post in actor.posts)
    pages: tuple[tuple[str, str, Label, Label, bool], ...] = (
        (
            "parameters",
            "adjustments",
            Label("期限与地区参数", "Deadlines and parameters"),
            Label("办理期限、通知期、催办步骤、保存天数", "Times, notice periods, steps of reminding, retention"),
            sets,
        ),
        (
            "escalation_rules",
            "message-2-exclamation",
            Label("催办规则", "Rules of reminding"),
            Label("期限前后依次告知谁", "Who hears before and after a deadline"),
            False,
        ),
        (
            "rules",
            "file-spreadsheet",
            Label("电价与法律依据", "Tariffs and legal bases"),
            Label("各版本、有效期、依据文件，两人复核", "Versions, validity, the paper each rests on; two people"),
            works,
        ),
        (
            "calendar",
            "calendar-due",
            Label("工作日历", "Working calendar"),
            Label("放假调休安排和本地区的日子", "Holiday plans and the region's own days"),
            sets,
        ),
    )
    return [Entry(reverse(f"web:{name}"), icon, label, about, yours) for name, icon, label, about, yours in pages]


def _flows(actor: Actor) -> list[Entry]:
    found = []
    own = actor.has_role(Role.AGENCY_ADMIN)
    if any(post.roles & CASE_ROLES for post in actor.posts):
        label = Label("名单来源对应", "List sources")
        about = Label("每个报送单位的表头对应", "How each source's columns were mapped")
        found.append(Entry(reverse("web:sources"), "git-compare", label, about, yours=True))
    if own:
        about = Label("单位在外部系统中怎样被通知", "Where the agency is told outside of this system")
        found.append(Entry("/channels/", "link", Label("单位通知渠道", "Channels"), about, yours=True))
    if own or actor.has_role(Role.SYSTEM_ADMIN):
        about = Label("消息是否送达，失败的重发", "Whether messages arrive; what failed can be sent again")
        found.append(Entry("/deliveries/", "package-export", Label("投递", "Deliveries"), about, yours=True))
    return found


def recent(actor: Actor, *actions: str, stream: str | None = None, size: int = RECENT) -> list[dict[str, Any]]:
    """The changes of settings that this person may read in the trail, the latest first: who, when, what it was before.

    `stream`: of one account, agency or parameter.
    """
    found = search_events(actor, EventFilter(actions=actions or CHANGES, stream=stream), size=size).rows
    return audit.rows(actor, found, QueryDict())


def context(actor: Actor) -> dict[str, Any]:
    """The page."""
    return {"words": WORDS, "groups": entries(actor), "recent": recent(actor)}
