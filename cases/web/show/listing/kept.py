"""Saved views among the tabs of the list, and what of an address a view keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import QueryDict

from cases.models.listing.saved import SavedView
from cases.web.show.listing.asked import KEPT, Asked


def storable(found: Asked) -> dict[str, str]:
    """The conditions of a result as a view keeps them: codes. What was typed may name a person and is left out."""
    return {"view": found.view, **{k: v for k, v in found.applied.items() if k in KEPT and k not in ("q", "w", "view")}}


def expanded(params: QueryDict, saved: Sequence[SavedView], opens_with: str) -> tuple[QueryDict, str]:
    """An address with the conditions of the saved view it names, and the id of that view; else as it is, and ''.

    An address without anything opens the view that was chosen for it.
    """
    asked = params.get("view", "")
    if not asked and not any(params.get(name) for name in KEPT):
        asked = opens_with
    found = next((view for view in saved if str(view.id) == _id(asked)), None)
    if found is None:
        if asked and not params.get("view"):
            params = params.copy()
            params["view"] = asked
        return params, ""
    merged = params.copy()
    merged["view"] = ""
    kept: Mapping[str, str] = found.params
    for name, value in kept.items():
        if name == "view" or not merged.get(name):
            merged[name] = value
    return merged, str(found.id)


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
