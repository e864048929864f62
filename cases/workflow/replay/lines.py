"""Values as COPY writes them (PostgreSQL, "COPY", text format); times are read at UTC."""

from __future__ import annotations

from typing import Any

import orjson

NULL = "\\N"
_ESCAPES = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_TABLE = str.maketrans(_ESCAPES)
_WRITTEN = {written[1]: plain for plain, written in _ESCAPES.items()}


def shown(value: Any) -> str:
    """A value as it stands in a line."""
    if type(value) is str:
        return value if value.isprintable() and "\\" not in value else value.translate(_TABLE)
    if value is None:
        return NULL
    if type(value) is bool:
        return "t" if value else "f"
    return str(value)


def moment(text: str) -> str:
    """A body's time ("2026-11-22T02:00:00.500000Z") as it stands in a line ("2026-11-22 02:00:00.5")."""
    written = text[:-1].replace("T", " ")
    return written if written[-1] != "0" else written.rstrip("0").removesuffix(".")


def json_of(written: str) -> Any:
    """The value of a jsonb column. jsonb knows numbers that no JSON reader does; they differ from whatever was told."""
    try:
        return orjson.loads(written if "\\" not in written else plain(written))
    except orjson.JSONDecodeError:
        return {"": written[:80]}


def plain(written: str) -> str:
    """A text without the escapes of its line."""
    parts = iter(written.split("\\"))
    # An empty part stands between two backslashes, which are one; what follows is text again.
    return next(parts) + "".join(_WRITTEN[part[0]] + part[1:] if part else "\\" + next(parts, "") for part in parts)
