"""Views of the list of cases that a person keeps, and the height of its rows: no act on a case, hence no event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from agencies.actors import Actor
from cases.models.listing.saved import ListSetting, SavedView
from cases.workflow.errors import InvalidInput, NotVisible
from cases.workflow.view import Text

# They stand in one row of tabs and are counted with each page.
MOST_VIEWS: Final = 12
LONGEST_NAME: Final = 20


def views_of(actor: Actor) -> Sequence[SavedView]:
    """The person's own views in their order, then those that colleagues share, by name."""
    own = [post.agency_id for post in actor.posts]
    found = SavedView.objects.filter(removed_at=None).filter(
        Q(owner_id=actor.user_id) | Q(shared=True, agency_id__in=own)
    )
    return sorted(
        found.select_related("owner"),
        key=lambda view: (view.owner_id != actor.user_id, view.position, view.name, view.id),
    )


def setting_of(actor: Actor) -> ListSetting:
    """How this person likes the list; as everybody does where nothing was chosen."""
    return ListSetting.objects.filter(user_id=actor.user_id).first() or ListSetting(user_id=actor.user_id)


def save_view(actor: Actor, name: str, params: Mapping[str, str], now: datetime) -> SavedView:
    """Keep these conditions under a name; a view of the same name takes them over. Raises InvalidInput."""
    called = _called(name)
    if not actor.posts:
        raise NotVisible
    with transaction.atomic():
        mine = list(_own(actor).select_for_update().order_by("position", "id"))
        known = next((view for view in mine if view.name == called), None)
        if known is not None:
            known.params, known.saved_at = dict(params), now
            known.save(update_fields=["params", "saved_at"])
            return known
        if len(mine) >= MOST_VIEWS:
            said = Text(
                f"最多保存 {MOST_VIEWS} 个视图，请先删除不用的",
                f"At most {MOST_VIEWS} views; remove one that is not needed",
            )
            raise InvalidInput(fields={"name": said})
        place = max((view.position for view in mine), default=0) + 1
        return SavedView.objects.create(
            owner_id=actor.user_id, agency_id=actor.posts[0].agency_id, name=called, params=dict(params),
            position=place, saved_at=now,
        )  # fmt: skip


def rename_view(actor: Actor, view_id: UUID, name: str) -> SavedView:
    """Another name for an own view. Raises InvalidInput, NotVisible."""
    called, view = _called(name), _one(actor, view_id)
    if _own(actor).filter(name=called).exclude(pk=view.pk).exists():
        raise InvalidInput(
            fields={"name": Text("已有同名的视图，请换一个名称", "There is a view of this name; choose another")}
        )
    view.name = called
    view.save(update_fields=["name"])
    return view


def move_view(actor: Actor, view_id: UUID, *, up: bool) -> None:
    """One place up or down among the own views."""
    with transaction.atomic():
        mine = list(_own(actor).select_for_update().order_by("position", "id"))
        at = next((n for n, view in enumerate(mine) if view.pk == view_id), None)
        if at is None:
            raise NotVisible
        to = at - 1 if up else at + 1
        if 0 <= to < len(mine):
            mine[at], mine[to] = mine[to], mine[at]
        for place, view in enumerate(mine, start=1):
            if view.position != place:
                view.position = place
                view.save(update_fields=["position"])


def share_view(actor: Actor, view_id: UUID, *, shared: bool) -> SavedView:
    """Let the agency's other people use an own view, or no more."""
    view = _one(actor, view_id)
    view.shared = shared
    view.save(update_fields=["shared"])
    return view


def remove_view(actor: Actor, view_id: UUID, now: datetime) -> SavedView:
    view = _one(actor, view_id)
    view.removed_at, view.shared = now, False
    view.save(update_fields=["removed_at", "shared"])
    return view


def open_with(actor: Actor, view: str) -> None:
    """The view that the list opens with; empty for 在办."""
    ListSetting.objects.update_or_create(user_id=actor.user_id, defaults={"view": view})


def set_density(actor: Actor, density: str) -> None:
    """The height of the rows. Raises InvalidInput."""
    if density not in ListSetting.Density.values:
        raise InvalidInput(fields={"density": Text("没有这种行高", "There is no such row height")})
    ListSetting.objects.update_or_create(user_id=actor.user_id, defaults={"density": density})


def _called(name: str) -> str:
    """A name as it is kept. Raises InvalidInput."""
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or "\x00" in called:
        said = Text(f"请填写 1 至 {LONGEST_NAME} 个字的名称", f"Name it in 1 to {LONGEST_NAME} characters")
        raise InvalidInput(fields={"name": said})
    return called


def _own(actor: Actor) -> QuerySet[SavedView]:
    return SavedView.objects.filter(owner_id=actor.user_id, removed_at=None)


def _one(actor: Actor, view_id: UUID) -> SavedView:
    view = _own(actor).filter(pk=view_id).first()
    if view is None:
        raise NotVisible
    return view
