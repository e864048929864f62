"""The personal values of the worlds, and who reads them in clear though the policy does not name their agency."""

from __future__ import annotations

from agencies.models import User
from tests.security.tables import lines
from tests.security.worlds import ACCOUNT, HOLDER, PHONE

PERSONAL = {"holder": HOLDER, "phone": PHONE, "account": ACCOUNT}


def shown_in_clear(read: str, username: str) -> set[str]:
    """What of these values stands in what this person read, without the reason of domain.md 6.3."""
    kind = User.objects.get(username=username).agency.kind
    may = {row["item"]: row["may_read_in_clear"].split("|") for row in lines("personal")}
    return {item for item, word in PERSONAL.items() if word in read and kind not in may[item]}
