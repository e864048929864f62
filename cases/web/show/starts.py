"""What a person may start without a case: opening one, importing a list. Read from the workflow table."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor, Post
from cases.workflow.transitions import TRANSITIONS

OPEN = "open_case"


def opening_posts(actor: Actor) -> list[Post]:
    """The posts from which this person may open a case, by the table's row."""
    row = TRANSITIONS[OPEN]
    return [post for post in actor.posts if post.kind in row.agency and post.roles & set(row.role)]


def starts(actor: Actor) -> list[dict[str, Any]]:
    """The buttons beside the heading of the workbench and of the list."""
    if not opening_posts(actor):
        return []
    return [
        {"label": gettext("导入监测名单"), "href": reverse("web:imports"), "icon": "database-import", "primary": False},
        {"label": gettext("新建案件"), "href": reverse("web:open_case"), "icon": "plus", "primary": True},
    ]
