"""The engine of the alias "default": Django's own, on connections that tell the database who is looking."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base, operations

from audit.sight import BEGIN, END
from config.database.backend.connection import Connection, Cursor


class DatabaseOperations(operations.DatabaseOperations):
    """Logs and tests read the statement that was asked for, without what was sent before it."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        sent = super().last_executed_query(cursor, sql, params)
        return sent.partition(END)[2] if sent and sent.startswith(BEGIN) else sent


class DatabaseWrapper(base.DatabaseWrapper):
    """Every connection, also one that is opened with these parameters beside Django's, is of the telling sort."""

    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "connection_factory": Connection, "cursor_factory": Cursor}
