"""时限 of a case: a bar for each task with what ran and what stood still, whose turn it was, and the extensions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from cases.policy.calendar import WorkingCalendar, working_days_between
from cases.policy.dated import CHINA
from cases.selectors.paging import Row
from cases.web.show.clocks.words import ENDS, EXTENSIONS, STATES, reason, reasons, span
from cases.web.show.due import Said, due_words
from cases.web.show.words import say
from cases.workflow.texts import describe_task

WIDTH: Final = 1000
# On white each stands out by lightness, too.
COLOURS: Final = {"running": "#1f5fc4", "paused": "#c77700", "waiting": "#9aa7b5"}
NOBODY: Final = "#cfd7df"


def page(found: Row, calendar: WorkingCalendar) -> dict[str, Any]:
    """What the template draws."""
    first, last = found["opened_at"], found["at"]
    return {
        "tasks": [_task(task, first, last, calendar) for task in found["tasks"]],
        "turns": [_turn(turn, first, last) for turn in found["turns"]],
        "held": [_held(row) for row in found["held"]],
        "extensions": [_extension(row) for row in found["extensions"]],
        "legend": [{"colour": COLOURS[s], "text": say(STATES[s])} for s in COLOURS],
        "names": {task["id"]: say(describe_task(task["kind"])) for task in found["tasks"]},
    }


def standing(task: Row, at: datetime, calendar: WorkingCalendar) -> Said:
    """How a task stands at the instant: what is left or how late it is, in words."""
    due = task["due_at"]
    if task["state"] == "ended":
        if not task["overdue"]:
            return Said(say(ENDS[task["ended_as"]]), "")
        days = working_days_between(due.astimezone(CHINA).date(), task["closed_at"].astimezone(CHINA).date(), calendar)
        if days == 0:
            return Said(gettext("超期办结"), "bad")
        return Said(ngettext("超期 %(n)s 个工作日办结", "超期 %(n)s 个工作日办结", days) % {"n": days}, "bad")
    said = due_words(due, at, calendar)
    if task["state"] == "paused":
        return Said(gettext("暂停计时，%(left)s") % {"left": said.text}, said.tone)
    if task["state"] == "waiting":
        return Said(gettext("等待期，%(left)s") % {"left": said.text}, said.tone)
    return said


def _task(task: Row, first: datetime, last: datetime, calendar: WorkingCalendar) -> dict[str, Any]:
    said = standing(task, last, calendar)
    return {
        "id": task["id"],
        "label": say(describe_task(task["kind"])),
        "agency_id": task["agency"]["id"] if task["agency"] else None,
        "unit": task["unit"]["name"] if task["unit"] else "",
        "person": task["person"]["name"] if task["person"] else "",
        "said": said.text,
        "tone": said.tone,
        "state": say(STATES[task["state"]]),
        "due_at": task["due_at"],
        "provisional": task["provisional"],
        "due_x": _x(task["due_at"], first, last) if first <= task["due_at"] <= last else None,
        "elapsed": span(task["elapsed"]),
        "paused": [{"why": reason(why), "span": span(n)} for why, n in task["paused"].items()],
        "bars": [
            {"x": _x(s["begins"], first, last), "width": _width(s, first, last), "colour": COLOURS[s["state"]]}
            for s in task["segments"]
        ],
        "segments": [_segment(each) for each in task["segments"]],
        "holders": [
            {**_who(row), "running": span(row["running"]), "still": span(row["paused"] + row["waiting"])}
            for row in task["holders"]
        ],
    }


def _segment(each: Row) -> dict[str, Any]:
    return {
        "begins": each["begins"],
        "ends": each["ends"],
        "state": say(STATES[each["state"]]),
        "why": reason(each["reason"]),
        "span": span(each["seconds"]),
        "seq": each["seq"],
        **_who(each),
    }


def _who(row: Row) -> dict[str, Any]:
    return {
        "agency_id": row["agency"]["id"] if row["agency"] else None,
        "unit": row["unit"]["name"] if row["unit"] else "",
        "person": row["person"]["name"] if row["person"] else "",
    }


def _turn(turn: Row, first: datetime, last: datetime) -> dict[str, Any]:
    return {
        "begins": turn["begins"],
        "ends": turn["ends"],
        "agencies": [agency["id"] for agency in turn["agencies"] if agency],
        "why": reasons(turn["reasons"]),
        "span": span(turn["seconds"]),
        "x": _x(turn["begins"], first, last),
        "width": _width(turn, first, last),
        "colour": COLOURS["running"] if turn["agencies"] else NOBODY,
    }


def _held(row: Row) -> dict[str, Any]:
    return {
        "agency_id": row["agency"]["id"] if row["agency"] else None,
        "why": reasons(row["reasons"]),
        "span": span(row["seconds"]),
    }


def _extension(row: Row) -> dict[str, Any]:
    return {
        "label": say(describe_task(row["kind"])),
        "agency_id": row["agency"]["id"] if row["agency"] else None,
        "asked_at": row["asked_at"],
        "decided_at": row["decided_at"],
        "decide_by": row["decide_by"],
        "from": row["from"],
        "to": row["to"],
        "state": say(EXTENSIONS[row["state"]]),
        "tone": {"asked": "warn", "granted": "ok"}.get(row["state"], ""),
        "due_at": row["due_at"],
        "kept": row["state"] == "granted" and row["due_at"] is None,
    }


def _x(moment: datetime, first: datetime, last: datetime) -> int:
    whole = (last - first).total_seconds()
    return round(WIDTH * (moment - first).total_seconds() / whole) if whole > 0 else 0


def _width(each: Row, first: datetime, last: datetime) -> int:
    # A stretch too short to be seen is drawn all the same.
    return max(2, _x(each["ends"], first, last) - _x(each["begins"], first, last))
