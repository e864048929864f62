"""A psycopg2 connection that says at the beginning of every transaction who is looking.

The settings travel in one string with the first statement, so they cost no round trip. psycopg2 puts parameters in on
this side and sends the text by the simple protocol, in which several statements outside a transaction are one implicit
transaction: that is why it also holds in autocommit and behind a pool that hands out connections by the transaction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INERROR, connection, cursor

from audit.sight import Sight, current

# These go alone: some must be the first of a transaction, and none reads a row.
_ALONE = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK|COMMIT|BEGIN|START|ABORT|END|SET|RESET)\b", re.IGNORECASE)


class Connection(connection):  # type: ignore[misc]  # psycopg2 brings no types
    """`told` is what the transaction under way was told; None where it has to be told before the next statement."""

    told: Sight | None = None

    def news(self, statement: str) -> str:
        """What has to be said before this statement: nothing, or the settings of who is looking now."""
        status = self.get_transaction_status()
        alone = _ALONE.match(statement)
        if alone or status == TRANSACTION_STATUS_INERROR:
            # Going back to a savepoint takes back what was said since; and a new transaction knows nothing yet.
            if status == TRANSACTION_STATUS_IDLE or (alone and alone[1].upper() == "ROLLBACK"):
                self.told = None
            return ""
        sight = current()
        if status != TRANSACTION_STATUS_IDLE and self.told == sight:
            return ""
        self.told = sight
        return sight.sql

    @property
    def implicit(self) -> bool:
        """Whether the next statement is a transaction by itself."""
        return bool(self.autocommit and self.get_transaction_status() == TRANSACTION_STATUS_IDLE)


class Cursor(cursor):  # type: ignore[misc]
    """Sends what has to be said along with, or before, what is asked."""

    connection: Connection

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 — psycopg2's name
        if self.name is not None:
            raise psycopg2.NotSupportedError(
                "a server-side cursor outlives what its transaction was told; read in pages"
            )
        super().execute(self._led(query), vars)

    def executemany(self, query: Any, vars_list: Sequence[Any]) -> None:
        self._tell("executemany")
        super().executemany(query, vars_list)

    def callproc(self, procname: Any, parameters: Any = ()) -> Any:
        self._tell("callproc")
        return super().callproc(procname, parameters)

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        super().copy_expert(self._led(sql), file, size)

    def copy_from(self, *args: Any, **options: Any) -> None:
        self._tell("copy_from")
        super().copy_from(*args, **options)

    def copy_to(self, *args: Any, **options: Any) -> None:
        self._tell("copy_to")
        super().copy_to(*args, **options)

    def _led(self, query: Any) -> Any:
        if isinstance(query, bytes):
            # Only the first word matters here, and it is ASCII.
            return self.connection.news(query[:200].decode("ascii", "replace")).encode() + query
        text = query if isinstance(query, str) else query.as_string(self)
        return self.connection.news(text) + text

    def _tell(self, how: str) -> None:
        """Say it in a statement of its own, for calls that take no second one. In no transaction that would be lost."""
        if self.connection.implicit:
            raise psycopg2.NotSupportedError(f"{how} outside a transaction would see nothing; open one")
        if news := self.connection.news(how):
            super().execute(news)
