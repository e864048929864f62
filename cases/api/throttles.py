"""How often is too often. The counts live in the cache; where it does not answer, nobody is kept out."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class Uploads(SimpleRateThrottle):
    """Files of one person. (Attempts to log in are counted below both doors, by `agencies.access.logins`.)"""

    scope = "uploads"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"throttle:{self.scope}:{request.user.pk}" if request.method == "POST" else None
