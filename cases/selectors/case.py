"""One case as this person sees it, in one query. None: it does not exist or is not visible, without a difference."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import connection

from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.visibility import seen
from cases.selectors import refs
from cases.selectors.paging import Row
from cases.selectors.precision.facts import facts_shown
from cases.selectors.precision.viewers import About, Sight, sight, task_pairs
from cases.selectors.scopes import viewing_agencies

# Case numbers are short; anything longer is not one and is not sent to the database.
MAX_NUMBER = 24


_CASE = (
    *("id", "number", "title", "stage", "version", "level", "source", "outcome", "review_on", "confidentiality"),
    *("head", "opened_at", "updated_at", "stage_since", "closed_at"),
)


def find_case_id(actor: Actor, ref: str) -> UUID | None:
    """The id of a visible case from its id or number."""
    condition, parameter = _condition(ref)
    seeing = viewing_agencies(actor)
    if parameter is None or not seeing:
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT c.id FROM cases_case c WHERE {condition} AND {_VISIBLE}", [parameter, seeing])
        row = cursor.fetchone()
    return None if row is None else row[0]


def get_case(actor: Actor, ref: str) -> Row | None:
    """Everything about a visible case but its history: participants, open tasks, documents, merged cases."""
    condition, parameter = _condition(ref)
    seeing = viewing_agencies(actor)
    if parameter is None or not seeing:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_DETAIL.format(condition=condition, visible=_VISIBLE), [parameter, seeing])
        row = cursor.fetchone()
    if row is None:
        return None
    data = json.loads(row[0])
    directory = get_directory(stamp=data["stamp"])
    return _shown(data, directory, sight(actor, _about(data), directory))


def _about(data: dict[str, Any]) -> About:
    case = data["case"]
    participants = [row["agency"] for row in data["participants"]]
    return About(case["lead_agency_id"], participants, task_pairs(data["tasks"]), case["facts"])


_VISIBLE = seen("c.id")

_DETAIL = """
SELECT jsonb_build_object(
  'stamp', (SELECT n FROM agencies_stamp),
  'case', to_jsonb(c) - 'head' || jsonb_build_object('head', encode(c.head, 'hex')),
  'merged_into', (SELECT m.number FROM cases_case m WHERE m.id = c.merged_into_id),
  'absorbed', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'number', m.number) ORDER BY m.number), '[]')
               FROM cases_case m WHERE m.merged_into_id = c.id),
  'participants', (SELECT coalesce(jsonb_agg(jsonb_build_object('agency', p.agency_id, 'relation', p.relation,
                                                                'since', p.since) ORDER BY p.since, p.agency_id), '[]')
                   FROM case_participants(c.id) p),
  'tasks', (SELECT coalesce(jsonb_agg(to_jsonb(t) || jsonb_build_object('assignee_name', u.display_name)
                                      ORDER BY t.due_at, t.id), '[]')
            FROM cases_task t LEFT JOIN agencies_user u ON u.id = t.assignee_id
            WHERE t.case_id = c.id AND t.state = 'open'),
  'documents', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'kind', d.kind, 'number', d.number,
                  'agency', d.agency_id, 'attachment', d.attachment_id, 'seq', d.event_seq, 'at', d.at)
                  ORDER BY d.event_seq), '[]')
                FROM cases_document d WHERE d.case_id = c.id))::text
FROM cases_case c WHERE {condition} AND {visible}
"""


def _condition(ref: str) -> tuple[str, str | None]:
    try:
        return "c.id = %s", str(UUID(ref))
    except ValueError:
        return "c.number = %s", ref.upper() if ref.isascii() and ref.isprintable() and len(ref) <= MAX_NUMBER else None


def _shown(data: dict[str, Any], directory: Directory, seen_as: Sight) -> Row:
    case = data["case"]
    facts, withheld = facts_shown(case["facts"], seen_as)
    merged = {"id": case["merged_into_id"], "number": data["merged_into"]} if case["merged_into_id"] else None
    return {
        **{name: case[name] for name in _CASE},
        "facts": facts,
        "withheld": withheld,
        "revealable": list(seen_as.revealable),
        "region": refs.region(directory, case["region_code"]),
        "lead_agency": refs.agency(directory, case["lead_agency_id"]),
        "merged_into": merged,
        "absorbed": data["absorbed"],
        "participants": [{**each, "agency": refs.agency(directory, each["agency"])} for each in data["participants"]],
        "tasks": [_task(task, directory) for task in data["tasks"]],
        "documents": [{**each, "agency": refs.agency(directory, each["agency"])} for each in data["documents"]],
    }


def _task(task: dict[str, Any], directory: Directory) -> Row:
    plain = ["id", "kind", "roles", "opened_at", "due_at", "due_rule", "provisional", "accepted_at", "returns", "data"]
    return {
        **{name: task[name] for name in plain},
        "agency": refs.agency(directory, task["agency_id"]),
        "unit": refs.agency(directory, task["unit_id"]),
        "assignee": refs.person(task["assignee_id"], task["assignee_name"]),
    }
