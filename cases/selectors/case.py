"""One case as this person sees it, in one query. None: it does not exist or is not visible, without a difference."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import connection

from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.visibility import seen, sight_keys
from cases.selectors import refs
from cases.selectors.clocks.statement import STANDS
from cases.selectors.documents import is_told
from cases.selectors.evidence import by_family
from cases.selectors.paging import Row
from cases.selectors.precision.facts import facts_shown
from cases.selectors.reach.parts import Reading, reading

# Case numbers are short; anything longer is not one and is not sent to the database.
MAX_NUMBER = 24


_CASE = (
    *("id", "number", "title", "stage", "version", "level", "source", "outcome", "review_on", "confidentiality"),
    *("head", "opened_at", "updated_at", "stage_since", "closed_at"),
)


def find_case_id(actor: Actor, ref: str) -> UUID | None:
    """The id of a visible case from its id or number."""
    condition, parameter = _condition(ref)
    if parameter is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id FROM cases_case c WHERE {condition} AND {_VISIBLE}", [parameter, sight_keys(actor)]
        )
        row = cursor.fetchone()
    return None if row is None else row[0]


def get_case(actor: Actor, ref: str) -> Row | None:
    """What this person reads of a visible case but its history: participants, open tasks, documents, merged cases.

    `part` says whether that is the whole; of an own part the facts are those of `cases.selectors.reach.parts`.
    """
    condition, parameter = _condition(ref)
    keys = sight_keys(actor)
    if parameter is None or not keys:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_DETAIL.format(condition=condition, visible=_VISIBLE), [*[keys] * 4, parameter, keys])
        row = cursor.fetchone()
    if row is None:
        return None
    data = json.loads(row[0])
    read = reading(actor, data["case"]["id"])
    return shown(data, read, get_directory(stamp=data["stamp"])) if read else None


_VISIBLE = seen("c.id")

_DETAIL = f"""
SELECT jsonb_build_object(
  'stamp', (SELECT n FROM agencies_stamp),
  'case', to_jsonb(c) - 'head' || jsonb_build_object('head', encode(c.head, 'hex')),
  'strengths', case_strengths(c.facts),
  'merged_into', (SELECT m.number FROM cases_case m WHERE m.id = c.merged_into_id AND {seen("m.id")}),
  'absorbed', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'number', m.number) ORDER BY m.number), '[]')
               FROM cases_case m WHERE m.merged_into_id = c.id AND {seen("m.id")}),
  'relapse_of', (SELECT m.number FROM cases_case m
                 WHERE m.number = c.facts->'relapse'->>'of' AND {seen("m.id")}),
  'relapses', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'number', r.number) ORDER BY r.opened_at), '[]')
               FROM case_relapses(c.id) r WHERE {seen("r.id")}),
  'participants', (SELECT coalesce(jsonb_agg(jsonb_build_object('agency', p.agency_id, 'relation', p.relation,
                                                                'since', p.since) ORDER BY p.since, p.agency_id), '[]')
                   FROM case_participants(c.id) p),
  'tasks', (SELECT coalesce(jsonb_agg(to_jsonb(t)
              || jsonb_build_object('assignee_name', u.display_name, 'paused', {STANDS})
                                      ORDER BY t.due_at, t.id), '[]')
            FROM cases_task t LEFT JOIN agencies_user u ON u.id = t.assignee_id
            WHERE t.case_id = c.id AND t.state = 'open'),
  'documents', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'kind', d.kind, 'number', d.number,
                  'agency', d.agency_id, 'attachment', d.attachment_id, 'seq', d.event_seq, 'at', d.at,
                  'sha256', d.sha256, 'voided', EXISTS (SELECT FROM cases_documentvoid v WHERE v.document_id = d.id))
                  ORDER BY d.event_seq), '[]')
                FROM cases_document d WHERE d.case_id = c.id))::text
FROM cases_case c WHERE {{condition}} AND {{visible}}
"""


def _condition(ref: str) -> tuple[str, str | None]:
    try:
        return "c.id = %s", str(UUID(ref))
    except ValueError:
        return "c.number = %s", ref.upper() if ref.isascii() and ref.isprintable() and len(ref) <= MAX_NUMBER else None


def shown(data: dict[str, Any], read: Reading, directory: Directory) -> Row:
    """What this person reads of a case, from all that is known of it and of the cases beside it that they see."""
    case = data["case"]
    facts, withheld = facts_shown(_known(case["facts"] if read.whole else read.facts, data), read.viewpoint)
    # Of a case that this person does not see neither id nor number is told, whatever leads there.
    merged = {"id": case["merged_into_id"], "number": data["merged_into"]} if data["merged_into"] else None
    return {
        **{name: case[name] for name in _CASE},
        "facts": facts,
        "withheld": withheld,
        "signals": by_family(data["strengths"] if read.whole else None, [task["kind"] for task in data["tasks"]]),
        "revealable": list(read.viewpoint.revealable),
        "part": read.part.value,
        "review_on": case["review_on"] if read.whole else None,
        "region": refs.region(directory, case["region_code"]),
        "lead_agency": refs.agency(directory, case["lead_agency_id"]),
        "merged_into": merged,
        "absorbed": data["absorbed"],
        "relapses": data["relapses"],
        "participants": [_named(each, directory) for each in data["participants"] if _takes_part(each, read)],
        "tasks": [_task(task, directory) for task in data["tasks"] if read.whole or task["id"] in read.tasks],
        "documents": [_named(each, directory) for each in data["documents"] if is_told(each, read)],
    }


def _named(row: dict[str, Any], directory: Directory) -> Row:
    return {**row, "agency": refs.agency(directory, row["agency"])}


def _takes_part(row: dict[str, Any], read: Reading) -> bool:
    """Of others, an own part tells who leads: whom to ask."""
    return read.whole or row["relation"] == "lead" or row["agency"] in read.agencies


def _known(facts: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """The facts without the numbers and ids of cases that this person does not see."""
    found = dict(facts)
    ids = {each["id"] for each in data["absorbed"]}
    if relapse := found.get("relapse"):
        found["relapse"] = {**relapse, "of": data["relapse_of"]}
    if merge := found.get("merge"):
        found["merge"] = {**merge, "into": merge.get("into") if data["merged_into"] else None}
    if merged := found.get("merged_cases"):
        unknown = {"case": None, "number": None}
        found["merged_cases"] = [row if row["case"] in ids else {**row, **unknown} for row in merged]
    return found


def _task(task: dict[str, Any], directory: Directory) -> Row:
    plain = [
        "id",
        "kind",
        "roles",
        "opened_at",
        "due_at",
        "due_rule",
        "provisional",
        "accepted_at",
        "returns",
        "paused",
    ]
    return {
        **{name: task[name] for name in (*plain, "data")},
        "agency": refs.agency(directory, task["agency_id"]),
        "unit": refs.agency(directory, task["unit_id"]),
        "assignee": refs.person(task["assignee_id"], task["assignee_name"]),
    }
