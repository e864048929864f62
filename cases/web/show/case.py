"""The case page: from the rows of the selectors and the answers of the workflow to what the template draws."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.visibility import Part
from cases.intake.selectors import visible_batches
from cases.policy.calendar import working_days_between
from cases.selectors import pages
from cases.selectors.clocks.case import clocks_of
from cases.selectors.paging import Row
from cases.selectors.reach.parts import Reading, reading
from cases.web.show import evidence as case_evidence
from cases.web.show import findings, measures, words
from cases.web.show.casepage.history import history
from cases.web.show.casepage.load import load_curve
from cases.web.show.casepage.papers import papers
from cases.web.show.casepage.related import related
from cases.web.show.due import day_words, due_words, elapsed_words, long_day, regional, share_used
from cases.web.show.law import cut
from cases.web.show.law.options import options
from cases.web.show.maps import approval, locator
from cases.web.show.privacy.personal import block
from cases.web.show.sites.unlisted import notice
from cases.web.show.tasks import ON_SITE, at_the_meter, is_for, ordinary
from cases.web.show.words import say
from cases.workflow.deciding.available import Availability
from cases.workflow.forms import choices
from cases.workflow.task_kinds import KINDS, STAGES
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text
from cases.workflow.workdays import calendar_for

LEVELS = dict(choices.LEVELS)
SUBJECTS = dict(choices.SUBJECTS)
SOURCES = dict(choices.SOURCES)
RELATIONS = {
    "lead": Text("牵头", "Leads"),
    "supervisor": Text("督办", "Supervises"),
    "task": Text("承办", "Has or had a task"),
    "referral": Text("接收移送", "Referral"),
    "unit": Text("下属单位", "Sub-unit"),
}
# Refusals that say "this is somebody else's": listed apart, so that what is within reach stands first.
OTHERS = frozenset({"wrong_agency", "wrong_role", "task_of_another", "nothing_to_reveal"})


def batch_of(actor: Actor, case: Row) -> dict[str, Any] | None:
    """The list that brought the case in; with its result page where this person may see it."""
    name = (case["facts"].get("source") or {}).get("batch")
    if not name:
        return None
    # A list that was withdrawn gave its name back; the case still knows which one it was.
    gone = next((row["list"] for row in case["facts"].get("retracted") or [] if row.get("batch") == name), None)
    lists = visible_batches(actor)
    found = (lists.filter(pk=gone) if gone else lists.filter(name=name).exclude(state="withdrawn")).first()
    return {"name": name, "href": reverse("web:import", args=[found.pk]) if found else "", "withdrawn": bool(gone)}


def build(actor: Actor, case: Row, acts: Sequence[Availability], now: datetime, params: QueryDict) -> dict[str, Any]:
    """The context of the case page."""
    read = reading(actor, case["id"])
    allowed = [link(actor, case, act) for act in acts if act.allowed]
    refused = [act for act in acts if not act.allowed and act.in_stage and act.refusal]
    clocks = clocks_of(actor, case["id"], read, now, calendar_for) if read and case["tasks"] else None
    return {
        **record(actor, case, now, read, params),
        "tasks": [task_row(task, now, case["region"]["code"], clocks) for task in case["tasks"]],
        "can": _can(case, allowed),
        "on_site": _on_site(actor, case, allowed),
        "cannot": [act for act in refused if not _elsewhere(act)],
        "others": [act for act in refused if _elsewhere(act)],
        "options": options(actor, case, now, read, params.get("on", "")),
        "bring_load": bring_load(actor, case, acts),
        "upload": next(
            (link(actor, case, act) for act in acts if act.allowed and act.action == "attach_document"), None
        ),
        "papers": papers(actor, case, read, everything=params.get("check") == "all"),
        "timeline": history(actor, case, read, cursor=params.get("history")),
        **block(actor, case, now, read),
        "reveal": next((link(actor, case, act)["href"] for act in acts if act.allowed and act.action == REVEAL), None),
        "related": related(actor, case, read),
        "unlisted": notice(case),
        "cut_warnings": cut.warnings(case["facts"]),
        "opened_on": timezone.localtime(datetime.fromisoformat(case["opened_at"])).date().isoformat(),
        "yesterday": (timezone.localtime(now).date() - timedelta(days=1)).isoformat(),
    }


def record(
    actor: Actor,
    case: Row,
    now: datetime,
    read: Reading | None,
    params: QueryDict,
    until: datetime | None = None,
) -> dict[str, Any]:
    """What is on record now, or what was until a past moment."""
    return {
        "case": {**heading(case), "batch": batch_of(actor, case)},
        "steps": steps(actor, case, now, read, until),
        "evidence": _evidence(actor, case, read, params, until),
        "findings": findings.side_by_side(actor, case),
        "decision": measures.decision(case["facts"]),
        "bills": measures.bills(case["facts"]),
        "locator": locator(case["region"]["code"]),
        "approval": approval(),
        "participants": [
            {"agency_id": row["agency"]["id"], "text": RELATIONS.get(row["relation"], Text("", ""))}
            for row in case["participants"] if row["agency"]
        ],
    }  # fmt: skip


def _evidence(
    actor: Actor, case: Row, read: Reading | None, params: QueryDict, until: datetime | None
) -> dict[str, Any]:
    """The signals; with those of energy, the load curve of the site."""
    found = case_evidence.tabs(actor, case, params.get("signal", ""), read, until)
    if found["family"] != "energy":
        return found
    load = load_curve(actor, case, read, params, until)
    # Of an own part nobody can say that there is none.
    return {**found, "load": load, "load_shown": load is not None or bool(read and read.whole)}


def _elsewhere(act: Availability) -> bool:
    """Another's to do, or an answer to something that nobody asked."""
    code = act.refusal.code if act.refusal else ""
    return code in OTHERS or (code == "no_open_task" and "any" in TRANSITIONS[act.action].from_stages)


REVEAL = "reveal_personal_data"


def bring_load(actor: Actor, case: Row, acts: Sequence[Availability]) -> str:
    """Where load readings are brought, for people of the grid company; empty for others."""
    may = any(act.allowed and act.action == "attach_document" for act in acts)
    grid = any(post.kind == "grid_company" for post in actor.posts)
    return reverse("web:bring_load", args=[case["number"]]) if may and grid else ""


def heading(case: Row) -> dict[str, Any]:
    """Name, place, subject, level, source: the line under the title."""
    facts = case["facts"]
    return {
        **{
            key: case[key]
            for key in ("id", "number", "title", "stage", "outcome", "version", "head", "opened_at", "confidentiality")
        },
        "own_part": case["part"] == Part.OWN,
        "region_path": case["region"]["path"],
        "subject": SUBJECTS.get((facts.get("determination") or {}).get("subject") or ""),
        "level_text": LEVELS.get(case["level"], ""),
        "source": SOURCES.get(case["source"], case["source"]),
        "watched": case["stage"] == "monitoring" and bool(case["review_on"]),
        "review_on": case["review_on"],
        "stage_css": words.STAGES[case["stage"]].css,
        "merged_into": _merged(case),
        "lies_in": words.lies_in(case),
    }


def _merged(case: Row) -> dict[str, str] | None:
    if not case["merged_into"]:
        return None
    number = case["merged_into"]["number"]
    return {"number": number, "href": reverse("web:case", args=[number])}


def link(actor: Actor, case: Row, act: Availability) -> dict[str, Any]:
    """A button: the label of the table and the page of the act; a crew is led to the steps at the meter."""
    on_site = at_the_meter(actor, act.action)
    return {
        "action": act.action,
        "label": act.label,
        "href": reverse("web:suspension", args=[case["number"]])
        if on_site
        else reverse("web:action", args=[case["number"], act.action]),
        "one_way": act.one_way,
    }


def _can(case: Row, allowed: list[dict[str, Any]]) -> dict[str, Any]:
    """The ordinary act of each open task stands first, then the others."""
    first = {ordinary(task["kind"]) for task in case["tasks"]}
    return {
        "first": [item for item in allowed if item["action"] in first],
        "rest": [item for item in allowed if item["action"] not in first],
    }


def _on_site(actor: Actor, case: Row, allowed: list[dict[str, Any]]) -> str:
    """Where the crew begins the steps of a cut that may not be made yet: checks and second notice come before it."""
    if any(item["action"] in ON_SITE for item in allowed):
        return ""
    mine = any(at_the_meter(actor, task["kind"]) and is_for(actor, task) for task in case["tasks"])
    return reverse("web:suspension", args=[case["number"]]) if mine else ""


def steps(
    actor: Actor, case: Row, now: datetime, read: Reading | None = None, until: datetime | None = None
) -> list[dict[str, Any]]:
    """The five stages: passed with their days, the present one, those to come."""
    entered: dict[str, datetime] = {}
    left: dict[str, datetime] = {}
    moves = pages.stage_history(actor, case["id"], read=read, until=until)
    for move, following in zip(moves, [*moves[1:], None][: len(moves)], strict=True):
        entered.setdefault(move["stage"], move["at"])
        if following:
            left[move["stage"]] = following["at"]
        elif move["stage"] == case["stage"]:
            case = {**case, "stage_since": move["at"].isoformat()}
    return [_step(n, stage, case, entered, left, now) for n, stage in enumerate(STAGES, 1)]


def _step(
    n: int, stage: str, case: Row, entered: dict[str, datetime], left: dict[str, datetime], now: datetime
) -> dict[str, Any]:
    look, start = words.STAGES[stage], entered.get(stage)
    # An own part does not tell which way the case went.
    ahead = gettext("未开始") if case["part"] == Part.WHOLE else "--"
    step: dict[str, Any] = {"n": n, "text": look.text, "state": "", "span": ahead, "note": ""}
    if stage == case["stage"]:
        since = datetime.fromisoformat(case["stage_since"])
        outcome = words.OUTCOMES.get(case["outcome"] or "")
        span = gettext("%(day)s 起 · 第 %(n)s 个工作日") % {"day": day_words(since), "n": _days(since, now, case) + 1}
        if stage == "closed":
            span = gettext("%(day)s 办结") % {"day": day_words(since)}
        step |= {"state": "now", "span": span, "note": say(outcome.text) if outcome else ""}
    elif start is not None:
        end = left.get(stage, now)
        span = gettext("%(start)s 至 %(end)s · %(n)s 个工作日")
        back = n > words.STAGES[case["stage"]].step
        step |= {
            "state": "" if back else "done",
            "span": span % {"start": day_words(start), "end": day_words(end), "n": _days(start, end, case)},
            "note": gettext("已退回上一环节") if back else "",
        }
    elif n < words.STAGES[case["stage"]].step and case["part"] == Part.WHOLE:
        step |= {"span": gettext("未经过")}
    return step


def _days(start: datetime, end: datetime, case: Row) -> int:
    first, last = timezone.localtime(start).date(), timezone.localtime(end).date()
    return working_days_between(first, last, regional(case["region"]["code"]))


def task_row(task: Row, now: datetime, region: str, clocks: Row | None = None) -> dict[str, Any]:
    """An open task: who holds it, by when, how much of its working time is used and what is left of it."""
    opened = datetime.fromisoformat(task["opened_at"])
    due_at = datetime.fromisoformat(task["due_at"]) if task["due_at"] else None
    said = due_words(due_at, now, regional(region)) if due_at and not task["paused"] else None
    known = next((each for each in clocks["tasks"] if each["id"] == task["id"]), None) if clocks else None
    return {
        **task,
        "agency_id": task["agency"]["id"],
        "holder_id": (task["unit"] or task["agency"])["id"],
        "assignee": task["assignee"]["name"] if task["assignee"] else "",
        "kind_label": KINDS[task["kind"]].label,
        "region_code": region,
        "tone": said.tone if said else "",
        "left": said.text if said else "",
        "due_day": long_day(due_at) if due_at and not task["paused"] else "",
        # Written by str(): an SVG takes no localised number.
        "percent": str(_used(known) if known else share_used(opened, due_at, now)),
        "elapsed": elapsed_words(opened, now, regional(region)),
    }


def _used(known: Row) -> int:
    """Of the working time that the clock ran and will run, so much has run."""
    if known["overdue"]:
        return 100
    whole: int = known["elapsed"] + (known["remaining"] or 0)
    return round(100 * known["elapsed"] / whole) if whole else 0
