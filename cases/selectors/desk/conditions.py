"""Conditions on open tasks `t` that the list and the figures of the desk share."""

from __future__ import annotations

from typing import Any, NamedTuple

from agencies.actors import Actor

# What came back to be done again, of an open task `t`; as the partial index has it.
AGAIN = "(t.returns > 0 OR t.data ? 'rework')"


class Sql(NamedTuple):
    text: str
    parameters: list[Any]


def doable(actor: Actor) -> Sql:
    """That one of the person's roles, where the task was given, can do it, and that it is nobody else's by name."""
    posts = [post for post in actor.posts if post.roles]
    columns = ["t.unit_id" if post.is_unit else "t.agency_id" for post in posts]
    can = " OR ".join(f"{column} = %s AND t.roles && %s::varchar[]" for column in columns) or "false"
    held = [part for post in posts for part in (post.agency_id, sorted(post.roles))]
    text = f"(t.assignee_id IS NULL OR t.assignee_id = ANY(%s)) AND ({can})"
    return Sql(text, [[actor.user_id, *actor.stood_for], *held])
