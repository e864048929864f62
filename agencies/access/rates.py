"""How often is too often, counted in the cache for as long as a window lasts. Losing Redis loses nothing: nobody waits.

What is counted never stands in a key: addresses and names are personal data.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from agencies.errors import AgencyError

logger = logging.getLogger(__name__)


class Rate(NamedTuple):
    """So many times in so many seconds."""

    name: str
    times: int
    seconds: int


# A person at work, or a system at its busiest, stays far below; what reads everything there is does not.
API = Rate("api", 1200, 60)
PAGES = Rate("pages", 600, 60)
# An office sits behind one address.
ADDRESS = Rate("address", 6000, 60)
SEARCHES = Rate("search", 120, 60)
UPLOADS = Rate("upload", 120, 60)
# The largest list in the smallest parts takes five minutes.
PARTS = Rate("part", 600, 60)
EXPORTS = Rate("export", 60, 3600)
# A house may sit behind one address; somebody who floods the form from many is met by the second.
TIPS, ALL_TIPS = Rate("tip", 30, 3600), Rate("tips", 1200, 3600)
FOLLOWS, ALL_FOLLOWS = Rate("follow", 30, 600), Rate("follows", 6000, 600)
# A receiver checks a handful; whoever tries hashes meets the second.
CHECKS, ALL_CHECKS = Rate("check", 30, 600), Rate("checks", 6000, 600)
# Up to a thousand signals each.
PUSHES = Rate("push", 60, 60)
REVEALS = Rate("reveal", 60, 3600)
# The acts of the table that are counted apart.
_ACTS = {"reveal_personal_data": REVEALS}


class TooOften(AgencyError):
    """Too many requests of one kind; `wait` is after how many seconds it is worth trying again."""

    status = 429
    code = "throttled"

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(
            f"操作过于频繁，没有办理。请在 {wait} 秒后再试。",
            f"Too many requests; nothing was done. Try in {wait} seconds.",
        )


def spend(rate: Rate, who: str, *, times: int = 1) -> None:
    """Count this time for this person, client or address. Raises TooOften beyond the rate."""
    if count(f"{rate.name}/{who}", rate.seconds, times) > rate.times * settings.RATE_FACTOR:
        raise TooOften(rate.seconds)


def count(what: str, seconds: int, times: int = 1) -> int:
    """How often since the first time in this window, this time included; 0 where it cannot be counted."""
    key = f"rate:{salted_hmac('agencies.access.rates', what, algorithm='sha256').hexdigest()}"
    try:
        cache.add(key, 0, seconds)
        found = int(cache.incr(key, times))
        if found == times:  # had the window ended between the two, the count would now stay for ever
            cache.touch(key, seconds)
    except ValueError:
        return times
    except RedisError as error:
        logger.warning("how often cannot be counted: %s", type(error).__name__)
        return 0
    return found


def spend_act(action: str, user_id: int) -> None:
    """Count an act where it is one that is counted. Raises TooOften."""
    if action in _ACTS:
        spend(_ACTS[action], str(user_id))
