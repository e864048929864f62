"""Who sees which field at which precision: the table of the field level, as data.

A family of fields, seen by a viewer, has a precision; a detail of the family (the address of a network, the readings of
a meter) has a form for each precision. A cell may say more for what the viewer's own agency brought (`own`), for a
commission that is in charge of the case (`in_charge`), and for a grid company that a measure was handed to
(`handed_over`). What no cell names is not seen.

Basis: 个人信息保护法 6 and 34 (minimum scope, within the duty); the readings of the cells: docs/decisions/0062.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Family(StrEnum):
    """What belongs together."""

    NETWORK = "network"
    SUBSCRIBER = "subscriber"
    ADDRESS = "address"
    ACCOUNT = "account"
    FUNDS = "funds"
    REPORTER = "reporter"


class Viewer(StrEnum):
    """As what an agency looks at a case."""

    COMMISSION = "commission"
    CYBERSPACE = "cyberspace"
    TELECOM = "telecom"
    GRID = "grid"
    AUDITOR = "auditor"
    SUPERIOR = "superior"
    PARTNER = "partner"


class Precision(StrEnum):
    """How exactly a family is seen; `reveal`: masked, in clear for half an hour to whoever gives a reason."""

    FULL = "full"
    REVEAL = "reveal"
    MASKED = "masked"
    DISTRICT = "district"
    MONTHLY = "monthly"
    HASH = "hash"
    AGGREGATE = "aggregate"
    NONE = "none"


class Detail(StrEnum):
    """One kind of value."""

    IP = "ip"
    PORT = "port"
    SEEN_AT = "seen_at"
    POOL = "pool"
    VOLUME = "volume"
    NAME = "name"
    PHONE = "phone"
    IDENTITY = "identity"
    LINE = "line"
    ADDRESS = "address"
    NUMBER = "number"
    KWH = "kwh"
    CLASS = "class"
    LOAD = "load"
    BILL = "bill"
    WALLET = "wallet"
    TRANSFER = "transfer"
    CONTENT = "content"
    REPORTER = "reporter"


class Form(IntEnum):
    """How a value leaves; of several posts the greatest counts."""

    HIDDEN = 0
    HASH = 1
    DISTRICT = 2
    MASKED = 3
    REVEAL = 4
    CLEAR = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """The precision of a family for a viewer, and what more holds in these relations to the case."""

    plain: Precision
    own: Precision | None = None
    in_charge: Precision | None = None
    handed_over: Precision | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """One post's relation to one case. `agencies`: what these brought is the viewer's own.

    `opens_reporters`: it may ask who reported, which being in charge alone does not give.
    """

    viewer: Viewer
    agencies: frozenset[int] = frozenset()
    in_charge: bool = False
    lists_account: bool = False
    handed_over: bool = False
    opens_reporters: bool = False


_FULL, _REVEAL, _MASKED, _DISTRICT = Precision.FULL, Precision.REVEAL, Precision.MASKED, Precision.DISTRICT
_NONE, _AGGREGATE = Precision.NONE, Precision.AGGREGATE
_SEE_NOTHING: Final = Cell(_NONE)

TABLE: Final[Mapping[Family, Mapping[Viewer, Cell]]] = {
    Family.NETWORK: {
        Viewer.COMMISSION: Cell(_FULL),
        Viewer.CYBERSPACE: Cell(_FULL),
        Viewer.TELECOM: Cell(_FULL),
        Viewer.GRID: Cell(Precision.HASH),
        Viewer.AUDITOR: Cell(_MASKED),
        Viewer.SUPERIOR: Cell(_AGGREGATE),
        Viewer.PARTNER: _SEE_NOTHING,
    },
    Family.SUBSCRIBER: {
        Viewer.COMMISSION: Cell(_MASKED, in_charge=_REVEAL),
        Viewer.CYBERSPACE: Cell(_MASKED),
        Viewer.TELECOM: Cell(_MASKED, own=_FULL),
        Viewer.GRID: Cell(_NONE, own=_FULL, handed_over=_FULL),
        Viewer.AUDITOR: Cell(_MASKED),
        Viewer.SUPERIOR: _SEE_NOTHING,
        Viewer.PARTNER: _SEE_NOTHING,
    },
    Family.ADDRESS: {
        Viewer.COMMISSION: Cell(_DISTRICT, in_charge=_FULL),
        Viewer.CYBERSPACE: Cell(_DISTRICT),
        Viewer.TELECOM: Cell(_DISTRICT, own=_FULL),
        Viewer.GRID: Cell(_DISTRICT, own=_FULL, handed_over=_FULL),
        Viewer.AUDITOR: Cell(_DISTRICT),
        Viewer.SUPERIOR: Cell(_DISTRICT),
        Viewer.PARTNER: _SEE_NOTHING,
    },
    Family.ACCOUNT: {
        Viewer.COMMISSION: Cell(Precision.MONTHLY),
        Viewer.CYBERSPACE: _SEE_NOTHING,
        Viewer.TELECOM: _SEE_NOTHING,
        Viewer.GRID: Cell(_FULL),
        Viewer.AUDITOR: Cell(_MASKED),
        Viewer.SUPERIOR: Cell(_AGGREGATE),
        Viewer.PARTNER: _SEE_NOTHING,
    },
    Family.FUNDS: {
        Viewer.COMMISSION: Cell(_NONE, in_charge=_FULL),
        Viewer.CYBERSPACE: _SEE_NOTHING,
        Viewer.TELECOM: _SEE_NOTHING,
        Viewer.GRID: _SEE_NOTHING,
        Viewer.AUDITOR: Cell(_MASKED),
        Viewer.SUPERIOR: _SEE_NOTHING,
        Viewer.PARTNER: _SEE_NOTHING,
    },
    Family.REPORTER: {
        Viewer.COMMISSION: Cell(_NONE, in_charge=_REVEAL),
        **dict.fromkeys((v for v in Viewer if v is not Viewer.COMMISSION), _SEE_NOTHING),
    },
}

_SAME: Final = {_FULL: Form.CLEAR, _REVEAL: Form.REVEAL, _MASKED: Form.MASKED, _DISTRICT: Form.DISTRICT}
_COUNTED: Final = {_FULL: Form.CLEAR, _MASKED: Form.CLEAR, _AGGREGATE: Form.CLEAR}
# Family of a detail, and its form at each precision; a precision that is not named hides it.
DETAILS: Final[Mapping[Detail, tuple[Family, Mapping[Precision, Form]]]] = {
    Detail.IP: (Family.NETWORK, {**_SAME, Precision.HASH: Form.HASH}),
    Detail.PORT: (Family.NETWORK, _SAME),
    Detail.SEEN_AT: (Family.NETWORK, _SAME),
    Detail.POOL: (Family.NETWORK, _SAME),
    # How often and how much, of which coin: a figure without a trace to anybody.
    Detail.VOLUME: (Family.NETWORK, _COUNTED),
    Detail.NAME: (Family.SUBSCRIBER, _SAME),
    Detail.PHONE: (Family.SUBSCRIBER, _SAME),
    Detail.IDENTITY: (Family.SUBSCRIBER, _SAME),
    Detail.LINE: (Family.SUBSCRIBER, _SAME),
    Detail.ADDRESS: (Family.ADDRESS, _SAME),
    Detail.NUMBER: (Family.ACCOUNT, _SAME),
    Detail.KWH: (Family.ACCOUNT, {**_SAME, Precision.MONTHLY: Form.CLEAR}),
    # A class names nobody: it is masked by nothing and is what an aggregate is made of.
    Detail.CLASS: (Family.ACCOUNT, {**_COUNTED, Precision.MONTHLY: Form.CLEAR}),
    Detail.LOAD: (Family.ACCOUNT, _SAME),
    Detail.BILL: (Family.ACCOUNT, _SAME),
    Detail.WALLET: (Family.FUNDS, _SAME),
    Detail.TRANSFER: (Family.FUNDS, _SAME),
    Detail.CONTENT: (Family.REPORTER, _SAME),
    Detail.REPORTER: (Family.REPORTER, _SAME),
}

# Which details a reveal opens by its items. The words of a tip are opened by whatever reason is given, since they say
# where to look; who sent it by a reason of its own only.
ITEMS: Final[Mapping[str, frozenset[Detail]]] = {
    "subscriber": frozenset({Detail.NAME}),
    "phone": frozenset({Detail.PHONE}),
    "identity": frozenset({Detail.IDENTITY}),
    "address": frozenset({Detail.ADDRESS}),
    "account": frozenset({Detail.LINE, Detail.NUMBER}),
    "network": frozenset({Detail.IP, Detail.PORT}),
    "reporter": frozenset({Detail.REPORTER}),
}


def precision(family: Family, tie: Tie, *, own: bool = False) -> Precision:
    """How exactly this family is seen through this tie; `own`: the value came from one of the viewer's agencies."""
    cell = TABLE[family][tie.viewer]
    if own and cell.own is not None:
        return cell.own
    if tie.handed_over and cell.handed_over is not None:
        return cell.handed_over
    if tie.in_charge and cell.in_charge is not None:
        return cell.in_charge
    return cell.plain


def form(detail: Detail, ties: Iterable[Tie], *, owner: int | None = None) -> Form:
    """How a value of this detail leaves to somebody with these ties: the best of them, each by itself."""
    return max((_through(detail, tie, owner) for tie in ties), default=Form.HIDDEN)


def _through(detail: Detail, tie: Tie, owner: int | None) -> Form:
    if detail is Detail.REPORTER and not tie.opens_reporters:
        return Form.HIDDEN
    family, forms = DETAILS[detail]
    found = forms.get(precision(family, tie, own=owner is not None and owner in tie.agencies), Form.HIDDEN)
    if detail is Detail.NUMBER and tie.lists_account:
        # 电力法 43: the commission's list has to name the account; whoever draws it up may ask for the number.
        return max(found, Form.REVEAL)
    return found


def revealable(ties: Iterable[Tie]) -> tuple[str, ...]:
    """The items that somebody with these ties may have shown for a reason."""
    held = tuple(ties)
    return tuple(
        item for item, details in ITEMS.items() if any(form(detail, held) is Form.REVEAL for detail in details)
    )


def opened_details(items: Iterable[str]) -> frozenset[Detail]:
    """The details that a reveal of these items opens."""
    chosen = frozenset(detail for item in items for detail in ITEMS.get(item, ()))
    return chosen | {Detail.CONTENT} if chosen else chosen
