"""Facts of a case, and bodies of its events, at the precision of whoever reads them.

Facts hold codes, numbers and times; the members below belong to a family of the field level. A member that is not shown
is left out of the facts; in the body of an event, which is a proof, a keyed hash stands in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from cases.models.sealing import key_ring
from cases.policy.privacy.precision import Form, Part
from cases.selectors.masking import figure
from cases.selectors.precision.viewers import Sight

# Members of facts and of acts by their name. tests/selectors/members.csv names every member there is.
MEMBERS: Final[Mapping[str, Part]] = {
    "pools": Part.VOLUME,
    "connections": Part.VOLUME,
    "hashrate": Part.VOLUME,
    "monthly_kwh": Part.KWH,
    "kwh": Part.KWH,
    "listed_kwh": Part.KWH,
    # What the month's energy would cost under each class: made of the month and the class, and of nothing else.
    "simulation": Part.KWH,
    "user_class": Part.CLASS,
    "price_class": Part.CLASS,
    "reclass_to": Part.CLASS,
    "capacity_kva": Part.CLASS,
    "reading": Part.LOAD,
    "confirmed_reading": Part.LOAD,
    "used_before": Part.LOAD,
    "arrears_days": Part.BILL,
    "amount": Part.BILL,
    "paid": Part.BILL,
    "lines": Part.BILL,
    "pending": Part.BILL,
    "corrections": Part.BILL,
    "refund": Part.BILL,
}
# Elsewhere these are a family of signals and the measure itself.
OF_A_BILL: Final[Mapping[str, Part]] = {"energy": Part.BILL, "surcharge": Part.BILL}
_GONE: Final = object()


def part_of(path: tuple[str, ...]) -> Part | None:
    """The part that a member belongs to, by its path without the places in lists; None for one of no family."""
    found = MEMBERS.get(path[-1])
    return OF_A_BILL.get(path[-1]) if found is None and "bills" in path[:-1] else found


@dataclass(slots=True)
class Withheld:
    """What was left out or masked, by the path of the member."""

    paths: list[str] = field(default_factory=list)

    def note(self, path: tuple[str, ...]) -> None:
        name = ".".join(path)
        if name not in self.paths:
            self.paths.append(name)


def facts_shown(facts: Mapping[str, Any], sight: Sight) -> tuple[dict[str, Any], list[str]]:
    """The facts as this person sees them, and the members that are masked or left out."""
    withheld = Withheld()
    if sight.only_referred:
        return _referred(facts, sight, withheld), withheld.paths
    return _members(facts, (), sight, withheld, _gone), withheld.paths


def body_shown(body: Mapping[str, Any], sight: Sight, event_id: int) -> tuple[dict[str, Any], list[str]]:
    """The body of an event of a case as this person sees it; a keyed hash stands for what is withheld."""
    withheld = Withheld()

    def hidden(path: tuple[str, ...], value: Any) -> dict[str, str]:
        return {"withheld": str(part_of(path) or "referral"), "hmac": _hmac(event_id, path, value)}

    if sight.only_referred:
        shown = {name: value for name, value in body.items() if name not in ("set", "case", "unset", "touch", "share")}
        shown["set"] = _referred(body.get("set") or {}, sight, withheld)
        return shown, withheld.paths
    return _members(body, (), sight, withheld, hidden), withheld.paths


def _referred(facts: Mapping[str, Any], sight: Sight, withheld: Withheld) -> dict[str, Any]:
    """All that a partner has: what was referred to it."""
    own = [row for row in facts.get("referrals") or () if row.get("partner") in sight.agencies]
    for name in facts:
        if name != "referrals" or len(own) < len(facts[name]):
            withheld.note((name,))
    return {"referrals": own} if own else {}


def _gone(_path: tuple[str, ...], _value: Any) -> object:
    return _GONE


def _members(
    values: Mapping[str, Any],
    path: tuple[str, ...],
    sight: Sight,
    withheld: Withheld,
    hidden: Callable[[tuple[str, ...], Any], Any],
) -> dict[str, Any]:
    shown = {}
    for name, value in values.items():
        found = _value(value, (*path, name), sight, withheld, hidden)
        if found is not _GONE:
            shown[name] = found
    return shown


def _value(
    value: Any,
    path: tuple[str, ...],
    sight: Sight,
    withheld: Withheld,
    hidden: Callable[[tuple[str, ...], Any], Any],
) -> Any:
    part = part_of(path)
    if part is not None and value is not None:
        form = sight.form(part)
        if form is Form.CLEAR:
            return value
        withheld.note(path)
        plain = not isinstance(value, dict | list)
        return figure(str(value)) if plain and form in (Form.MASKED, Form.REVEAL) else hidden(path, value)
    if isinstance(value, dict):
        return _members(value, path, sight, withheld, hidden)
    if isinstance(value, list):
        rows = (_value(item, path, sight, withheld, hidden) for item in value)
        return [row for row in rows if row is not _GONE]
    return value


def _hmac(event_id: int, path: tuple[str, ...], value: Any) -> str:
    """Bound to its event, so that equal figures of two events are not seen to be equal."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return key_ring().blind(f"withheld/{event_id}/{'.'.join(path)}", text).hex()


def names_in(values: Mapping[str, Any]) -> Iterator[str]:
    """Every member's name, however deep."""
    for name, value in values.items():
        yield name
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from names_in(inner)
