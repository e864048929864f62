"""What was typed into the sealed fields of an act is found by terms: written beside the event, in its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson
from django.db import connection

from cases.models.listing.terms import terms_of, terms_shown
from cases.selectors.masking import mask
from cases.selectors.precision.personal import TYPED

if TYPE_CHECKING:
    from cases.workflow.recording.writing import Writing

# Kinds of terms by the kind of value, as it is masked.
KINDS = {"holder": "name", "address": "address", "broadband": "line", "meter": "number"}


def remember(writings: Sequence[Writing], event_ids: Sequence[int]) -> None:
    """The terms of every event that holds such a value."""
    for writing, event_id in zip(writings, event_ids, strict=True):
        sealed = writing.side.get("sealed")
        rows = terms_in(orjson.loads(sealed["data"])) if sealed else []
        if rows:
            with connection.cursor() as cursor:
                cursor.execute("SELECT search_note(%s, %s::jsonb)", [event_id, orjson.dumps(rows).decode()])


def terms_in(data: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a kind of value that was typed."""
    found: dict[str, dict[str, set[int]]] = {}
    for key, (_item, kind, _detail) in TYPED.items():
        if kind in KINDS and (text := str(data.get(key) or "").strip()):
            into = found.setdefault(KINDS[kind], {"terms": set(), "shown": set()})
            into["terms"].update(terms_of(KINDS[kind], text))
            into["shown"].update(terms_shown(KINDS[kind], mask(kind, text)))
    return [{"kind": kind, **{name: sorted(terms) for name, terms in of.items()}} for kind, of in found.items()]
