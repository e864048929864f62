"""The preview of a hand-over: every open task of the leaving person with its successor, or why it has none.

Nothing is written. A row names the case by its number alone: whoever keeps accounts reads no case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from agencies.actors import Actor
from agencies.authority import handing_over, manager_of
from agencies.errors import BadInput
from agencies.models import Membership, Substitution, User, counting
from agencies.vocabulary import CASE_ROLES, Confidentiality
from audit import clock
from audit.sight import working_as
from cases.models import ListBatch
from cases.workflow.deciding.four_eyes import OPPOSITE_SIDES
from cases.workflow.task_kinds import KINDS
from cases.workflow.telling import label_of
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text


@dataclass(frozen=True, slots=True)
class Choice:
    """Who takes over: a username for each role, and for single tasks (by id) another or, empty, nobody."""

    by_role: Mapping[str, str] = field(default_factory=dict)
    by_task: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One open task. Without a successor it stays the agency's, where whoever has the role may do it."""

    task_id: str
    kind: str
    label: Text
    number: str
    case_id: str
    version: int
    agency_id: int
    unit_id: int | None
    roles: tuple[str, ...]
    due_at: datetime | None
    rank: int
    successor: str
    why_not: Text | None

    @property
    def moves(self) -> bool:
        return bool(self.successor) and self.why_not is None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a hand-over would do, as of now."""

    user: User
    rows: tuple[Row, ...]
    memberships: tuple[Membership, ...]
    only_holder: frozenset[int]
    substitutions: tuple[Substitution, ...]
    imports: tuple[ListBatch, ...]

    @property
    def seen(self) -> frozenset[str]:
        """All that the preview rests on; a word that is gone or new by the time of the confirmation makes it stale."""
        return frozenset(
            [
                *(f"task:{row.task_id}:{row.version}" for row in self.rows),
                *(f"successor:{row.task_id}:{row.successor or '-'}:{row.moves:d}" for row in self.rows),
                *(f"role:{held.pk}" for held in self.memberships),
                *(f"substitution:{s.pk}" for s in self.substitutions),
                *(f"import:{batch.pk}" for batch in self.imports),
            ]
        )


@working_as("hand_over")
def draw_up(actor: Actor, user: User, choice: Choice) -> Plan:
    """The preview. Raises NotPermitted where the account is not this administrator's, BadInput for unknown people."""
    manager_of(actor, user, handing_over)
    memberships = tuple(Membership.objects.filter(user=user, active=True).select_related("agency", "user"))
    tasks = _open_tasks(user)
    people = _people({*choice.by_role.values(), *choice.by_task.values()} - {""}, user)
    done = _acts([task["case_id"] for task in tasks])
    return Plan(
        user=user,
        rows=tuple(_row(task, choice, people, done) for task in tasks),
        memberships=memberships,
        only_holder=frozenset(held.pk for held in memberships if held.role in CASE_ROLES and _alone(held)),
        substitutions=tuple(_substitutions(user)),
        imports=tuple(
            ListBatch.objects.filter(
                received_by_id=user.pk, state__in=(ListBatch.State.RECEIVED, ListBatch.State.IMPORTING)
            )
        ),
    )


def _substitutions(user: User) -> Iterable[Substitution]:
    running = Substitution.objects.filter(ended_at__isnull=True).select_related("absent", "substitute", "agency")
    return list(running.filter(absent=user) | running.filter(substitute=user))


def _today() -> Q:
    return counting(timezone.localdate(clock.now()))


def _alone(held: Membership) -> bool:
    others = Membership.objects.filter(_today(), agency_id=held.agency_id, role=held.role, user__is_active=True)
    return not others.exclude(user_id=held.user_id).exists()


_TASKS = """
SELECT t.id::text AS task_id, t.kind, c.number, t.case_id::text, c.version, t.agency_id, t.unit_id, t.roles, t.due_at,
       t.rank
  FROM cases_task t JOIN cases_case c ON c.id = t.case_id
 WHERE t.assignee_id = %s AND t.state = 'open' ORDER BY t.agency_id, t.due_at, t.id
"""


def _open_tasks(user: User) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_TASKS, [user.pk])
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class _Successor:
    user_id: int
    name: str
    roles: Mapping[int, frozenset[str]]
    ceilings: Mapping[int, int]


def _people(usernames: Iterable[str], leaving: User) -> dict[str, _Successor]:
    wanted = sorted(usernames)
    found = {user.username: user for user in User.objects.filter(username__in=wanted, is_active=True)}
    for username in wanted:
        if username not in found or found[username].is_system or username == leaving.username:
            raise BadInput(
                f"“{username}”不能接手：没有这个在用账号，或就是离岗人本人。请另选。",
                f"{username} cannot take over: no account in use, or the leaving person; choose somebody else.",
                field="successor",
            )
    held: dict[int, list[Membership]] = {}
    for row in Membership.objects.filter(_today(), user__in=found.values()):
        held.setdefault(row.user_id, []).append(row)
    return {username: _successor(user, held.get(user.pk, [])) for username, user in found.items()}


def _successor(user: User, held: Iterable[Membership]) -> _Successor:
    roles: dict[int, frozenset[str]] = {}
    ceilings: dict[int, int] = {}
    for row in held:
        roles[row.agency_id] = roles.get(row.agency_id, frozenset()) | {row.role}
        if row.role in CASE_ROLES:
            ceilings[row.agency_id] = max(ceilings.get(row.agency_id, 0), Confidentiality(row.ceiling).rank)
    return _Successor(user.pk, user.display_name, roles, ceilings)


def _acts(case_ids: list[str]) -> dict[str, list[tuple[str, frozenset[int]]]]:
    """What was done on these cases and is one side of a pair of four-eyes, and who counts as having done it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(stream, 6), action, actor_id, audit_on_behalf(body) FROM audit_event"
            " WHERE stream = ANY(%s) AND action = ANY(%s) ORDER BY id",
            [[f"case/{case_id}" for case_id in set(case_ids)], list(OPPOSITE_SIDES)],
        )
        found: dict[str, list[tuple[str, frozenset[int]]]] = {}
        for case_id, action, *persons in cursor.fetchall():
            found.setdefault(case_id, []).append((action, frozenset(p for p in persons if p is not None)))
        return found


def _row(
    task: dict[str, Any],
    choice: Choice,
    people: Mapping[str, _Successor],
    done: Mapping[str, list[tuple[str, frozenset[int]]]],
) -> Row:
    roles = tuple(task["roles"])
    by_role = next((choice.by_role[role] for role in roles if choice.by_role.get(role)), "")
    successor = choice.by_task.get(task["task_id"], by_role)
    why_not = _why_not(task, roles, people[successor], done.get(task["case_id"], [])) if successor else None
    return Row(**{**task, "roles": roles}, label=KINDS[task["kind"]].label, successor=successor, why_not=why_not)


def _why_not(
    task: dict[str, Any], roles: tuple[str, ...], person: _Successor, acts: list[tuple[str, frozenset[int]]]
) -> Text | None:
    """The same questions that assigning and doing it would ask: the role there, the ceiling, and four-eyes."""
    at = {task["agency_id"], task["unit_id"]} - {None}
    if not any(not person.roles.get(agency_id, frozenset()).isdisjoint(roles) for agency_id in at):
        return Text(
            f"{person.name}在该单位没有此事项所需的角色，请另选一人。",
            "The successor has no role there that the task needs; choose somebody else.",
        )
    if task["rank"] > max(person.ceilings.get(agency_id, -1) for agency_id in at):
        return Text(
            f"{person.name}的密级上限不及本案密级，不能接手，请另选一人，或先提高其密级上限。",
            "The successor's ceiling is below the confidentiality of the case; choose another, or raise it first.",
        )
    ways = [row.action.value for row in TRANSITIONS.values() if task["kind"] in row.completes]
    blocked = [side for action in ways if (side := _opposite(action, person.user_id, acts))]
    if ways and len(blocked) == len(ways):
        label = label_of(blocked[0])
        return Text(
            f"本案的“{label.zh}”是{person.name}办理的，此事项须由另一人办理，请另选一人。",
            f"The successor did “{label.en}” on this case; this task takes another person.",
        )
    return None


def _opposite(action: str, user_id: int, acts: list[tuple[str, frozenset[int]]]) -> str:
    """The act of this person on the case that stands against this one; empty for none."""
    sides = OPPOSITE_SIDES.get(action, frozenset())
    return next((done for done, persons in acts if done in sides and user_id in persons), "")
