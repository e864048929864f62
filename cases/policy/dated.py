"""Reading of the dated rule files in ``data/`` and the three questions every dated record must answer.

A rule of this field is never a constant in code: it has a first and a last day, a region, a source and a label that
says how sure we are of it.  Labels: ``V-P`` clause read, ``V-T`` third party, ``V-R`` public repository, ``BG``
background knowledge, ``BRIEF`` stated by the client, ``CALC`` own arithmetic, ``DESIGN`` our own choice.
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterable
from datetime import date, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

DATA = Path(__file__).parent / "data"
CERTAINTY = frozenset({"V-P", "V-T", "V-R", "BG", "BRIEF", "CALC", "DESIGN"})

# China has kept one offset without summer time since 1992, so a fixed offset needs no zone files on the host.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


class Dated(Protocol):
    """What every dated record carries; ``effective_to`` is the last day it applies, None while it does."""

    @property
    def region(self) -> str: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...


D = TypeVar("D", bound=Dated)
R = TypeVar("R")


@cache
def load(name: str) -> dict[str, Any]:
    """Return the parsed content of ``data/<name>.toml``; the file is part of the release, so it is read once."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def records(kind: Callable[..., R], name: str, table: str) -> tuple[R, ...]:
    """Return the rows of a table as records of this kind, the file's defaults under them; lists become tuples."""
    data = load(name)
    rows = [{"effective_to": None, **data["defaults"], **row} for row in data[table]]
    return tuple(
        kind(**{key: tuple(v) if isinstance(v, list) else v for key, v in row.items() if key != "status"})
        for row in rows
    )


# A decision looks back and ahead from its day; outside of these there is neither rule nor calendar.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def readable_day(text: str) -> date | None:
    """A day as somebody typed it; None for anything that is none, or is beyond every rule."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST_DAY <= found <= _LAST_DAY else None


def region_prefix(code: str) -> str:
    """Cut trailing zero pairs: ``320300`` → ``3203``, ``320000`` → ``32``, the whole country → the empty text."""
    code = code.strip()
    while code.endswith("00"):
        code = code[:-2]
    return code


def applies(record: Dated, day: date) -> bool:
    """Say whether the record is in effect on this day (first and last day included)."""
    return record.effective_from <= day and (record.effective_to is None or day <= record.effective_to)


def covers(record: Dated, region: str) -> bool:
    """Say whether the record's region contains this region (the empty region is the whole country)."""
    return region_prefix(region).startswith(region_prefix(record.region))


def most_specific(records: Iterable[D], region: str, day: date) -> D | None:
    """Return the record in effect whose region is the narrowest one; among equals the newest."""
    found = [r for r in records if applies(r, day) and covers(r, region)]
    return max(found, key=lambda r: (len(region_prefix(r.region)), r.effective_from), default=None)


def rule_set_version() -> str:
    """Name the rules that decided: twelve hex digits of SHA-256 over every rule file, by name and content."""
    digest = hashlib.sha256()
    for path in sorted(DATA.glob("*.toml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
