"""`GET /healthz`: 200 when this process reaches PostgreSQL and Redis, else 503 and which one it does not reach.

Besides for how many seconds the oldest message has been waiting, in the outbox and on its way out: this process answers
while no worker runs, so whoever watches looks at these, too.
"""

from __future__ import annotations

import logging

import redis
from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from audit import clock
from notifications.delivery.standing import waiting_seconds

logger = logging.getLogger(__name__)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    found = {"database": _database_answers(), "redis": _redis_answers()}
    words = {name: "ok" if answers else "unreachable" for name, answers in found.items()}
    answer = {**words, **(_waiting() if found["database"] else {})}
    return JsonResponse(answer, status=200 if all(found.values()) else 503, headers={"Cache-Control": "no-store"})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        logger.warning("PostgreSQL does not answer", exc_info=True)
        return False
    return True


def _waiting() -> dict[str, int]:
    try:
        return waiting_seconds(clock.now())
    except Error:
        logger.warning("how long messages wait cannot be read", exc_info=True)
        return {}


def _redis_answers() -> bool:
    try:
        cache.ping()  # type: ignore[attr-defined]
    except redis.RedisError:
        logger.warning("Redis does not answer", exc_info=True)
        return False
    return True
