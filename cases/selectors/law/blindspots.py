"""监管盲区清单: proven mining that no measure reaches, for commissions and supervisions in their subtree.

An entry is the fact `blind_spot` of an open case: the decision to continue monitoring writes it, a measure, the closing
or the reopening takes it away (`cases.workflow.effects.verification`). The register keeps nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from agencies import visibility
from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.vocabulary import Kind
from cases.models.vault import PersonalRecord
from cases.policy.privacy.precision import Detail, Form
from cases.selectors import refs
from cases.selectors.masking import figure, mask
from cases.selectors.paging import DEFAULT_PAGE_SIZE, Keyset, Page, Row, fetch
from cases.selectors.precision.viewers import About, Viewpoint, viewpoint_of

WATCHING: Final = frozenset({Kind.DEVELOPMENT_COMMISSION, Kind.SUPERVISION})
MOST_EXPORTED: Final = 50_000
# A sum over fewer entries would tell the month of one of them.
FEWEST_SUMMED: Final = 3
ORDERS: Final = {
    "newest": Keyset("blind-new", ("since", "id"), (str, UUID), descending=True),
    "oldest": Keyset("blind-old", ("since", "id"), (str, UUID)),
    "region": Keyset("blind-region", ("region_code", "id"), (str, UUID)),
}


@dataclass(frozen=True, slots=True)
class BlindFilter:
    """What narrows the register; None means any. `region` is a code and what lies in it."""

    region: str | None = None
    reason: str | None = None
    order: str = "newest"


@dataclass(frozen=True, slots=True)
class Totals:
    """Of everything that matches: how many, the month's energy where it may be told, by reason and by region."""

    cases: int
    kwh: Decimal | None
    without_kwh: int
    by_reason: tuple[tuple[str, int], ...]
    by_region: tuple[tuple[str, int], ...]


def watches(actor: Actor) -> bool:
    """Whether this person has the register at all."""
    return bool(watching_keys(actor))


def watching_keys(actor: Actor) -> list[int]:
    """Of the keys of sight those through commissions and supervisions."""
    kinds = {post.agency_id: post.kind for post in actor.posts}
    return sorted(
        agency * 4 + rank
        for agency, most in visibility.ceilings(actor).items()
        if kinds[agency] in WATCHING
        for rank in range(most + 1)
    )


_ENTRIES = f"""SELECT c.id, c.number, c.title, c.region_code, c.stage, c.review_on, c.confidentiality, c.lead_agency_id,
    c.facts->'blind_spot'->>'since' AS since, c.facts->'blind_spot'->>'reason' AS reason,
    c.facts->'blind_spot'->>'subject' AS subject,
    CASE WHEN c.facts->'findings'->'check_consumption'->>'monthly_kwh' ~ '^[0-9]{{1,12}}([.][0-9]{{1,6}})?$'
         THEN (c.facts->'findings'->'check_consumption'->>'monthly_kwh')::numeric END AS kwh,
    (SELECT array_agg(ca.agency_id) FROM cases_caseagency ca WHERE ca.case_id = c.id
        AND ca.agency_id * 4 + ca.rank = ANY(%s)) AS through
FROM cases_case c
WHERE c.facts ? 'blind_spot' AND c.stage <> 'closed' AND {visibility.whole("c.id")}
    AND (%s::text IS NULL OR starts_with(c.region_code, %s))
    AND (%s::text IS NULL OR c.facts->'blind_spot'->>'reason' = %s)"""


def _entries(actor: Actor, wanted: BlindFilter) -> tuple[str, list[Any]]:
    keys = watching_keys(actor)
    return _ENTRIES, [keys, keys, wanted.region, wanted.region, wanted.reason, wanted.reason]


def list_blind_spots(
    actor: Actor, wanted: BlindFilter, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """The entries this person sees. Raises InvalidCursor."""
    order = ORDERS[wanted.order]
    at = order.decode(cursor)
    entries, values = _entries(actor, wanted)
    beyond, after = order.beyond(at, "e.")
    sql = f"SELECT * FROM ({entries}) e WHERE true{beyond} ORDER BY {order.order(at, 'e.')} LIMIT %s"
    found = fetch(sql, [*values, *after, size + 1])
    total = fetch(f"SELECT count(*) AS n FROM ({entries}) e", values)[0]["n"]
    return order.page(_shown(actor, found), at, size, (total, True))


def totals(actor: Actor, wanted: BlindFilter) -> Totals:
    """The figures of everything that matches, in one statement."""
    entries, values = _entries(actor, wanted)
    sql = f"""SELECT region_code, reason, lead_agency_id, confidentiality, through, count(*) AS n, sum(kwh) AS kwh,
        count(*) FILTER (WHERE kwh IS NULL) AS unknown
        FROM ({entries}) e GROUP BY 1, 2, 3, 4, 5"""
    groups = fetch(sql, values)
    cases = sum(row["n"] for row in groups)
    directory = get_directory()
    clear = all(_viewpoint(actor, row, directory).form(Detail.KWH) is Form.CLEAR for row in groups)
    told = clear or cases >= FEWEST_SUMMED
    return Totals(
        cases=cases,
        kwh=sum((row["kwh"] or Decimal(0) for row in groups), Decimal(0)) if told else None,
        without_kwh=sum(row["unknown"] for row in groups),
        by_reason=_counted(groups, "reason"),
        by_region=_counted(groups, "region_code"),
    )


def _counted(groups: Iterable[Row], name: str) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for row in groups:
        found[row[name]] = found.get(row[name], 0) + row["n"]
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def all_blind_spots(actor: Actor, wanted: BlindFilter) -> list[Row]:
    """The entries for a file, the first MOST_EXPORTED in their order."""
    order = ORDERS[wanted.order]
    entries, values = _entries(actor, wanted)
    found = fetch(f"SELECT * FROM ({entries}) e ORDER BY {order.order(None, 'e.')} LIMIT %s", [*values, MOST_EXPORTED])
    return _shown(actor, found)


def _viewpoint(actor: Actor, row: Row, directory: Directory) -> Viewpoint:
    about = About(row["lead_agency_id"], row["through"] or [], [], {}, row["confidentiality"])
    return viewpoint_of(actor, about, directory)


def _shown(actor: Actor, rows: list[Row]) -> list[Row]:
    directory = get_directory()
    views = {row["id"]: _viewpoint(actor, row, directory) for row in rows}
    named = [case for case, view in views.items() if view.form(Detail.NAME) is not Form.HIDDEN]
    holders = _holders(named)
    return [
        {
            **{name: row[name] for name in ("id", "number", "title", "stage", "review_on", "reason", "subject")},
            "since": row["since"],
            "region_code": row["region_code"],
            "region": refs.region(directory, row["region_code"]),
            "lead_agency": refs.agency(directory, row["lead_agency_id"]),
            "kwh": _kwh(row["kwh"], views[row["id"]]),
            "holder": mask("holder", holders[row["id"]]) if row["id"] in holders else None,
        }
        for row in rows
    ]


def _kwh(value: Decimal | None, view: Viewpoint) -> str | None:
    form = view.form(Detail.KWH)
    if value is None or form is Form.HIDDEN:
        return None
    return f"{value.normalize():f}" if form is Form.CLEAR else figure(str(value))


_TYPED = """SELECT substr(e.stream, 6)::uuid AS case_id, coalesce(s.data->>'holder', s.data->>'subscriber') AS name
    FROM audit_event e JOIN audit_sealed s ON s.event_id = e.id
    WHERE e.stream = ANY(%s) AND s.data ?| ARRAY['holder', 'subscriber'] ORDER BY e.id"""


def _holders(cases: list[UUID]) -> dict[UUID, str]:
    """Whom the supply belongs to, for masking: what was reported last, else what a list said. Two statements."""
    found = {
        record.case_id: record.value
        for record in PersonalRecord.objects.filter(case_id__in=cases, field=PersonalRecord.Field.HOLDER).order_by("pk")
    }
    for row in fetch(_TYPED, [[f"case/{case}" for case in cases]]):
        if row["name"]:
            found[row["case_id"]] = row["name"]
    return found
