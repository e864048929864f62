"""What the lists of cases and of tasks find for an address: read here once, for acts on many and for files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.http import QueryDict

from agencies.actors import Actor
from cases.selectors.cases import CaseFilter, Place, count_cases, list_cases, matching
from cases.selectors.choice import Pick, cases_of_numbers, only_ids, picks_of_tasks
from cases.selectors.paging import Row
from cases.selectors.tasks import list_tasks
from cases.web import filters
from cases.web.show.listing.asked import asked, label_of
from cases.web.views import tasks as task_list
from cases.workflow.many.steps import Chosen

# Rows of one page of a result that is read to its end.
AT_ONCE: Final = 500
# Ticked rows of a form: more than a page of a list holds.
MOST_TICKED: Final = 500
Pages = Iterable[Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as an address asks for it: what narrows it, in codes and in words."""

    wanted: Any
    source: str
    conditions: dict[str, str] = field(default_factory=dict)
    words: Sequence[str] = ()
    typed: str = ""
    # Only the rows that were ticked, whatever the conditions.
    ticked: bool = False


def cases_asked(actor: Actor, params: QueryDict, now: datetime) -> Asked:
    found = asked(actor, params, now)
    # These stand in runs and in events, for good: what was typed is in neither, open or sealed.
    codes = {name: value for name, value in found.applied.items() if name not in ("q", "w")} | {"view": found.view}
    words = [label_of(found.view), *(chip["label"] for chip in found.chips)]
    return Asked(found.wanted, "cases", codes, words, found.typed)


def tasks_asked(actor: Actor, params: QueryDict, now: datetime, ticked: Sequence[str] | None = None) -> Asked:
    """`ticked`: only these of all that the person's agencies owe, whatever the conditions."""
    if ticked is not None:
        wanted = replace(task_list.wanted_of(actor, {}, now), ids=tuple(only_ids(ticked)))
        return Asked(wanted, "tasks", ticked=True)
    offered = task_list.offered(actor)
    given = filters.given(params, offered)
    words = [chip["label"] for chip in filters.chips(params, offered, given)]
    return Asked(task_list.wanted_of(actor, given, now), "tasks", given, words)


def count(actor: Actor, asked: Asked) -> tuple[int, bool]:
    """How many cases a result has, and that it is exact."""
    return count_cases(actor, [asked.wanted])[0], True


def count_tasks(actor: Actor, asked: Asked, now: datetime) -> tuple[int, bool]:
    """How many tasks a result has, and whether that is exact or a lower bound."""
    found = list_tasks(actor, asked.wanted, now=now, size=1)
    return found.total, found.exact


def every_case(actor: Actor, asked: Asked) -> Iterator[list[Row]]:
    """All cases of a result, page by page in the order of the list."""
    cursor = None
    while True:
        found = list_cases(actor, asked.wanted, cursor=cursor, size=AT_ONCE)
        yield found.rows
        cursor = found.next
        if cursor is None:
            return


def ticked_cases(actor: Actor, numbers: Sequence[str]) -> list[Row]:
    """The rows of these cases, as the list would show them, in the order in which they were ticked."""
    places = {number.upper(): place for place, number in enumerate(numbers)}
    found = list_cases(actor, CaseFilter(numbers=tuple(places)), size=max(1, len(places))).rows
    return sorted(found, key=lambda row: places[row["number"]])


def every_task(actor: Actor, asked: Asked, now: datetime) -> Iterator[list[Row]]:
    """All tasks of a result, likewise."""
    cursor = None
    while True:
        found = list_tasks(actor, asked.wanted, now=now, cursor=cursor, size=AT_ONCE)
        yield found.rows
        cursor = found.next
        if cursor is None:
            return


@dataclass(slots=True)
class Form:
    """What the bar of a list sends."""

    source: str
    everything: bool
    params: QueryDict
    ticked: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, post: QueryDict) -> Form:
        source = "tasks" if post.get("list") == "tasks" else "cases"
        ticked = list(dict.fromkeys(post.getlist("task" if source == "tasks" else "case")))[:MOST_TICKED]
        return cls(source, post.get("scope") == "all", QueryDict(post.get("query", "")), ticked)

    def key(self, typed: str, act: str) -> str:
        """Of the form with what was chosen in it: sent twice it is the same, changed after a step back it is not."""
        said = [typed, act, self.source, str(self.everything), self.params.urlencode(), *sorted(self.ticked)]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:40]


def chosen(actor: Actor, form: Form, key: str, *, most: int, now: datetime) -> Chosen:
    """The rows that were ticked, or those of the whole result; of the latter no more than one beyond `most`."""
    about: dict[str, Any] = {"key": key, "source": form.source, "everything": form.everything}
    if not form.everything:
        if form.source == "tasks":
            return Chosen(tasks=picks_of_tasks(actor, form.ticked), asked=len(form.ticked), **about)
        return Chosen(cases=cases_of_numbers(actor, form.ticked), asked=len(form.ticked), **about)
    found = tasks_asked(actor, form.params, now) if form.source == "tasks" else cases_asked(actor, form.params, now)
    about["conditions"] = {**found.conditions, **({"typed": True} if found.typed else {})}
    if form.source == "tasks":
        picks = [Pick(row["case"]["id"], row["id"]) for row in _first(every_task(actor, found, now), most)]
        return Chosen(tasks=picks, asked=len(picks), **about)
    cases = [place.id for place in _first(_places(actor, found), most)]
    return Chosen(cases=cases, asked=len(cases), **about)


def _places(actor: Actor, asked: Asked) -> Iterator[list[Place]]:
    after = None
    while True:
        found = matching(actor, asked.wanted, after=after, size=AT_ONCE)
        yield found
        if len(found) < AT_ONCE:
            return
        after = found[-1]


def _first(pages: Iterable[Sequence[Any]], most: int) -> list[Any]:
    found: list[Any] = []
    for rows in pages:
        found += rows
        if len(found) > most:
            break
    return found
