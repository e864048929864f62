"""Whom an outbox row is told to: the rule alone, without a database."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from notifications.recipients import recipients

PRINCIPAL, UNIT = 1, 2


class Person(NamedTuple):
    user_id: int
    roles: tuple[str, ...]


ROSTERS = {
    PRINCIPAL: [
        Person(10, ("handler",)),
        Person(11, ("handler", "reviewer")),
        Person(12, ("reviewer",)),
        Person(13, ("field_crew",)),
        Person(14, ("agency_admin",)),
    ],
    UNIT: [Person(20, ("field_crew",)), Person(21, ("field_crew",))],
}


def told(payload, agencies=(PRINCIPAL,), rosters=ROSTERS):
    found = recipients(payload, agencies, [PRINCIPAL, UNIT], rosters)
    return [recipient.user_id for recipient in found]


def test_everyone_who_can_do_the_task_is_told():
    assert told({"roles": ["handler"]}) == [10, 11]
    assert told({"roles": ["handler", "field_crew"]}) == [10, 11, 13]


def test_the_person_who_acted_is_never_told():
    assert told({"roles": ["handler"], "by": 10}) == [11]
    assert told({"roles": ["field_crew"], "by": 13}) == []
    assert told({"assignee": 13, "by": 13}) == []


def test_a_task_given_to_a_person_is_told_to_that_person_alone():
    assert told({"roles": ["handler"], "assignee": 11}) == [11]
    assert told({"roles": ["field_crew"], "assignee": 21}) == [21]


def test_where_that_person_has_left_the_others_are_told():
    assert told({"roles": ["handler"], "assignee": 99}) == [10, 11]


def test_who_lost_the_role_is_no_longer_told_and_the_others_are():
    assert told({"roles": ["field_crew"], "assignee": 12}) == [13]
    assert told({"roles": [], "assignee": 12}) == [12]
    assert told({"roles": [], "assignee": 14}) == [11, 12]


def test_a_unit_is_told_before_its_principal():
    assert told({"roles": ["field_crew"]}, (UNIT, PRINCIPAL)) == [20, 21]
    assert recipients({"roles": ["field_crew"]}, [UNIT, PRINCIPAL], [], ROSTERS)[0].agency_id == UNIT


def test_where_the_unit_has_nobody_for_it_the_principal_is_told():
    assert told({"roles": ["handler"]}, (UNIT, PRINCIPAL)) == [10, 11]


def test_where_nobody_can_do_it_the_reviewers_are_told_who_can_assign():
    assert told({"roles": ["billing"]}) == [11, 12]
    assert told({}) == [11, 12]


def test_where_there_is_no_reviewer_everyone_who_works_on_cases_is_told():
    rosters = {PRINCIPAL: [Person(13, ("field_crew",)), Person(14, ("agency_admin",))]}
    assert told({"roles": ["billing"]}, rosters=rosters) == [13]


@pytest.mark.parametrize("rosters", [{}, {PRINCIPAL: []}, {PRINCIPAL: [Person(14, ("agency_admin",))]}])
def test_an_administrator_is_not_told_of_cases(rosters):
    assert told({"roles": ["handler"]}, rosters=rosters) == []


class Away(NamedTuple):
    absent_id: int
    substitute_id: int
    agency_id: int
    roles: tuple[str, ...]


def told_of(payload, *away):
    found = recipients(payload, (PRINCIPAL,), [PRINCIPAL, UNIT], ROSTERS, away)
    return [(recipient.user_id, recipient.agency_id) for recipient in found]


def test_the_substitute_of_who_is_told_is_told_too():
    assert told_of({"assignee": 12, "roles": ["reviewer"]}, Away(12, 10, PRINCIPAL, ("reviewer",))) == [
        (12, 1),
        (10, 1),
    ]
    assert told_of({"assignee": 21, "roles": ["field_crew"]}, Away(21, 13, UNIT, ("field_crew",))) == [(21, 2), (13, 2)]


def test_a_substitute_for_other_roles_or_of_somebody_else_is_not():
    assert told_of({"assignee": 11, "roles": ["reviewer"]}, Away(11, 10, PRINCIPAL, ("handler",))) == [(11, 1)]
    assert told_of({"assignee": 12, "roles": ["reviewer"]}, Away(11, 10, PRINCIPAL, ("reviewer",))) == [(12, 1)]
    assert told_of({"assignee": 12, "roles": ["reviewer"]}, Away(12, 10, UNIT, ("reviewer",))) == [(12, 1)]


def test_nobody_is_told_twice_and_a_substitute_who_acted_is_not_told():
    both = Away(12, 11, PRINCIPAL, ("reviewer",))
    assert told_of({"roles": ["reviewer"]}, both) == [(11, 1), (12, 1)]
    assert told_of({"roles": ["reviewer"], "by": 10}, Away(12, 10, PRINCIPAL, ("reviewer",))) == [(11, 1), (12, 1)]
