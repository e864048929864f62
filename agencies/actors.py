"""The person who acts, with every post held at this moment: read in one query, never cached.

A role that was ended a second ago is gone from the next request, because nothing keeps an actor between two.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

from agencies.vocabulary import Confidentiality


class NoSuchActor(LookupError):
    """账号不存在或已停用。"""


@dataclass(frozen=True, slots=True)
class Post:
    """All roles of one person in one agency; or those that the person exercises there for another today.

    `principal_id` is the agency that tasks are addressed to: the agency itself, or the parent of a sub-unit.
    `ceiling` is how confidential a case the post may open: the highest of its memberships that work on cases.
    """

    agency_id: int
    agency_code: str
    agency_name: str
    kind: str
    region_code: str
    principal_id: int
    is_unit: bool
    duties: frozenset[str]
    roles: frozenset[str]
    ceiling: str = Confidentiality.ORDINARY.value
    # Of a substitution (代理): the absent person.
    on_behalf: int | None = None
    on_behalf_name: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. The system actor has no post; what it may do is said where it acts."""

    user_id: int
    username: str
    display_name: str
    language: str
    posts: tuple[Post, ...]
    is_system: bool = False

    def post_at(self, agency_id: int) -> Post | None:
        return next((post for post in self.posts if post.agency_id == agency_id), None)

    @property
    def stood_for(self) -> tuple[int, ...]:
        """Those for whom this person stands in today."""
        return tuple(dict.fromkeys(post.on_behalf for post in self.posts if post.on_behalf is not None))

    def posts_of(self, kind: str) -> tuple[Post, ...]:
        """Posts in agencies of this kind, or with this duty (`power_authority`)."""
        return tuple(post for post in self.posts if post.kind == kind or kind in post.duties)

    def has_role(self, role: str) -> bool:
        return any(role in post.roles for post in self.posts)

    @property
    def agency_ids(self) -> tuple[int, ...]:
        return tuple(post.agency_id for post in self.posts)


def actor_from_json(data: dict[str, Any]) -> Actor:
    """An actor from what the SQL function `agencies_posts` returned."""
    return Actor(
        user_id=data["id"],
        username=data["username"],
        display_name=data["display_name"],
        language=data["language"],
        posts=tuple(_post(post) for post in data["posts"]),
        is_system=data["is_system"],
    )


def _post(data: dict[str, Any]) -> Post:
    return Post(
        agency_id=data["agency_id"],
        agency_code=data["agency_code"],
        agency_name=data["agency_name"],
        kind=data["kind"],
        region_code=data["region_code"],
        principal_id=data["principal_id"],
        is_unit=data["is_unit"],
        duties=frozenset(data["duties"]),
        roles=frozenset(data["roles"]),
        ceiling=data["ceiling"] or Confidentiality.ORDINARY.value,
        on_behalf=data.get("on_behalf"),
        on_behalf_name=data.get("on_behalf_name", ""),
    )


def load_actor(user_id: int) -> Actor:
    """The actor as of now, in one query. Raises NoSuchActor for an unknown or disabled account."""
    return _load("SELECT agencies_posts(%s)", user_id)


def find_actor(username: str) -> Actor:
    """The actor with this username, for the command line. Raises NoSuchActor."""
    return _load("SELECT agencies_posts((SELECT id FROM agencies_user WHERE username = %s))", username)


def system_actor() -> Actor:
    """The named actor for what no person does: expiry, recomputed deadlines, set-up."""
    return find_actor("system")


def _load(sql: str, key: int | str) -> Actor:
    with connection.cursor() as cursor:
        cursor.execute(sql, [key])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise NoSuchActor(f"没有账号“{key}”，或该账号已停用。请向本单位管理员核实。")
    # Django leaves jsonb from a raw query as text unless the driver was told otherwise.
    data = json.loads(row[0]) if isinstance(row[0], str | bytes) else row[0]
    return actor_from_json(data)
