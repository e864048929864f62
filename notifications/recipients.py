"""Who has to be told of an outbox row: pure, so that the rule can be read and tested in one place.

1. A task that was given to a person: that person, while they hold a role that it needs.
2. Else the people of the addressed agency or unit who hold a role that the task needs.
3. A unit without such people: those of its principal agency, which answers for the task.
4. Nobody holds such a role: the agency's reviewers, who can assign; without any, everyone there who works on cases.
5. Never the person who acted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from agencies.vocabulary import CASE_ROLES, Role


class Member(Protocol):
    """A person in an agency; `agencies.selectors.Person` is one."""

    @property
    def user_id(self) -> int: ...
    @property
    def roles(self) -> Collection[str]: ...


class Recipient(NamedTuple):
    """A person and the agency through which they are told."""

    user_id: int
    agency_id: int


Rosters = Mapping[int, Sequence[Member]]


_WORKING = CASE_ROLES


def recipients(
    payload: Mapping[str, Any], agencies: Sequence[int], units: Sequence[int], rosters: Rosters
) -> list[Recipient]:
    """Everyone to tell. `agencies`: the addressed one, then its principal; `units`: where an assignee may be, too."""
    wanted = frozenset(payload.get("roles") or ())
    told = _assignee(payload.get("assignee"), wanted, [*agencies, *units], rosters) or _able(wanted, agencies, rosters)
    return [recipient for recipient in told if recipient.user_id != payload.get("by")]


def _assignee(assignee: object, wanted: frozenset[str], agencies: Sequence[int], rosters: Rosters) -> list[Recipient]:
    for agency_id in agencies:
        for member in rosters.get(agency_id, ()):
            if member.user_id == assignee and (wanted or _WORKING).intersection(member.roles):
                return [Recipient(member.user_id, agency_id)]
    return []


def _able(wanted: frozenset[str], agencies: Sequence[int], rosters: Rosters) -> list[Recipient]:
    for roles in (wanted, {Role.REVIEWER.value}, _WORKING):
        for agency_id in agencies:
            found = [Recipient(m.user_id, agency_id) for m in rosters.get(agency_id, ()) if roles.intersection(m.roles)]
            if found:
                return found
    return []
