"""The frame around every page: who is logged in, navigation, language, the demo clock. A template context processor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext

from agencies.access.oversight import oversight
from agencies.actors import Actor, NoSuchActor, load_actor
from agencies.directory import get_directory
from agencies.selectors import administered
from agencies.services.comfort import wants_keys
from agencies.sight import look_as
from agencies.visibility import sight_keys
from agencies.vocabulary import LABELS, SEPARATED_ROLES, Label, Role
from audit import clock
from cases.calendar.loading import missing_year
from cases.oversight.sampling.access import may_sample
from cases.selectors.law.blindspots import watches
from cases.selectors.pages import open_task_total
from cases.web import whose
from cases.web.show.guide import texts as guide
from cases.web.show.words import listed, say
from cases.workflow.reference.comparison import may_compare

# After the key G: which letter leads where.
GO: Final = {
    "w": ("/", Label("工作台", "Workbench")),
    "t": ("/tasks/", Label("待办", "Tasks")),
    "c": ("/cases/", Label("案件", "Cases")),
    "i": ("/inbox/", Label("消息", "Messages")),
    "d": ("/dashboard/", Label("驾驶舱", "Dashboard")),
    "a": ("/audit/", Label("审计", "Audit")),
}
_LETTERS: Final = {href: letter for letter, (href, _) in GO.items()}
# So many entries fit into a window of 900 pixels; of more, the first group and the one worked in are unfolded.
UNFOLDED = 14
# In the order in which the bar of a narrow window prefers them.
TABS = ("/", "/cases/", "/tasks/", "/inbox/", "/accounts/", "/audit/", "/security/")


@dataclass(slots=True)
class Item:
    """One entry of the navigation."""

    href: str
    label: str
    icon: str
    count: int | str = 0
    hot: bool = False
    current: bool = False

    @property
    def go(self) -> str:
        """The letter that leads here after the key G."""
        return _LETTERS.get(self.href, "")


@dataclass(slots=True)
class Group:
    """A titled part of the navigation."""

    label: str
    items: list[Item] = field(default_factory=list)
    # Unfolded: in a short window the groups that are not worked in stay folded.
    open: bool = True


def frame(request: HttpRequest) -> dict[str, Any]:
    """`frame` for the templates; nothing is read before a template asks for it."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def other_language() -> dict[str, str]:
    """The language the page can be switched to, named in itself."""
    if (get_language() or "").startswith("en"):
        return {"code": "zh-hans", "name": "中文"}
    return {"code": "en", "name": "English"}


def _frame(request: HttpRequest) -> dict[str, Any]:
    moved = clock.current()
    base = {
        "help": guide.address(request.resolver_match.view_name if request.resolver_match else None),
        "demo": settings.DEMO,
        "now": clock.now(),
        "clock": clock.now() if moved else None,
        "other_language": other_language(),
        "version": settings.SOFTWARE_VERSION,
    }
    actor = _actor(request)
    return {**base, "base": "web/plain.html"} if actor is None else {**base, **_of_person(request, actor)}


def _actor(request: HttpRequest) -> Actor | None:
    known: Actor | None = getattr(request, "actor", None)
    # A request that was refused at the door (a wrong Host) has no user yet.
    if known is not None or not hasattr(request, "user") or not request.user.is_authenticated:
        return known
    try:
        known = load_actor(int(request.user.pk))
    except NoSuchActor:
        return None
    look_as(known)
    return known


def _of_person(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    directory = get_directory()
    post = actor.posts[0] if actor.posts else None
    nav = _navigation(request, actor)
    items = {item.href: item for group in nav for item in group.items}
    return {
        "base": "web/base.html",
        "actor": actor,
        "keys": wants_keys(actor.user_id),
        "whose": whose.mark(actor.user_id),
        "post_agency": post.agency_id if post else None,
        "post_name": post.agency_name if post else gettext("未分配机构"),
        "role_names": role_names(post.roles) if post else "",
        "region_name": directory.regions[post.region_code].name
        if post and post.region_code in directory.regions
        else "",
        "posts": [{"agency": p.agency_id, "name": p.agency_name, "roles": role_names(p.roles)} for p in actor.posts],
        "missing_year": _missing_year(actor),
        "nav": nav,
        "oversees": not oversight(actor, directory).empty,
        "works": not is_separated(actor),
        "tabbar": _tabbar(items),
    }


def _tabbar(items: dict[str, Item]) -> list[Item]:
    """The bar at the foot of a narrow window: the first four pages that this person has, the others behind 更多."""
    tabs = [items[href] for href in TABS if href in items][:4]
    return [*tabs, Item("/more/", gettext("更多"), "menu-2", current=not any(tab.current for tab in tabs))]


def is_separated(actor: Actor) -> bool:
    """Whether this is one of the three administrators, who have no work on cases."""
    return any(post.roles & SEPARATED_ROLES for post in actor.posts)


def _missing_year(actor: Actor) -> int | None:
    """For administrators: the year whose holiday plan work already reaches and that has none."""
    if not (actor.has_role(Role.AGENCY_ADMIN) or actor.has_role(Role.SYSTEM_ADMIN)):
        return None
    return missing_year(clock.now())


def role_names(roles: frozenset[str]) -> str:
    """The names of roles in the order of the vocabulary."""
    return listed(say(LABELS[role]) for role in Role if role.value in roles)


def _work(actor: Actor) -> list[Item]:
    """The pages of work on cases, which the three separated administrators do not have."""
    home = Item("/", gettext("工作台"), "layout-dashboard")
    if is_separated(actor):
        return [home]
    tasks = open_task_total(actor)
    return [
        home,
        Item("/tasks/", gettext("待办"), "checklist", count=tasks, hot=tasks > 0),
        Item("/cases/", gettext("案件"), "layout-list"),
        Item("/imports/", gettext("监测名单导入"), "database-import"),
        Item("/inbox/", gettext("消息"), "bell"),
    ]


def _papers(actor: Actor) -> list[Item]:
    """Papers, money and terms: what the measures leave behind, and what is reckoned before one is taken."""
    if is_separated(actor):
        return []
    return [
        Item("/documents/", gettext("文号登记簿"), "file-text"),
        Item("/surcharges/", gettext("加价台账"), "receipt"),
        Item("/compensation/", gettext("停电赔偿"), "wallet"),
        *([Item("/tariff/", gettext("电价测算"), "bolt")] if may_compare(actor) else []),
        Item("/deadlines/", gettext("期限计算"), "calendar-event"),
    ]


def _law(actor: Actor) -> list[Item]:
    """What the law leaves open, for those who answer for a region."""
    if not watches(actor):
        return []
    blind = Item("/blind-spots/", gettext("监管盲区清单"), "alert-triangle")
    return [blind, Item("/rule-changes/", gettext("规则变动"), "git-compare")]


def _administration(actor: Actor) -> list[Item]:
    """What administrators keep: accounts, where the agency is told, and whether messages arrive."""
    accounts = Item("/accounts/", gettext("账号"), "users")
    if not administered(actor, Role.AGENCY_ADMIN, Role.SYSTEM_ADMIN):
        return [accounts]
    deliveries = Item("/deliveries/", gettext("投递"), "package-export")
    if not administered(actor, Role.AGENCY_ADMIN):
        return [accounts, deliveries]
    return [accounts, Item("/channels/", gettext("单位通知渠道"), "link"), deliveries]


def _supervision(actor: Actor) -> list[Item]:
    """What is late, and what was asked about it: for everybody who works on cases."""
    if is_separated(actor):
        return []
    return [
        Item("/overdue/", gettext("逾期事项"), "clock-exclamation"),
        Item("/urges/", gettext("督办"), "message-2-exclamation"),
        *([Item("/sampling/", gettext("抽查"), "filter")] if may_sample(actor) else []),
    ]


def _navigation(request: HttpRequest, actor: Actor) -> list[Group]:
    groups = [
        Group(gettext("办理"), _work(actor)),
        Group(gettext("文书与电费"), _papers(actor)),
        Group(
            gettext("监督"),
            [
                *([Item("/dashboard/", gettext("驾驶舱"), "chart-bar")] if sight_keys(actor) else []),
                *_supervision(actor),
                *_law(actor),
                *([] if is_separated(actor) else [Item("/reports/", gettext("台账与通报"), "checklist")]),
                *([Item("/working-time/", gettext("用时统计"), "clock")] if sight_keys(actor) else []),
                Item("/audit/", gettext("审计"), "shield-check"),
                Item("/rules/", gettext("规则"), "file-spreadsheet"),
                Item("/calendar/", gettext("工作日历"), "calendar-due"),
            ],
        ),
    ]
    kept = _administration(actor) if administered(actor) else []
    groups.append(Group(gettext("管理"), [Item("/settings/", gettext("设置"), "settings"), *kept]))
    groups.append(Group(gettext("本人"), [Item("/security/", gettext("账号与安全"), "shield-lock")]))
    groups = [group for group in groups if group.items]
    for group in groups:
        for item in group.items:
            item.current = request.path == item.href or (item.href != "/" and request.path.startswith(item.href))
    _fold(groups)
    return groups


def _fold(groups: list[Group]) -> None:
    """Leave open the first group, the one worked in, and as many more as a short window has room for."""
    room = UNFOLDED
    for n, group in enumerate(sorted(groups, key=lambda group: not any(item.current for item in group.items))):
        kept = group is groups[0] or n == 0
        room -= len(group.items)
        group.open = kept or room >= 0
        if not group.open:
            room += len(group.items)
