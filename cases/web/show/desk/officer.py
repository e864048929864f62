"""The workbench of whoever works on cases: figures, what is due in its order, hand-offs, and what others owe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from agencies.actors import Actor
from agencies.vocabulary import Label
from cases.intake.suggestions.reading import open_pairs
from cases.selectors import pages
from cases.selectors.desk.counts import SPANS, Cell, cells, count
from cases.selectors.desk.lines import states
from cases.selectors.paging import CAP, Row
from cases.selectors.tasks import TaskFilter, heads
from cases.templatetags.lianzhi import agency_name
from cases.web.show import tasks, words
from cases.web.show.desk import lines, works
from cases.web.show.due import due_words, when_words
from cases.web.show.words import say
from cases.workflow.task_kinds import STAGES

PER_GROUP: Final = 8
INCOMING: Final = 6
GROUPS: Final = {
    "overdue": (Label("已超期", "Overdue"), "bad"),
    "today": (Label("今日到期", "Due today"), "warn"),
    "week": (Label("本周其余", "Rest of the week"), ""),
    "later": (Label("之后", "Later"), ""),
    "paused": (Label("暂停计时", "Clock stopped"), ""),
}
WORDS: Final = {
    "todo": Label("我的待办", "My work"),
    "whose": Label("按范围筛选", "Whose work"),
    "sort": Label("按事项筛选", "Sort of work"),
    "clear": Label("待办已清", "Nothing to do"),
    "clear_can": Label("没有需要你办理的事项", "Nothing waits for you"),
    "clear_mine": Label("没有分派给你的事项", "Nothing has been assigned to you"),
    "clear_all": Label("本机构名下没有未完成的事项", "Your agency has no open work"),
    "clear_sort": Label("这一类没有事项", "Nothing of this sort"),
    "see_all_sorts": Label("查看全部事项", "All sorts of work"),
    "see_agency": Label("查看本机构待办", "Work of the agency"),
    "see_cases": Label("查看本机构在办", "Open cases of the agency"),
    "next_case": Label("最近一件到期", "The next that falls due"),
    "keys": Label("上下移动", "up and down"),
    "open": Label("打开", "open"),
}


class Tile(NamedTuple):
    """One figure at the head of the page; its tone only while there is anything."""

    key: str
    label: Label
    icon: str
    n: int
    hint: Label
    tone: str = ""

    def shown(self, href: str) -> dict[str, Any]:
        return {**self._asdict(), "tone": self.tone if self.n else "", "href": href}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the work the address asks for."""

    whose: str = "can"
    work: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> Asked:
        whose, work = params.get("scope", ""), params.get("work", "")
        return cls(whose if whose in works.WHOSE else "can", work if work in works.NAMES else "")

    @property
    def receiving(self) -> bool:
        """Whether the rows are hand-offs that wait for their receipt, hence offer nothing else."""
        return self.work == works.RECEIVE

    def query(self, **more: str) -> str:
        """This part as the query of an address; what is ordinary is left out."""
        given = {"scope": self.whose if self.whose != "can" else "", "work": self.work, **more}
        return "?" + urlencode({key: value for key, value in given.items() if value})

    def listed(self, **more: str) -> str:
        """The address of the whole list behind it."""
        given = {"assignee": {"can": "can", "mine": "me"}.get(self.whose, ""), "work": self.work, **more}
        kept = urlencode({key: value for key, value in given.items() if value})
        return f"{reverse('web:tasks')}{'?' if kept else ''}{kept}"


def desk(actor: Actor, params: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The context of the page."""
    asked = Asked.of(params)
    today_end, week_end = tasks.cuts(now)
    known = cells(actor, now=now, today_end=today_end, week_end=week_end)
    whose = [cell for cell in known if works.is_whose(cell, asked.whose)]
    shown = [cell for cell in whose if works.is_of(cell, asked.work)]
    others = pages.outgoing(actor, now=now)
    groups = _groups(actor, asked, now, shown)
    incoming = _incoming(actor, asked, now, whose)
    return {
        "words": WORDS,
        "sub": _sub(actor, now, known),
        "tiles": _tiles(asked, whose, groups, others, incoming),
        "scopes": _scopes(asked, known),
        "sorts": _sorts(asked, whose),
        "groups": groups,
        "asked": asked,
        "all": {"count": count(shown), "href": asked.listed()},
        "incoming": incoming,
        "pairs": capped(pairs) if (pairs := open_pairs(actor)) else "",
        "outgoing": {"rows": others, "count": sum(row["count"] for row in others)},
        "spread": spread(pages.tasks_by_stage(actor)),
    }


def capped(n: int) -> str:
    return f"{n:,}" if n <= CAP else f"{CAP:,}+"


def _sub(actor: Actor, now: datetime, known: Sequence[Cell]) -> str:
    """The day, and how much of the agency's open work is this person's."""
    day = date_format(timezone.localtime(now), "Y-m-d l")
    post = actor.posts[0].agency_name if actor.posts else ""
    all_, can = f"{count(known):,}", f"{count(known, lambda cell: cell.doable):,}"
    said = Label(f"本机构待办 {all_} 项，其中我能办的 {can} 项", f"{all_} open tasks of the agency, {can} mine to do")
    return " · ".join(part for part in (day, post, say(said)) if part)


def _tiles(
    asked: Asked,
    whose: Sequence[Cell],
    groups: Sequence[Mapping[str, Any]],
    others: Sequence[Row],
    incoming: Mapping[str, Any],
) -> list[dict[str, Any]]:
    at = {span: _spent(whose, span) for span in SPANS}
    late, owed = sum(row["overdue"] for row in others), sum(row["count"] for row in others)
    today, week = at["today"], at["today"] + at["week"]
    longest = next((group["rows"][0] for group in groups if group["key"] == "overdue"), None)
    listed = {key: replace(asked, work="").listed(due=key) for key in tasks.DUE}
    tiles = [
        Tile("overdue", GROUPS["overdue"][0], "clock-exclamation", at["overdue"], _longest(longest), "bad"),
        Tile(
            "today", GROUPS["today"][0], "calendar-due", today, Label("下班前办理", "before the office closes"), "warn"
        ),
        Tile("week", Label("本周到期", "Due this week"), "calendar-event", week, _of_today(today)),
        Tile("in", Label("待签收移交", "To receive"), "package-import", incoming["total"], _earliest(incoming)),
        Tile("out", Label("对方办理中", "With others"), "package-export", owed, _late_there(late)),
    ]
    listed |= {"in": replace(asked, work=works.RECEIVE).listed(), "out": "#out"}
    return [tile.shown(listed[tile.key]) for tile in tiles]


def _spent(known: Sequence[Cell], span: str) -> int:
    return count(cell for cell in known if cell.span == span)


def _of_today(n: int) -> Label:
    return Label(f"含今日 {n:,} 件", f"{n:,} of them today")


def _late_there(n: int) -> Label:
    return Label(f"其中 {n:,} 件对方已超期", f"{n:,} of them overdue there")


def _longest(row: Mapping[str, Any] | None) -> Label:
    if row is None:
        return Label("没有超期事项", "nothing is overdue")
    said = row["due_said"]
    return Label(f"最长{said}", f"longest: {said}")


def _earliest(incoming: Mapping[str, Any]) -> Label:
    rows = incoming["rows"]
    if not rows:
        return Label("签收或退回", "receive or return")
    at = when_words(min(row["opened_at"] for row in rows))
    return Label(f"最早移交于 {at}", f"earliest sent {at}")


def _scopes(asked: Asked, known: Sequence[Cell]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "count": count(cell for cell in known if works.is_whose(cell, whose)),
            "href": replace(asked, whose=whose, work="").query(),
            "current": whose == asked.whose,
        }
        for whose, label in works.WHOSE.items()
    ]


def _sorts(asked: Asked, whose: Sequence[Cell]) -> list[dict[str, Any]]:
    """All, and each sort of which there is any, or which is asked for."""
    named = {"": Label("全部", "All"), **works.NAMES}
    rows = [
        {
            "label": label,
            "count": count(cell for cell in whose if works.is_of(cell, work)),
            "href": replace(asked, work=work).query(),
            "current": work == asked.work,
        }
        for work, label in named.items()
    ]
    return [row for row in rows if row["count"] or row["current"] or row["label"] == named[""]]


def _groups(actor: Actor, asked: Asked, now: datetime, shown: Sequence[Cell]) -> list[dict[str, Any]]:
    """Overdue, today, the rest of the week, later, standing still: the earliest of each; the link leads to all."""
    spans = tasks.spans(now)
    spans["week"] = replace(spans["week"], due_from=spans["today"].due_before)
    groups: list[dict[str, Any]] = []
    for key, (label, tone) in GROUPS.items():
        n = _spent(shown, key)
        if not n:
            continue
        wanted = works.narrowed(actor, spans[key], whose=asked.whose, work=asked.work)
        found = heads(actor, wanted, now=now, size=PER_GROUP)
        more = asked.listed(due=key) if n > len(found) else ""
        groups.append({"key": key, "label": label, "tone": tone, "count": n, "found": found, "more": more})
    told = rows(actor, [row for group in groups for row in group["found"]], now)
    return [{**group, "rows": [told[row["id"]] for row in group.pop("found")]} for group in groups if group["found"]]


def rows(actor: Actor, found: Sequence[Row], now: datetime) -> dict[str, dict[str, Any]]:
    """Rows of `list_tasks` as the page shows them, by id: with the state of the case and the button of their sort."""
    senders = pages.senders(actor, found)
    known = states(actor, sorted({row["case"]["id"] for row in found}))
    told = {}
    for row in found:
        state = known.get(row["case"]["id"], {})
        shown = tasks.shown(actor, row, senders)
        sender = senders.get(row["id"])
        name = agency_name(sender) if sender != row["agency"]["id"] else ""
        told[row["id"]] = {
            **shown,
            "said": lines.line(row, state, name),
            "subject": lines.subject(state),
            "urged": state.get("urged", False) and row["kind"] != "answer_urge",
            "due_said": due_words(row["due_at"], now).text if not row["paused"] else "",
            "act": {**shown["act"], "label": works.button(row)} if shown["act"]["mine"] else shown["act"],
        }
    return told


def _incoming(actor: Actor, asked: Asked, now: datetime, whose: Sequence[Cell]) -> dict[str, Any]:
    """Hand-offs from other agencies that nobody here has received yet, the earliest due first."""
    total = count(whose, lambda cell: cell.incoming)
    wanted = works.narrowed(actor, TaskFilter(), whose=asked.whose, work=works.RECEIVE)
    found = heads(actor, wanted, now=now, size=INCOMING) if total else []
    senders = pages.senders(actor, found)
    shown = [tasks.shown(actor, row, senders) for row in found]
    more = replace(asked, work="").listed(work=works.RECEIVE) if total > len(shown) else ""
    return {"rows": shown, "total": total, "more": more}


def spread(by_stage: Mapping[str, int]) -> dict[str, Any]:
    """Open tasks by stage, as a bar drawn on the server."""
    total, x, bars = sum(by_stage.values()), 0.0, []
    for stage in STAGES:
        n = by_stage.get(stage, 0)
        width = round(100 * n / total, 2) if total else 0.0
        look = words.STAGES[stage]
        href = f"{reverse('web:tasks')}?stage={stage}"
        # SVG numbers are written by str(): a localised decimal comma would break the drawing.
        bars.append({"css": look.css, "label": look.text, "count": n, "x": str(x), "width": str(width), "href": href})
        x = round(x + width, 2)
    return {"total": total, "bars": bars}
