"""督办视图: the workbench of supervision. What is late, what was asked and not answered, what no measure reaches."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from agencies.actors import Actor
from agencies.vocabulary import Kind, Label
from cases.reporting.listing import list_reports
from cases.selectors.law.blindspots import BlindFilter, totals
from cases.selectors.overdue import AgencyOverdue, OverdueFilter, overdue_agencies, overdue_tasks
from cases.selectors.overdue.steps import fired
from cases.selectors.overdue.urges import OPEN, UrgeFilter, urges
from cases.selectors.paging import Row
from cases.web.show.desk.officer import Tile
from cases.web.show.due import when_words
from cases.web.show.reports.pages import row as report_row
from cases.web.show.supervision.steps import tags
from cases.web.show.supervision.urging import urge_href
from cases.web.show.words import say
from cases.workflow.task_kinds import KINDS

LONGEST: Final = 8
ASKED: Final = 6
REPORTS: Final = 4
WORDS: Final = {
    "title": Label("督办视图", "Supervision"),
    "late": Label("逾期最久", "Longest overdue"),
    "late_none": Label("没有逾期事项", "Nothing is overdue"),
    "late_all": Label("查看全部逾期事项", "All overdue work"),
    "urges": Label("待答复的督办", "Waiting for an answer"),
    "urges_none": Label("没有待答复的督办", "No question waits for an answer"),
    "urges_all": Label("查看全部督办", "All questions"),
    "agencies": Label("按单位", "By agency"),
    "blind": Label("监管盲区", "Blind spots"),
    "blind_none": Label("没有盲区", "No blind spots"),
    "blind_all": Label("查看清单", "The list"),
    "reports": Label("台账与通报", "Ledgers and bulletins"),
    "reports_none": Label("还没有台账与通报", "No report yet"),
    "urge": Label("督办", "Ask"),
    "urged": Label("已督办", "asked"),
    "open": Label("查看", "Open"),
    "unassigned": Label("未分派承办人", "assigned to nobody"),
}


def oversees(actor: Actor) -> bool:
    """Whether this person's work is to supervise, and nothing else."""
    return bool(actor.posts) and all(post.kind == Kind.SUPERVISION for post in actor.posts)


def desk(actor: Actor, now: datetime) -> dict[str, Any]:
    """The context of the page."""
    agencies = overdue_agencies(actor, OverdueFilter(), now=now)
    longest = overdue_tasks(actor, OverdueFilter(), now=now, size=LONGEST).rows
    told = fired(actor, [row["id"] for row in longest])
    asked = urges(actor, UrgeFilter(state=OPEN), now=now, by_due=True, size=ASKED)
    unanswered = urges(actor, UrgeFilter(state=OPEN, late=True), now=now, by_due=True, size=1)
    blind = totals(actor, BlindFilter())
    day = date_format(timezone.localtime(now), "Y-m-d l")
    return {
        "words": WORDS,
        "sub": f"{day} · {actor.posts[0].agency_name}",
        "tiles": _tiles(agencies, asked.total, unanswered.total, blind.cases),
        "late": [_late_row(actor, row, told.get(row["id"], [])) for row in longest],
        "agencies": agencies,
        "asked": [_asked(row) for row in asked.rows],
        "blind": {"regions": blind.by_region[:6], "cases": blind.cases},
        "reports": [report_row(row, {}) for row in list_reports(actor, size=REPORTS).rows],
    }


def _tiles(agencies: list[AgencyOverdue], asked: int, unanswered: int, blind: int) -> list[dict[str, Any]]:
    late = sum(row.overdue for row in agencies)
    pressed, reported = sum(row.pressed for row in agencies), sum(row.reported for row in agencies)
    brought = Label(f"已通报 {reported:,} 件", f"{reported:,} brought to supervision")
    no_measure = Label("没有措施可用的案件", "no measure reaches")
    overdue, questions = reverse("web:overdue"), reverse("web:urges") + "?state=open"
    asks = "message-2-exclamation"
    tiles = [
        (Tile("overdue", Label("逾期事项", "Overdue"), "clock-exclamation", late, _oldest(agencies), "bad"), overdue),
        (Tile("pressed", Label("其中已报牵头单位", "With the commission"), asks, pressed, brought), overdue),
        (Tile("urges", Label("待答复督办", "To be answered"), asks, asked, _late(unanswered), "warn"), questions),
        (
            Tile("blind", Label("监管盲区", "Blind spots"), "alert-triangle", blind, no_measure),
            reverse("web:blind_spots"),
        ),
    ]
    return [tile.shown(href) for tile, href in tiles]


def _oldest(agencies: list[AgencyOverdue]) -> Label:
    if not agencies:
        return Label("没有逾期事项", "nothing is overdue")
    at = when_words(min(row.oldest for row in agencies))
    return Label(f"最早到期 {at}", f"oldest deadline {at}")


def _late(n: int) -> Label:
    return Label(f"其中 {n:,} 件逾期未答复", f"{n:,} of them late")


def _late_row(actor: Actor, row: Row, told: list[Row]) -> dict[str, Any]:
    urge = "" if row["urged"] else urge_href(actor, row["number"], row["region"]["code"], row["id"])
    who = row["assignee"]["name"] if row["assignee"] else say(WORDS["unassigned"])
    return {**row, "label": KINDS[row["kind"]].label, "who": who, "tags": tags(told), "urge": urge}


def _asked(row: Row) -> dict[str, Any]:
    return {**row, "about_text": KINDS[row["about"]].label if row["about"] in KINDS else ""}
