"""Which case an account of the readings belongs to: by the letters of the lists that were addressed to the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from cases.policy.billing.readings import plain_account
from cases.policy.tariff.prices import LOWEST_VOLTAGE
from cases.selectors.paging import fetch

# The letter of the present list names the account, in the sealed part of the act that issued it.
_LISTED = """SELECT c.id::text AS case_id, c.number, s.data->>'account' AS account, t.id::text AS task,
        c.region_code, c.facts->'surcharge'->>'voltage' AS voltage,
        coalesce(c.facts->'surcharge'->>'reclass_to', c.facts->'surcharge'->>'price_class', '') AS price_class,
        (SELECT jsonb_agg(jsonb_build_array(b->>'no', b->>'cycle_from', b->>'cycle_to'))::text
         FROM jsonb_array_elements(coalesce(c.facts->'surcharge'->'bills', '[]')) b
         WHERE b->>'state' <> 'refused'
           AND coalesce((b->>'list_no')::int, 1) = coalesce((c.facts->'surcharge'->>'list_no')::int, 1)) AS bills
    FROM cases_caseagency ca JOIN cases_case c ON c.id = ca.case_id AND c.facts->'surcharge' ? 'list_seq'
    JOIN audit_event e ON e.stream = 'case/' || c.id AND e.seq = (c.facts->'surcharge'->>'list_seq')::int
    JOIN audit_sealed s ON s.event_id = e.id
    LEFT JOIN cases_task t ON t.case_id = c.id AND t.kind = 'issue_bill' AND t.state = 'open' AND t.agency_id = %s
    WHERE ca.agency_id = %s"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A case whose present list names the account; `task` where a bill is due; `bills`: (number, from, to)."""

    case_id: str
    number: str
    task: str | None
    price_class: str
    region: str
    voltage: str
    bills: Sequence[Sequence[str]] = field(default_factory=list)


def listed_accounts(agency_id: int) -> dict[str, list[Listed]]:
    """All cases with a list that was addressed to this company, by account."""
    found: dict[str, list[Listed]] = {}
    for row in fetch(_LISTED, [agency_id, agency_id]):
        listed = Listed(row["case_id"], row["number"], row["task"], row["price_class"], *_where(row), _bills(row))
        found.setdefault(plain_account(row["account"] or ""), []).append(listed)
    found.pop("", None)
    return found


def _where(row: dict[str, Any]) -> tuple[str, str]:
    return row["region_code"], row["voltage"] or LOWEST_VOLTAGE


def _bills(row: dict[str, Any]) -> list[list[str]]:
    return orjson.loads(row["bills"]) if row["bills"] else []
