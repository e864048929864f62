"""What is asked of the list of cases by the query parameters of the API."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import UUID

from agencies.actors import Actor
from cases.api.params import Params
from cases.models.case import CaseOutcome, Level, Stage
from cases.selectors.cases import CaseFilter
from cases.selectors.evidence import FAMILIES
from cases.selectors.listing.wanted import Order, Sort
from cases.workflow.forms.choices import SUBJECTS
from cases.workflow.view import Text

ORDERS = tuple(f"{sign}{sort.value}" for sort in Sort for sign in ("", "-"))
MOST_KWH = Decimal(999999999999)


def asked(params: Params, actor: Actor) -> CaseFilter:
    """The conditions and the order; problems are noted in `params`."""
    holder = params.agency("holder")
    mine = params.boolean("mine")
    params.apart("holder", "mine")
    own = tuple(sorted({post.principal_id for post in actor.posts}))
    subject = params.choice("subject", [code for code, _ in SUBJECTS])
    return CaseFilter(
        stage=params.choice("stage", Stage.values),
        region=params.region(),
        level=params.choice("level", Level.values),
        outcome=params.choice("outcome", CaseOutcome.values),
        numbers=(number,) if (number := params.text("number", 24)) else None,
        holder_ids=(holder.id,) if holder else own if mine else (),
        closed=params.boolean("closed"),
        unlisted=params.boolean("unlisted") or None,
        q=params.text("q", 60),
        subjects=(subject,) if subject else (),
        family=params.choice("signal", FAMILIES),
        strength=_strength(params),
        kwh_from=_energy(params, "kwh_from"),
        kwh_to=_energy(params, "kwh_to"),
        due_from=params.moment("due_from"),
        due_before=params.moment("due_before", end=True),
        list_id=_list(params),
        order=_order(params),
    )


def _strength(params: Params) -> int:
    found = params.whole("strength", 1, 3)
    if found is not None and not params.query.get("signal"):
        params.problems["strength"] = Text("须与 signal 同时使用", "to be used together with signal")
    return found or 1


def _energy(params: Params, name: str) -> Decimal | None:
    text = params.text(name, 30)
    if text is None:
        return None
    try:
        number = Decimal(text)
        if number.is_finite() and 0 <= number <= MOST_KWH:
            return number
    except InvalidOperation:
        pass
    params.problems[name] = Text("应为不小于 0 的数", "a number of 0 or more")
    return None


def _list(params: Params) -> UUID | None:
    text = params.text("list", 40)
    try:
        return UUID(text) if text else None
    except ValueError:
        params.problems["list"] = Text("应为名单的标识", "the id of a list")
        return None


def _order(params: Params) -> Order:
    text = params.choice("order", ORDERS)
    if text is None:
        return Order()
    return Order(Sort(text.removeprefix("-")), descending=text.startswith("-"))
