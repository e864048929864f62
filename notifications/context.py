"""`inbox` for the templates: the bell of every page and the list on the workbench."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, cached_property

from agencies.actors import Actor, NoSuchActor, load_actor
from agencies.sight import look_as
from notifications import selectors
from notifications.selectors import InboxMessage

RECENT = 5


class Inbox:
    """Reads only what the template asks for: the bell needs one number, the workbench the newest lines, too."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    @property
    def href(self) -> str:
        return reverse("notifications:inbox")

    @cached_property
    def unread(self) -> str:
        """The number at the bell; empty for none."""
        count = selectors.unread_count(self._actor)
        return f"{selectors.UNREAD_CAP}+" if count > selectors.UNREAD_CAP else str(count or "")

    @property
    def recent(self) -> list[dict[str, Any]]:
        return [line(message) for message in selectors.inbox(self._actor, limit=RECENT)]


def line(message: InboxMessage) -> dict[str, Any]:
    """A message as the lists draw it; its link marks it as read and leads to the case."""
    return {
        "href": reverse("notifications:open", args=[message.id]),
        "text": message.text,
        "at": message.at,
        "agency_id": message.agency_id,
        "unread": message.unread,
    }


def inbox(request: HttpRequest) -> dict[str, Any]:
    """The inbox of whoever is logged in; empty for everybody else."""
    return {"inbox": SimpleLazyObject(lambda: _inbox(request))}


def _inbox(request: HttpRequest) -> Inbox | dict[str, Any]:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None and request.user.is_authenticated:
        try:
            actor = load_actor(int(request.user.pk))
        except NoSuchActor:
            actor = None
        else:
            look_as(actor)
    return {} if actor is None else Inbox(actor)
