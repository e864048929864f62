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
from cases.policy.privacy.precision import Detail, Form
from cases.selectors.masking import figure
from cases.selectors.precision.viewers import Viewpoint

# Members of facts and of acts by their name. tests/selectors/members.csv names every member there is.
MEMBERS: Final[Mapping[str, Detail]] = {
    "pools": Detail.VOLUME,
    "connections": Detail.VOLUME,
    "hashrate": Detail.VOLUME,
    "monthly_kwh": Detail.KWH,
    "kwh": Detail.KWH,
    "listed_kwh": Detail.KWH,
    # What the month's energy would cost under each class: made of the month and the class, and of nothing else.
    "simulation": Detail.KWH,
    "user_class": Detail.CLASS,
    "price_class": Detail.CLASS,
    "voltage": Detail.CLASS,
    "variant": Detail.CLASS,
    "reclass_to": Detail.CLASS,
    "capacity_kva": Detail.CLASS,
    "reading": Detail.LOAD,
    "confirmed_reading": Detail.LOAD,
    "drawn": Detail.LOAD,
    # What is asked and paid for a wrong cut: no bill, but for those who settle the measure, as the month's energy is.
    "sum": Detail.KWH,
    "used_before": Detail.LOAD,
    "periods": Detail.LOAD,
    "demand_kw": Detail.LOAD,
    "reading_from": Detail.LOAD,
    "reading_to": Detail.LOAD,
    "sharp": Detail.LOAD,
    "peak": Detail.LOAD,
    "flat": Detail.LOAD,
    "valley": Detail.LOAD,
    "arrears_days": Detail.BILL,
    "arrears_due_on": Detail.BILL,
    "arrears_dunned_on": Detail.BILL,
    "amount": Detail.BILL,
    "paid": Detail.BILL,
    "lines": Detail.BILL,
    "pending": Detail.BILL,
    "corrections": Detail.BILL,
    "refund": Detail.BILL,
    "refunded": Detail.BILL,
    "fee_paid": Detail.BILL,
}
# Elsewhere these are a family of signals and the measure itself.
OF_A_BILL: Final[Mapping[str, Detail]] = {"energy": Detail.BILL, "surcharge": Detail.BILL}
_GONE: Final = object()


def detail_of(path: tuple[str, ...]) -> Detail | None:
    """The detail that a member belongs to, by its path without the places in lists; None for one of no family."""
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


def facts_shown(facts: Mapping[str, Any], viewpoint: Viewpoint) -> tuple[dict[str, Any], list[str]]:
    """The facts as this person sees them, and the members that are masked or left out."""
    withheld = Withheld()
    if viewpoint.only_referred:
        return _referred(facts, viewpoint, withheld), withheld.paths
    return _members(facts, (), viewpoint, withheld, _gone), withheld.paths


def body_shown(body: Mapping[str, Any], viewpoint: Viewpoint, event_id: int) -> tuple[dict[str, Any], list[str]]:
    """The body of an event of a case as this person sees it; a keyed hash stands for what is withheld."""
    withheld = Withheld()

    def hidden(path: tuple[str, ...], value: Any) -> dict[str, str]:
        return {"withheld": str(detail_of(path) or "referral"), "hmac": _hmac(event_id, path, value)}

    if viewpoint.only_referred:
        shown = {name: value for name, value in body.items() if name not in ("set", "case", "unset", "touch", "share")}
        shown["set"] = _referred(body.get("set") or {}, viewpoint, withheld)
        return shown, withheld.paths
    return _members(body, (), viewpoint, withheld, hidden), withheld.paths


def before_shown(
    state: Mapping[str, Any], body: Mapping[str, Any], viewpoint: Viewpoint, event_id: int
) -> dict[str, Any]:
    """Facts and columns before this event as this person sees them beside its body.

    What is withheld has the commitment that the event would have given it: it looks the same where the event left it.
    """
    columns = (body.get("case") or {}).keys()
    parts = {
        "set": {name: value for name, value in state.items() if name not in columns},
        "case": {name: value for name, value in state.items() if name in columns},
    }
    shown, _ = body_shown(parts, viewpoint, event_id)
    return {**shown["set"], **shown.get("case", {})}


def _referred(facts: Mapping[str, Any], viewpoint: Viewpoint, withheld: Withheld) -> dict[str, Any]:
    """All that a partner has: what was referred to it."""
    own = [row for row in facts.get("referrals") or () if row.get("partner") in viewpoint.agencies]
    for name in facts:
        if name != "referrals" or len(own) < len(facts[name]):
            withheld.note((name,))
    return {"referrals": own} if own else {}


def _gone(_path: tuple[str, ...], _value: Any) -> object:
    return _GONE


def _members(
    values: Mapping[str, Any],
    path: tuple[str, ...],
    viewpoint: Viewpoint,
    withheld: Withheld,
    hidden: Callable[[tuple[str, ...], Any], Any],
) -> dict[str, Any]:
    shown = {}
    for name, value in values.items():
        found = _value(value, (*path, name), viewpoint, withheld, hidden)
        if found is not _GONE:
            shown[name] = found
    return shown


def _value(
    value: Any,
    path: tuple[str, ...],
    viewpoint: Viewpoint,
    withheld: Withheld,
    hidden: Callable[[tuple[str, ...], Any], Any],
) -> Any:
    detail = detail_of(path)
    if detail is not None and value is not None:
        form = viewpoint.form(detail)
        if form is Form.CLEAR:
            return value
        withheld.note(path)
        plain = not isinstance(value, dict | list)
        return figure(str(value)) if plain and form in (Form.MASKED, Form.REVEAL) else hidden(path, value)
    if isinstance(value, dict):
        return _members(value, path, viewpoint, withheld, hidden)
    if isinstance(value, list):
        rows = (_value(item, path, viewpoint, withheld, hidden) for item in value)
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
