"""Who is looking: what the database is told before the first statement of every transaction.

Row-level security shows nothing to a transaction that says nothing, or whose `Sight` is `NOBODY`. A request begins as
nobody and looks as its actor once it has read it (`agencies.sight`); a task or a command works as a named system actor,
whose few rights are listed in `config/database/wall.py`. The database backend (`config.database.backend`) sends
`Sight.sql` along with the first statement, for that transaction only: a setting of the session would outlive it in a
pool of connections and show one person the cases of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ClassVar, Final

_SYSTEM: Final = re.compile(r"[a-z][a-z_]{1,31}")
_REGION: Final = re.compile(r"[0-9]{2,6}")


@dataclass(frozen=True, slots=True)
class Sight:
    """A person, or a system actor by its name, or with neither: nobody.

    `keys` open cases (`agencies.visibility.sight_keys`); `watches` are regions whose lists, `supervises` regions whose
    accounts and agencies, `administers` agencies whose accounts are open as well; `decides` are commissions whose
    registers and erasures are the person's to decide.
    """

    system: str = ""
    user: int | None = None
    keys: tuple[int, ...] = ()
    watches: tuple[str, ...] = ()
    supervises: tuple[str, ...] = ()
    administers: tuple[int, ...] = ()
    decides: tuple[int, ...] = ()

    # Every setting every time: what a session might have set by itself is overruled.
    SETTINGS: ClassVar = ("system", "user", "keys", "watches", "supervises", "administers", "decides")

    def __post_init__(self) -> None:
        if self.system and not _SYSTEM.fullmatch(self.system):
            raise ValueError(f"not the name of a system actor: {self.system}")
        if self.system and self.user is not None:
            raise ValueError("a system actor is no person")
        if wrong := [code for code in (*self.watches, *self.supervises) if not _REGION.fullmatch(code)]:
            raise ValueError(f"not the codes of regions: {wrong}")

    @property
    def sql(self) -> str:
        """One statement for the settings of this transaction; no value holds a quote, percent sign or backslash."""
        values = {
            "system": self.system,
            "user": "" if self.user is None else str(int(self.user)),
            "keys": _array(int(key) for key in self.keys),
            "watches": _array(self.watches),
            "supervises": _array(self.supervises),
            "administers": _array(int(agency) for agency in self.administers),
            "decides": _array(int(agency) for agency in self.decides),
        }
        return BEGIN + ", ".join(f"set_config('lianzhi.{name}','{values[name]}',true)" for name in self.SETTINGS) + END


BEGIN: Final = "SELECT /* sight */ "
END: Final = "; "
NOBODY: Final = Sight()


def _array(values: object) -> str:
    items = ",".join(str(value) for value in values)  # type: ignore[attr-defined]
    return f"{{{items}}}" if items else ""


# Who looks where nobody said. In every process of the product that is nobody; the tests read as an actor of their own.
unless_said: Sight = NOBODY

_current: ContextVar[Sight | None] = ContextVar("sight", default=None)


def current() -> Sight:
    """Who is looking in this thread at this moment."""
    found = _current.get()
    return unless_said if found is None else found


def look(sight: Sight) -> None:
    """From here on, until whoever opened the surrounding block (`nobody`, `looking`) closes it."""
    _current.set(sight)


@contextmanager
def looking(sight: Sight) -> Iterator[None]:
    """Inside the block this is who looks; afterwards it is who looked before, whatever was said inside."""
    token = _current.set(sight)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def nobody() -> Iterator[None]:
    """Nothing is visible, until `look` says who looks."""
    with looking(NOBODY):
        yield


@contextmanager
def working_as(name: str) -> Iterator[None]:
    """As the system actor of this name, with the rights that `config/database/wall.py` gives it; a decorator, too."""
    with looking(Sight(system=name)):
        yield
