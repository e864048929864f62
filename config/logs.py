"""Lines of the log, which hold no personal data: what was typed, stored or asked for never stands in one.

1. An address stands as its route, since people type names and numbers into addresses.
2. Of an exception its kind and place are kept, and its message only where it comes from code or a server: a database
   repeats the row that it refuses, and a template engine the whole page's data.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

from django.http import HttpRequest

# Their messages name code, files, hosts and settings.
_TELLING = (ImportError, AttributeError, NameError, OSError, AssertionError, MemoryError, RecursionError)
_TELLING_NAMES = frozenset({"OperationalError", "InterfaceError", "SettingError", "ImproperlyConfigured",
                            "TemplateDoesNotExist"})  # fmt: skip
WITHHELD = "（内容不记入日志 message withheld）"
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Line(logging.Formatter):
    """One line, and below it where an exception came from."""

    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and record.args:
            # A copy: other handlers, those of tests for instance, get the record as it was.
            record = logging.makeLogRecord(record.__dict__)
            record.args = tuple(_without_path(arg, request) for arg in _as_tuple(record.args))
        args: Any = record.args
        if isinstance(args, dict) and "exc" in args:
            # Celery's own words on a task that failed; the kind of the exception stands before its bracket.
            record = logging.makeLogRecord(record.__dict__)
            record.args = {**args, "exc": str(args["exc"]).partition("(")[0], "args": "", "kwargs": ""}
        # What another handler has formatted is of no use here.
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: Raised) -> str:  # noqa: N802 — the name is that of the base
        return told(ei[1]) if ei[1] is not None else ""


def told(error: BaseException) -> str:
    """Where an exception came from, as it may stand in a log."""
    return "".join(_told(error, set()))


def _told(error: BaseException, seen: set[int]) -> list[str]:
    """The chain of an exception, the first cause first, as Python prints it."""
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_told(before, seen), "\n其后发生 then:\n\n"] if before is not None and id(before) not in seen else []
    lines += ["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)]
    return [*lines, f"{type(error).__module__}.{type(error).__qualname__}: {_message(error)}\n"]


def _message(error: BaseException) -> str:
    cause: Any = getattr(error, "pgcode", None) or getattr(error.__cause__, "pgcode", None)
    if cause:
        return f"SQLSTATE {cause}"
    if isinstance(error, _TELLING) or type(error).__name__ in _TELLING_NAMES:
        return str(error)
    return WITHHELD


def _as_tuple(args: Any) -> tuple[Any, ...]:
    return args if isinstance(args, tuple) else (args,)


def _without_path(arg: Any, request: HttpRequest) -> Any:
    return place(request) if isinstance(arg, str) and arg.startswith("/") else arg


def place(request: HttpRequest) -> str:
    """The route that an address matched; of one that matched none nothing is kept."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match is not None else "/…"
