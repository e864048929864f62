"""Who has to be told of an outbox row: pure, so that the rule can be read and tested in one place.

1. A task that was given to a person: that person, while they hold a role that it needs.
2. Else the people of the addressed agency or unit who hold a role that the task needs.
3. A unit without such people: those of its principal agency, which answers for the task.
4. Nobody holds such a role: the agency's reviewers, who can assign; without any, everyone there who works on cases.
5. Whoever is told and absent: the substitute, too, for whose roles it is (代理).
6. Never the person who acted.
7. What administrators have to hear (roles that keep accounts and settings, and see no case): the agency's own, and
   those of the nearest region that has any; where only one of the two sorts exists, that one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from agencies.vocabulary import CASE_ROLES, SEPARATED_ROLES, Role


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


class StandIn(Protocol):
    """A substitution of today; `agencies.selectors.StandIn` is one."""

    @property
    def absent_id(self) -> int: ...
    @property
    def substitute_id(self) -> int: ...
    @property
    def agency_id(self) -> int: ...
    @property
    def roles(self) -> Collection[str]: ...


Rosters = Mapping[int, Sequence[Member]]


_WORKING = CASE_ROLES
_OWN: frozenset[str] = frozenset({Role.AGENCY_ADMIN.value})
_REGIONS: frozenset[str] = frozenset(role.value for role in SEPARATED_ROLES)


def recipients(
    payload: Mapping[str, Any],
    agencies: Sequence[int],
    units: Sequence[int],
    rosters: Rosters,
    stand_ins: Sequence[StandIn] = (),
    administering: Sequence[Collection[int]] = (),
) -> list[Recipient]:
    """Everyone to tell.

    `agencies`: the addressed one, then its principal; `units`: where an assignee may be, too; `administering`: where
    the region's administrators sit, the nearest region first.
    """
    wanted = frozenset(payload.get("roles") or ())
    told = _administrators(wanted, agencies, administering, rosters)
    if not wanted or wanted - _OWN - _REGIONS:
        given = _assignee(payload.get("assignee"), wanted, [*agencies, *units], rosters)
        told = [*told, *(given or _able(wanted - _OWN - _REGIONS, agencies, rosters))]
    told = [*told, *_substitutes(told, wanted, stand_ins)]
    return [recipient for recipient in dict.fromkeys(told) if recipient.user_id != payload.get("by")]


def _administrators(
    wanted: frozenset[str], agencies: Sequence[int], administering: Sequence[Collection[int]], rosters: Rosters
) -> list[Recipient]:
    if not wanted & (_OWN | _REGIONS):
        return []
    own = _first(_OWN, [[agency_id] for agency_id in agencies], rosters)
    regions = wanted & _REGIONS or {Role.SYSTEM_ADMIN.value}
    over = [each for role in sorted(regions) for each in _first({role}, administering, rosters)]
    told = [*(own if wanted & _OWN else ()), *(over if wanted & _REGIONS else ())]
    return told or own or over


def _first(roles: Collection[str], groups: Sequence[Collection[int]], rosters: Rosters) -> list[Recipient]:
    """The people with one of these roles in the first of these groups of agencies that has any."""
    for group in groups:
        found = [
            Recipient(m.user_id, each) for each in group for m in rosters.get(each, ()) if set(roles) & set(m.roles)
        ]
        if found:
            return found
    return []


def _substitutes(told: Sequence[Recipient], wanted: frozenset[str], stand_ins: Sequence[StandIn]) -> list[Recipient]:
    """One message a person: nothing more for a substitute who is told anyway."""
    known, found = {recipient.user_id for recipient in told}, list[Recipient]()
    for stand_in in stand_ins:
        absent = Recipient(stand_in.absent_id, stand_in.agency_id)
        exercised = not wanted or not wanted.isdisjoint(stand_in.roles)
        if absent in told and exercised and stand_in.substitute_id not in known:
            known.add(stand_in.substitute_id)
            found.append(Recipient(stand_in.substitute_id, stand_in.agency_id))
    return found


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
