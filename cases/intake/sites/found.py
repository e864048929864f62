"""The terms by which values of a list are found: of what went into the vault, and of the network address of a row."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from cases.intake.acts import FAMILY, Import
from cases.intake.copying import copy_rows
from cases.models.intake import ListBatch
from cases.models.listing.terms import VAULT_KINDS, terms_of, terms_shown
from cases.models.sealing import key_ring
from cases.selectors.masking import mask

_RECORDS = """SELECT x.n, r.id::text
    FROM unnest(%s::uuid[], %s::text[], %s::bytea[]) WITH ORDINALITY AS x(case_id, field, blind, n)
    JOIN cases_personalrecord r ON r.case_id = x.case_id AND r.field = x.field AND r.blind = x.blind"""
_KEY = ("kind", "case_id", "owner_id", "record_id", "row_id", "terms", "shown")


def write_keys(values: Sequence[tuple[str, str, str]], imported: Import) -> None:
    """Of (case, field, value) that are in the vault by now. Who reported something is found by nobody."""
    told = [each for each in values if each[1] in VAULT_KINDS]
    if not told:
        return
    owner, ring = _owner(imported), key_ring()
    blinds = [ring.blind(f"person/{field}", value) for _, field, value in told]
    with connection.cursor() as cursor:
        cursor.execute(_RECORDS, [[case for case, *_ in told], [field for _, field, _ in told], blinds])
        records = {n - 1: record_id for n, record_id in cursor.fetchall()}
    rows = []
    for n, (case_id, field, value) in enumerate(told):
        kind = VAULT_KINDS[field]
        shown = terms_shown(kind, mask(field, value))
        rows.append((kind, case_id, owner, records[n], None, terms_of(kind, value), shown))
    copy_rows("cases_searchkey", _KEY, rows, once="(record_id, owner_id) WHERE record_id IS NOT NULL")


def write_networks(rows: Sequence[tuple[int, str]], imported: Import) -> None:
    """Of (row, network address): it leads to the case for which the row's signal counts."""
    if not rows or imported.kind not in FAMILY:
        return
    owner = _owner(imported)
    keys = (
        ("ip", None, owner, None, row, terms_of("ip", ip), terms_shown("ip", mask("network", ip))) for row, ip in rows
    )
    copy_rows("cases_searchkey", _KEY, keys, once="(row_id, kind) WHERE row_id IS NOT NULL")


def _owner(imported: Import) -> int:
    return ListBatch.objects.values_list("agency_id", flat=True).get(pk=imported.batch_id)
