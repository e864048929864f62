"""How often is too often. The counts live in the cache; where it does not answer, nobody is kept out."""

from __future__ import annotations

import logging
from typing import Any

from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

logger = logging.getLogger(__name__)


class Uploads(SimpleRateThrottle):
    """Files of one person. (Attempts to log in are counted below both doors, by `agencies.logins`.)"""

    scope = "uploads"
    rate = "120/min"

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            return bool(super().allow_request(request, view))
        except RedisError:
            logger.warning("uploads cannot be counted", exc_info=True)
            return True

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"throttle:{self.scope}:{request.user.pk}" if request.method == "POST" else None
