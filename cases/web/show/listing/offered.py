"""What the filter row of the list of cases offers to one person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from cases.intake.selectors import visible_batches
from cases.selectors.cases import Order, Sort
from cases.selectors.choice import only_ids
from cases.web import filters
from cases.web.show import words
from cases.workflow.forms import choices
from cases.workflow.view import Text

# How many of the latest lists stand in the drop-down, besides those that are asked for.
LATEST_LISTS = 40
STRENGTHS: Final = {1: Text("有", "any"), 2: Text("≥ 中", "≥ medium"), 3: Text("强", "strong")}
NOT_PERSONS: Final = "not_natural_person"
MONTHLY: Final = ("10000", "50000", "100000", "500000")


class OrderLook(NamedTuple):
    """An order with the words under the table."""

    order: Order
    text: Text


ORDERS: Final = {
    "due": OrderLook(Order(Sort.DUE, descending=False), Text("按办理期限升序，超期在前", "By due date, overdue first")),
    "-due": OrderLook(Order(Sort.DUE), Text("按办理期限降序", "By due date, latest first")),
    "-kwh": OrderLook(Order(Sort.KWH), Text("按月电量降序", "By monthly energy, highest first")),
    "kwh": OrderLook(Order(Sort.KWH, descending=False), Text("按月电量升序", "By monthly energy, lowest first")),
    "-updated": OrderLook(Order(Sort.UPDATED), Text("按更新时间排列，新的在前", "By last change, latest first")),
    "updated": OrderLook(
        Order(Sort.UPDATED, descending=False), Text("按更新时间排列，旧的在前", "By last change, oldest first")
    ),
    "-opened": OrderLook(Order(Sort.OPENED), Text("按立案时间排列，新的在前", "By opening, newest first")),
    "opened": OrderLook(
        Order(Sort.OPENED, descending=False), Text("按立案时间排列，旧的在前", "By opening, oldest first")
    ),
}


def offered(actor: Actor, lists: Sequence[str] = ()) -> list[filters.Select]:
    """The drop-downs: first those of the row, then those behind 更多条件. `lists`: ids that are to be among them."""
    directory = get_directory()
    return [
        filters.Select("stage", gettext("阶段"), gettext("全部阶段"), [(k, v.text) for k, v in words.STAGES.items()]),
        filters.Select("holder", gettext("当前办理"), gettext("全部机构"), _holders(actor, directory)),
        filters.Select("district", gettext("区县"), gettext("全部区县"), filters.districts(actor, directory)),
        filters.Select("subject", gettext("用电主体"), gettext("全部主体"), _subjects()),
        filters.Select("signal", gettext("信号"), gettext("全部信号"), _signals()),
        *_more(actor, lists),
    ]


# How many of the drop-downs stand in the row itself.
IN_ROW: Final = 5


def _more(actor: Actor, lists: Sequence[str]) -> list[filters.Select]:
    return [
        filters.Select("due", gettext("办理期限"), gettext("不限"), _spans()),
        filters.Select("kwh", gettext("月电量"), gettext("不限"), _energies()),
        filters.Select("level", gettext("名单级别"), gettext("全部级别"), choices.LEVELS),
        filters.Select("list", gettext("监测名单"), gettext("全部名单"), _lists(actor, lists)),
        filters.Select("listed", gettext("名单线索"), gettext("不限"), [("none", gettext("已无名单线索支持"))]),
        filters.Select("outcome", gettext("办结结果"), gettext("不限"), _outcomes()),
    ]


def _holders(actor: Actor, directory: Directory) -> list[tuple[str, str]]:
    """The agencies that can owe something where this person works."""
    own = tuple({post.region_code for post in actor.posts})
    found = [a for a in directory.by_code.values() if a.active and not a.is_unit and a.region_code.startswith(own)]
    return [(str(a.id), a.short_name) for a in found]


def _subjects() -> list[tuple[str, Any]]:
    return [(NOT_PERSONS, gettext("非自然人")), *choices.SUBJECTS]


def _signals() -> list[tuple[str, Any]]:
    """Each family at each strength; few enough for one drop-down, as in 能耗 ≥ 中."""
    return [
        (f"{family}-{strength}", Text(f"{look.text.zh} {said.zh}", f"{look.text.en} {said.en}"))
        for family, look in words.SIGNALS.items()
        for strength, said in STRENGTHS.items()
    ]


def _spans() -> list[tuple[str, Any]]:
    return [
        ("overdue", gettext("已超期")),
        ("today", gettext("今日到期")),
        ("week", gettext("本周到期")),
        ("later", gettext("本周以后")),
    ]


def _energies() -> list[tuple[str, Any]]:
    return [(least, gettext("%(kwh)s kWh 以上") % {"kwh": f"{int(least):,}"}) for least in MONTHLY]


def _outcomes() -> list[tuple[str, Any]]:
    return [(code, look.text) for code, look in words.OUTCOMES.items()]


def _lists(actor: Actor, asked: Sequence[str]) -> list[tuple[str, str]]:
    done = visible_batches(actor).filter(state="done").values_list("id", "name")
    found = {str(key): name for key, name in done.order_by("-received_at", "-id")[:LATEST_LISTS]}
    if others := set(only_ids(asked)) - found.keys():
        found |= {str(key): name for key, name in done.filter(pk__in=others)}
    return list(found.items())
