"""The cache in Redis. One client is kept: Django's own makes one for every command, which costs more than it does.

Losing Redis loses nothing: what cannot be read was not there, and what cannot be written is not kept. Sessions are then
read from PostgreSQL. Deleting does fail: a session that has ended must not come back with the cache.
"""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache as DjangosRedisCache
from django.core.cache.backends.redis import RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class _OneClient(RedisCacheClient):
    """For one server; the client takes a connection of the pool for each command and is safe for threads."""

    @cached_property
    def _kept(self) -> Any:
        return super().get_client(write=True)

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return self._kept

    def get(self, key: Any, default: Any) -> Any:
        try:
            return super().get(key, default)
        except RedisError as error:
            logger.warning("Redis does not answer: %s", error)
            return default

    def has_key(self, key: Any) -> bool:
        try:
            return bool(super().has_key(key))
        except RedisError as error:
            logger.warning("Redis does not answer: %s", error)
            return False

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        try:
            super().set(key, value, timeout)
        except RedisError as error:
            logger.warning("Redis does not answer: %s", error)


class RedisCache(DjangosRedisCache):
    """`LOCATION` names one server."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient

    def ping(self) -> None:
        """Raises RedisError where the server does not answer."""
        self._cache.get_client().ping()
