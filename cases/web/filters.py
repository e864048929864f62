"""Filters of a list: what is offered, what was chosen, the chips that remove one, the two ends of the pager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from agencies.actors import Actor
from agencies.directory import Directory
from cases.selectors.paging import Page
from cases.web.show.words import pair


@dataclass(frozen=True, slots=True)
class Select:
    """One drop-down: its parameter, label, the words for "any", and the choices."""

    name: str
    label: str
    all: str
    choices: Sequence[tuple[str, Any]]


def given(params: QueryDict, offered: Sequence[Select]) -> dict[str, str]:
    """The chosen values; a value that is not offered counts as none, and `unread` says so."""
    chosen = {select.name: params.get(select.name, "") for select in offered}
    known = {select.name: {code for code, _ in select.choices} for select in offered}
    return {name: value for name, value in chosen.items() if value in known[name]}


def unread(
    params: QueryDict, offered: Sequence[Select], chosen: Mapping[str, str], *more: tuple[str, str, str]
) -> list[dict[str, str]]:
    """What was asked for and not applied, each with the address that leaves it out.

    `more`: other parameters as (name, label, what was applied). Of several values of one parameter only one is applied.
    """
    asked = [*((select.name, select.label, chosen.get(select.name, "")) for select in offered), *more]
    return [
        {"said": pair(label, value), "href": without(params, name)}
        for name, label, applied in asked
        for value in map(str.strip, params.getlist(name))
        if value not in ("", applied)
    ]


def selects(offered: Sequence[Select], chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """The drop-downs as the template draws them."""
    return [
        {
            "name": select.name,
            "label": select.label,
            "all": select.all,
            "options": [
                {"value": code, "label": label, "selected": chosen.get(select.name) == code}
                for code, label in select.choices
            ],
        }
        for select in offered
    ]


def chips(
    params: QueryDict, offered: Sequence[Select], chosen: Mapping[str, str], typed: str = ""
) -> list[dict[str, str]]:
    """One chip a condition; its address is this list without it."""
    found = [
        {
            "label": pair(select.label, dict(select.choices)[chosen[select.name]]),
            "href": without(params, select.name),
        }
        for select in offered
        if select.name in chosen
    ]
    if typed:
        found.insert(0, {"label": typed, "href": without(params, "q")})
    return found


def without(params: QueryDict, name: str) -> str:
    """This address without one parameter, from the first page."""
    kept = [(k, v) for k, v in params.items() if k not in (name, "after", "before") and v]
    return "?" + urlencode(kept)


def with_value(params: QueryDict, name: str, value: str) -> str:
    """This address with another value of one parameter, from the first page."""
    kept = without(params, name)
    return f"{kept}{'&' if len(kept) > 1 else ''}{urlencode({name: value})}"


def cursor(params: QueryDict) -> str | None:
    """The position in the list, whichever way the pager went."""
    return params.get("after") or params.get("before") or None


def paged(found: Page, rows: Sequence[Any]) -> dict[str, Any]:
    """A page for the templates."""
    return {"rows": rows, "after": found.next, "before": found.previous, "total": found.total_text}


def districts(actor: Actor, directory: Directory) -> list[tuple[str, str]]:
    """The cities and counties inside the regions of this person's agencies."""
    own = tuple({post.region_code for post in actor.posts})
    return [
        (region.code, region.name)
        for region in sorted(directory.regions.values(), key=lambda r: r.code)
        if region.code.startswith(own) and region.code not in own and region.name not in ("市辖区", "县")
    ]
