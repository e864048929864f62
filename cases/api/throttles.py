"""How often is too often. The counts live in the cache; where it does not answer, nobody is kept out."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

logger = logging.getLogger(__name__)


class _Lenient(SimpleRateThrottle):
    """Losing Redis loses nothing: a throttle that cannot count lets the request through and says so in the log."""

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            return bool(super().allow_request(request, view))
        except Exception:
            logger.warning("the throttle %s cannot reach the cache", self.scope, exc_info=True)
            return True


class LoginPerAccount(_Lenient):
    """Guessing one account's password, from wherever."""

    scope = "login_account"
    rate = "10/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        name = request.data.get("username", "") if isinstance(request.data, dict) else ""
        return f"throttle:{self.scope}:{hashlib.sha256(str(name).lower().encode()).hexdigest()}"


class LoginPerAddress(_Lenient):
    """Trying many accounts from one place. An office behind one address logs in together in the morning."""

    scope = "login_address"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"throttle:{self.scope}:{self.get_ident(request)}"


class Uploads(_Lenient):
    """Files of one person."""

    scope = "uploads"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"throttle:{self.scope}:{request.user.pk}" if request.method == "POST" else None
