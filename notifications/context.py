"""`inbox` for the templates: the bell of every page and the list on the workbench."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, cached_property

from agencies.actors import Actor, NoSuchActor, load_actor
from agencies.sight import look_as
from agencies.vocabulary import Label
from notifications import selectors
from notifications.choices.kinds import GROUPS
from notifications.selectors import InboxMessage

RECENT = 5
_UNREAD = Label("未读", "Unread")
_MARK_READ, _MARK_UNREAD = Label("标为已读", "Mark as read"), Label("标为未读", "Mark as unread")
_CLOSE = Label("收起", "Dismiss")


class Inbox:
    """Reads only what the template asks for: the bell needs one number, the workbench the newest lines, too."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    @cached_property
    def standing(self) -> selectors.Standing:
        """The newest message and the number of unread ones, read once a page."""
        return selectors.standing(self._actor)

    @property
    def href(self) -> str:
        return reverse("notifications:inbox")

    @property
    def live(self) -> str:
        """Where a page asks for what has arrived."""
        return reverse("notifications:arrivals")

    @cached_property
    def unread(self) -> str:
        """The number at the bell; empty for none."""
        return shown(self.standing.unread)

    @cached_property
    def recent(self) -> list[dict[str, Any]]:
        # The place from which arrivals are asked for comes first: what comes in between is shown, not lost.
        self.standing  # noqa: B018
        return [line(message) for message in selectors.inbox(self._actor, limit=RECENT)]


def shown(count: int) -> str:
    """A number of unread messages as the bell says it; empty for none."""
    return f"{selectors.UNREAD_CAP}+" if count > selectors.UNREAD_CAP else str(count or "")


def of_request(request: HttpRequest, actor: Actor) -> Inbox:
    """The one inbox of this request: a view that asks for it first decides from where on arrivals are new."""
    known = getattr(request, "inbox", None)
    if not isinstance(known, Inbox):
        known = Inbox(actor)
        request.inbox = known  # type: ignore[attr-defined]
    return known


def line(message: InboxMessage) -> dict[str, Any]:
    """A message as the lists draw it; its link marks it as read and leads to the case."""
    return {
        "id": message.id,
        "group": message.group,
        "href": reverse("notifications:open", args=[message.id]),
        "text": message.text,
        "at": message.at,
        "agency_id": message.agency_id,
        "group_name": GROUPS[message.group].name,
        "unread_word": _UNREAD,
        "mark_word": _MARK_READ if message.unread else _MARK_UNREAD,
        "close_word": _CLOSE,
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
    return {} if actor is None else of_request(request, actor)
