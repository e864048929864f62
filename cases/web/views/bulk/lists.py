"""What the lists of cases and of tasks find for an address: read here once, for acts on many and for files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.http import QueryDict

from agencies.actors import Actor
from cases.selectors.cases import list_cases
from cases.selectors.choice import Pick, cases_of_numbers, picks_of_tasks
from cases.selectors.paging import Row
from cases.selectors.tasks import list_tasks
from cases.web import filters
from cases.web.show.listing import asked as case_list
from cases.web.views import tasks as task_list
from cases.workflow.many.steps import Chosen

# Rows of one page of a result that is read to its end.
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as an address asks for it: what narrows it, in codes and in words."""

    wanted: Any
    conditions: dict[str, str]
    words: Sequence[str] = ()
    typed: str = ""


def cases_asked(actor: Actor, params: QueryDict, now: datetime) -> Asked:
    found = case_list.asked(actor, params, now)
    conditions = {"view": found.view, **{name: text for name, text in found.applied.items() if name != "q"}}
    said = [case_list.label_of(found.view), *(chip["label"] for chip in found.chips)]
    return Asked(found.wanted, conditions, said, found.typed)


def tasks_asked(actor: Actor, params: QueryDict, now: datetime) -> Asked:
    offered = task_list.offered(actor)
    given = filters.given(params, offered)
    words = [chip["label"] for chip in filters.chips(params, offered, given)]
    return Asked(task_list.wanted_of(actor, given, now), given, words)


def every_case(actor: Actor, asked: Asked) -> Iterator[list[Row]]:
    """All cases of a result, page by page in the order of the list."""
    cursor = None
    while True:
        found = list_cases(actor, asked.wanted, cursor=cursor, size=AT_ONCE)
        yield found.rows
        cursor = found.next
        if cursor is None:
            return


def every_task(actor: Actor, asked: Asked, now: datetime) -> Iterator[list[Row]]:
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
        ticked = list(dict.fromkeys(post.getlist("task" if source == "tasks" else "case")))
        return cls(source, post.get("scope") == "all", QueryDict(post.get("query", "")), ticked)

    def key(self, typed: str, act: str) -> str:
        """Of the form with what was chosen in it: sent twice it is the same, changed after a step back it is not."""
        said = [typed, act, self.source, str(self.everything), self.params.urlencode(), *sorted(self.ticked)]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:40]


def chosen(actor: Actor, form: Form, key: str, *, most: int, now: datetime) -> Chosen:
    """The rows that were ticked, or those of the whole result; of the latter no more than one beyond `most`."""
    asked = tasks_asked(actor, form.params, now) if form.source == "tasks" else cases_asked(actor, form.params, now)
    about: dict[str, Any] = {"key": key, "source": form.source, "everything": form.everything}
    if form.everything:
        about["conditions"] = {**asked.conditions, **({"typed": True} if asked.typed else {})}
    if form.source == "tasks":
        if form.everything:
            found = [Pick(r["case"]["id"], r["id"]) for r in _first(every_task(actor, asked, now), most)]
        else:
            found = picks_of_tasks(actor, form.ticked)
        return Chosen(tasks=found, asked=len(found) if form.everything else len(form.ticked), **about)
    if form.everything:
        cases = [row["id"] for row in _first(every_case(actor, asked), most)]
    else:
        cases = cases_of_numbers(actor, form.ticked)
    return Chosen(cases=cases, asked=len(cases) if form.everything else len(form.ticked), **about)


def _first(pages: Iterator[list[Row]], most: int) -> list[Row]:
    found: list[Row] = []
    for rows in pages:
        found += rows
        if len(found) > most:
            break
    return found
