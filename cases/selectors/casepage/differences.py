"""What each act of a case changed, with what stood there before: the events folded once, whatever their number."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from agencies.actors import Actor
from agencies.visibility import seen, sight_keys
from cases.selectors.paging import fetch
from cases.selectors.precision.facts import before_shown, body_shown
from cases.selectors.reach.parts import Reading

_BODIES = f"""SELECT e.id, e.seq, e.body FROM cases_case c
    CROSS JOIN LATERAL (SELECT 'case/' || c.id AS stream OFFSET 0) s
    JOIN audit_event e ON e.stream = s.stream AND e.seq <= %s
    WHERE c.id = %s AND {seen("c.id")} ORDER BY e.seq"""


# Of the event itself: by which act's form its members are called.
_ABOUT = ("action",)


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VISIBLE = f"""SELECT c.id::text AS id, c.number FROM cases_case c
    WHERE (c.id = ANY(%s::uuid[]) OR c.number = ANY(%s)) AND {seen("c.id")}"""


class Moved(NamedTuple):
    """The deadline of a task of this kind, as an act left it and as it stood before."""

    kind: str
    old: str
    new: str


class Change(NamedTuple):
    """One act: what it wrote and what stood there before, both as the reader sees them; `gone`: what it took away."""

    body: dict[str, Any]
    before: dict[str, Any]
    gone: list[str]
    moved: list[Moved]


def differences(actor: Actor, case_id: UUID | str, seqs: Collection[int], read: Reading) -> dict[int, Change]:
    """By the place of the event. Of a case that is not read whole nothing is told: others may have written it."""
    if not seqs or not read.whole or read.viewpoint.only_referred:
        return {}
    state: dict[str, Any] = {}
    tasks: dict[str, Moved] = {}
    found: dict[int, Change] = {}
    for row in fetch(_BODIES, [max(seqs), str(case_id), sight_keys(actor)]):
        body = orjson.loads(bytes(row["body"]))
        written = {**(body.get("set") or {}), **(body.get("case") or {})}
        gone = [name for name in body.get("unset") or () if name in state]
        moved = _moved(body, tasks)
        if row["seq"] in seqs:
            after, before = _apart(written, state)
            shown = {**{name: body[name] for name in _ABOUT if name in body}, "set": after}
            told = before_shown(before, shown, read.viewpoint, row["id"])
            found[row["seq"]] = Change(body_shown(shown, read.viewpoint, row["id"])[0], told, gone, moved)
        state |= written
        for name in gone:
            del state[name]
    return _without_unseen(actor, found)


def _moved(body: dict[str, Any], tasks: dict[str, Moved]) -> list[Moved]:
    """The deadlines that an act moved; `tasks`, by their id, stand afterwards as it left them."""
    for task in body.get("open") or ():
        tasks[task["id"]] = Moved(task["kind"], "", task.get("due") or "")
    found = []
    for row in body.get("touch") or ():
        known = tasks.get(row["id"])
        if known and row.get("due_at") and row["due_at"] != known.new:
            tasks[row["id"]] = Moved(known.kind, known.new, row["due_at"])
            found.append(tasks[row["id"]])
    return found


def _without_unseen(actor: Actor, found: dict[int, Change]) -> dict[int, Change]:
    """The same, of cases that this person does not see neither the number nor the id."""
    named = {one for each in found.values() for side in (each.body["set"], each.before) for one in _cases_in(side)}
    if not named:
        return found
    ids = [name for name in named if _ID.fullmatch(name)]
    visible = {name for row in fetch(_VISIBLE, [ids, sorted(named), sight_keys(actor)]) for name in row.values()}
    unseen = named - visible
    return {
        seq: each._replace(
            body={**each.body, "set": _hidden(each.body["set"], unseen)}, before=_hidden(each.before, unseen)
        )
        for seq, each in found.items()
    }


def _cases_in(values: dict[str, Any]) -> Iterator[str]:
    """What in a state names other cases: by number or by id."""
    rows = [*(values.get("merged_cases") or ()), values.get("merge") or {}, values.get("relapse") or {}]
    for name in ("case", "number", "into", "of"):
        yield from (row[name] for row in rows if isinstance(row.get(name), str))
    if values.get("merged_into"):
        yield str(values["merged_into"])


def _hidden(value: Any, unseen: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _hidden(each, unseen) for name, each in value.items()}
    if isinstance(value, list):
        return [_hidden(each, unseen) for each in value]
    return "***" if isinstance(value, str) and value in unseen else value


def _apart(after: dict[str, Any], before: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs, on both sides: compared as written, since what is withheld would look different each time."""
    new: dict[str, Any] = {}
    old: dict[str, Any] = {}
    for name, value in after.items():
        was = before.get(name)
        if name in before and value == was:
            continue
        if isinstance(value, dict) and isinstance(was, dict):
            new[name], old[name] = _apart(value, was)
            gone = {each: was[each] for each in was.keys() - value.keys()}
            new[name] |= dict.fromkeys(gone)
            old[name] |= gone
        elif isinstance(value, list) and isinstance(was, list):
            new[name] = [item for item in value if item not in was]
            old[name] = [item for item in was if item not in value]
        else:
            new[name] = value
            if name in before:
                old[name] = was
    return new, old
