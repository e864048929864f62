"""What the delivery of messages asks: what people have chosen, and where one of them is reached at this moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from audit.sight import working_as
from notifications.channels.senders import usable
from notifications.choices.kinds import CHANNELS
from notifications.choices.models import Contact, Preference
from notifications.choices.planning import Choice, Chosen, Quiet
from notifications.choices.sealing import opened


@working_as("relay")
def chosen_of(user_ids: Collection[int]) -> Mapping[int, Chosen]:
    """The choices of these people, in two queries. Nobody is missing: who has chosen nothing has the defaults."""
    can, confirmed = usable(), dict[int, set[str]]()
    rows = Contact.objects.filter(user_id__in=user_ids, confirmed_at__isnull=False, channel__in=CHANNELS)
    for user_id, channel in rows.values_list("user_id", "channel"):
        if channel in can:
            confirmed.setdefault(user_id, set()).add(channel)
    kept = {each.user_id: each for each in Preference.objects.filter(user_id__in=user_ids)}
    return {user_id: chosen(kept.get(user_id), frozenset(confirmed.get(user_id, ()))) for user_id in user_ids}


def of_oneself(user_id: int) -> Chosen:
    """The choices of whoever is looking; of anybody else, the defaults."""
    can = usable() & set(CHANNELS)
    mine = Contact.objects.filter(user_id=user_id, confirmed_at__isnull=False, channel__in=can)
    kept = Preference.objects.filter(user_id=user_id).first()
    return chosen(kept, frozenset(mine.values_list("channel", flat=True)))


def chosen(kept: Preference | None, confirmed: frozenset[str]) -> Chosen:
    """A row as the plan reads it."""
    if kept is None:
        return Chosen(confirmed=confirmed)
    quiet = None
    if kept.quiet_from is not None and kept.quiet_to is not None:
        quiet = Quiet(kept.quiet_from, kept.quiet_to)
    groups = {code: Choice(each["mode"], tuple(each["channels"])) for code, each in kept.groups.items()}
    return Chosen(confirmed=confirmed, groups=groups, quiet=quiet, digest_at=kept.digest_at)


@working_as("relay")
def address_of(user_id: int, channel: str) -> str | None:
    """The confirmed address or number, opened for this one sending; None: there is none (any more)."""
    found = Contact.objects.filter(user_id=user_id, channel=channel, confirmed_at__isnull=False).first()
    return opened(found) if found is not None else None
