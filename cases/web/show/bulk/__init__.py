"""One act on many cases for its pages and file: words for states and fates, how far it is, the cells of a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.selectors import assignable
from audit.ids import new_id
from cases.models.bulk import BulkRun
from cases.selectors.paging import Row
from cases.web import forms
from cases.web.show.words import STAGES, say
from cases.workflow.many.acts import ACTS, Act, offered
from cases.workflow.many.reading import FATES, owners_of_tasks
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import Text

STATES: Final = {
    "draft": Text("待填写", "To be filled in"),
    "checking": Text("核对中", "Being checked"),
    "ready": Text("待确认", "To be confirmed"),
    "working": Text("办理中", "Under way"),
    "done": Text("已办完", "Finished"),
    "cancelled": Text("已取消", "Cancelled"),
    "stopped": Text("已中止", "Stopped"),
    "dropped": Text("未办理", "Given up"),
}
TONES: Final = {"checking": "info", "working": "info", "ready": "warn", "done": "ok", "stopped": "bad"}
LOOKS: Final = {
    "listed": Text("未核对", "Not checked yet"),
    "fits": Text("可以办理", "Applies"),
    "unfit": Text("不适用，未办理", "Does not apply, not done"),
    "done": Text("已办理", "Done"),
    "refused": Text("被拒，未办理", "Refused, not done"),
    "changed": Text("预览后案件有变更，未办理", "Changed since the preview, not done"),
    "not_allowed": Text("无权办理，未办理", "Not allowed, not done"),
    "left": Text("已取消，未办理", "Cancelled, not done"),
}
ICONS: Final = {
    "fits": "circle-check", "done": "circle-check", "unfit": "x", "refused": "x", "changed": "git-compare",
    "not_allowed": "lock", "left": "circle-dashed", "listed": "circle-dashed",
}  # fmt: skip
PROBLEMS: Final = {
    "fault": Text(
        "连续出错，已停下，没有办理其余各行；系统日志有记载。点“继续办理”，仍不成的请告知系统管理员。",
        "It failed row after row and stopped; the log says why. Go on, and tell the administrator if it stops again.",
    ),
    "too_old": Text(
        "预览后一天内没有确认，已作废，没有办理任何一行。请在列表中重新选择。",
        "Nobody confirmed the preview within a day; nothing was done. Choose again in the list.",
    ),
}
HEADS: Final = (
    ("行", "Row"), ("案件编号", "Case"), ("案件名称", "Name"), ("待办事项", "Task"), ("结果", "Result"),
    ("原因与办法", "Reason, and what to do"), ("依据", "Basis"), ("办理后版本", "Version after"), ("回执", "Receipt"),
)  # fmt: skip
QUIET: Final = timedelta(minutes=2)


def bar(actor: Actor, source: str, params: QueryDict, total: str) -> dict[str, Any]:
    """The bar above a list (`cases` or `tasks`): the acts that this person's posts do, and the form's own key."""
    return {
        "acts": [_button(act) for act in offered(actor)],
        "key": str(new_id()),
        "exports": [
            {"kind": kind, "action": reverse(f"web:{source}_file", args=[kind]), "label": kind.upper()}
            for kind in ("xlsx", "csv")
        ],
        "list": source,
        "query": urlencode([(name, value) for name, value in params.items() if name not in ("after", "before")]),
        "total": total,
    }


def _button(act: Act) -> dict[str, Any]:
    return {"act": act.action.value, "icon": act.icon, "label": act.transition.label}


def line(run: Row) -> Row:
    """One run in the list of them."""
    counts = orjson.loads(run["counted"])
    return {
        **run,
        "label": ACTS[run["act"]].transition.label,
        "state_label": STATES[run["state"]],
        "tone": TONES.get(run["state"], ""),
        "done": counts.get("done", 0),
        "undone": sum(counts.get(fate, 0) for fate in FATES if fate not in ("done", "fits")),
    }


def head(run: BulkRun, now: datetime) -> dict[str, Any]:
    """One run: where it stands and how far it is."""
    checking = run.state == "checking"
    done = run.rows_seen if checking else _acted(run)
    whole = run.rows_total if checking else done + run.counts.get("fits", 0)
    percent = 100 * done // whole if whole else 100
    return {
        "id": run.id,
        "act": run.act,
        "label": ACTS[run.act].transition.label,
        "one_way": ACTS[run.act].transition.one_way,
        "state": run.state,
        "state_label": STATES[run.state],
        "tone": TONES.get(run.state, ""),
        "running": run.state in ("checking", "working"),
        "percent": percent,
        # Read aloud in steps of a quarter, not at every look.
        "quarter": percent // 25 * 25,
        "done": done,
        "whole": whole,
        "seconds": _seconds_left(run, done, whole, now),
        "rows": run.rows_total,
        "not_found": run.not_found,
        "fits": run.counts.get("fits", 0),
        "counts": [(code, LOOKS[code], n, ICONS[code]) for code in FATES if (n := run.counts.get(code, 0))],
        "has_inputs": bool(ACTS[run.act].inputs),
        "quiet": run.state in ("checking", "working") and now - run.moved_at > QUIET,
        "problem": PROBLEMS.get(run.problem),
        "over": run.ended_at is not None,
        "confirmed_at": run.confirmed_at,
        "ended_at": run.ended_at,
        "back": "web:tasks" if run.source == "tasks" else "web:cases",
        "steps": _steps(run),
    }


def _acted(run: BulkRun) -> int:
    return sum(run.counts.get(fate, 0) for fate in ("done", "refused", "changed", "not_allowed", "left"))


def _seconds_left(run: BulkRun, done: int, whole: int, now: datetime) -> int | None:
    since = run.confirmed_at if run.state == "working" else run.created_at
    if not done or since is None or run.state not in ("checking", "working"):
        return None
    return round((now - since).total_seconds() / done * (whole - done))


def _steps(run: BulkRun) -> list[dict[str, Any]]:
    labels = [
        (gettext("选择"), gettext("在列表中勾选")),
        (gettext("填写"), gettext("各件共用的内容") if ACTS[run.act].inputs else gettext("此事项无须填写")),
        (gettext("核对"), gettext("逐件看能否办理")),
        (gettext("办理"), gettext("逐件有结果")),
    ]
    now = {"draft": 2, "checking": 3, "ready": 3}.get(run.state, 4)
    if run.state == "dropped":
        now = 3
    ended = run.state in ("done", "cancelled")
    return [
        {"no": no, "label": label, "hint": hint, "css": "done" if no < now or ended else "now" if no == now else ""}
        for no, (label, hint) in enumerate(labels, 1)
    ]


def row(found: Row) -> Row:
    """One row in words."""
    return {
        **found,
        "fate_label": LOOKS[found["fate"]],
        "icon": ICONS[found["fate"]],
        "tone": {"fits": "ok", "done": "ok", "left": "", "listed": ""}.get(found["fate"], "bad"),
        "task_label": KINDS[found["kind"]].label if found["kind"] else None,
    }


def cells(found: Row) -> list[Any]:
    """One row of the file."""
    shown = row(found)
    return [
        found["number"], found["case_number"] or "", found["title"] or "", say(shown["task_label"]),
        say(shown["fate_label"]), say(found["said"]), found["article"], found["done_version"] or "", found["leaf"],
    ]  # fmt: skip


def stage_name(code: str) -> str:
    return say(STAGES[code].text)


def options(actor: Actor, run: BulkRun) -> dict[str, Sequence[forms.Option]]:
    """What the form offers to choose from: the units and people to whom the tasks of the run can be given."""
    directory = get_directory()
    known = [(a.code, a.name) for a in directory.by_code.values() if a.active and not a.is_unit]
    if not ACTS[run.act].by_task:
        return {"agency": known}
    owners, roles = owners_of_tasks(actor, run)
    own = set(actor.agency_ids)
    people = {p.username: p for owner in owners for p in assignable(actor, owner, roles, rank=0)}
    return {
        "agency": known,
        "unit": [(u.code, u.name) for owner in owners for u in directory.units(owner) if own & {owner, u.id}],
        "user": [(p.username, f"{p.display_name}　{p.agency_name}") for p in people.values()],
    }
