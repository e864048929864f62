"""What a grid company really billed beside what stands here: the differences of one account and month.

Only said, never acted on: a difference is for a person to look into, and a bill is corrected by its act.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

ZERO: Final = Decimal(0)
KINDS: Final = ("ended", "missing_here", "missing_there", "kwh", "amount", "unknown_account")


@dataclass(frozen=True, slots=True)
class Ours:
    """The bills here of one account and month, and the last day on its list (None: still open)."""

    kwh: Decimal
    amount: Decimal
    bill: str


@dataclass(frozen=True, slots=True)
class Theirs:
    """What was really billed."""

    kwh: Decimal
    amount: Decimal


def differences(
    ours: Ours | None, theirs: Theirs | None, *, known: bool = True, ended_before: bool = False
) -> tuple[str, ...]:
    """The kinds of difference, none where both agree to the cent and the kWh.

    `known`: the account is on a list here; `ended_before`: its last list ended before this month began.
    """
    if theirs is not None and not known:
        return ("unknown_account",)
    if ours is None and theirs is None:
        return ()
    if ours is None or theirs is None:
        missing = "missing_here" if ours is None else "missing_there"
        return ("ended", missing) if theirs is not None and ended_before else (missing,)
    found = ["ended"] if ended_before else []
    found += ["kwh"] if ours.kwh != theirs.kwh else []
    found += ["amount"] if ours.amount != theirs.amount else []
    return tuple(found)
