"""What stands in clear where it should not: personal values that somebody reads, and anything of a case in a log."""

from __future__ import annotations

from agencies.models import User
from tests.hearing import Heard
from tests.security.tables import lines
from tests.security.worlds import ACCOUNT, HOLDER, PHONE, Hidden

PERSONAL = {"holder": HOLDER, "phone": PHONE, "account": ACCOUNT}


def told(heard: Heard, hidden: list[Hidden]) -> list[str]:
    """The strings of these cases, and the personal values, that stand in what was logged."""
    text = "\n".join(heard.lines)
    kept = [*PERSONAL.values(), *(each.canaries[k] for each in hidden for k in ("title", "comment", "content"))]
    return [word for word in kept if word in text]


def shown_in_clear(read: str, username: str) -> set[str]:
    """What of these values stands in what this person read, without the reason of domain.md 6.3."""
    kind = User.objects.get(username=username).agency.kind
    may = {row["item"]: row["may_read_in_clear"].split("|") for row in lines("personal")}
    return {item for item, word in PERSONAL.items() if word in read and kind not in may[item]}
