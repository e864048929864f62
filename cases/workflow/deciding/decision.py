"""From an asked act to the events that would do it, or to the refusal. Nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cases.policy import law
from cases.policy.dated import CHINA
from cases.selectors.reach.parts import reading
from cases.workflow.deciding.clearance import refuse_uncleared
from cases.workflow.deciding.inputs import clean
from cases.workflow.deciding.loading import Loaded, find_case, load_attachments, load_people
from cases.workflow.deciding.pictures import with_pictures
from cases.workflow.deciding.standing import Standing, is_visible, standing
from cases.workflow.errors import GuardRefused, InvalidInput, NotVisible, from_refusal
from cases.workflow.fields import Field, Transition
from cases.workflow.recording.writing import By, Writing, write_down
from cases.workflow.view import CaseView, Context, Refusal, TaskView, Text

# The input whose pictures are asked when and where they were taken.
PICTURES = "photos"


def decide(
    transition: Transition,
    main: Loaded,
    data: dict[str, Any],
    now: datetime,
    *,
    related: Loaded | None = None,
    sent_by: tuple[int, ...] = (),
) -> list[Writing]:
    """The events of an allowed act; raises the refusal of one that is not.

    `sent_by` are agencies whose list brought this: they read their own part of the case that goes on.
    """
    if main.view is None or main.actor is None:
        raise NotVisible
    stand = standing(transition, main.view, main.actor, main.directory)
    if isinstance(stand, Refusal):
        raise from_refusal(stand)
    if related is not None and (related.view is None or not is_visible(related.view, main.actor)):
        raise _no_such_other(transition)
    context = Context(now, main.actor, stand.post, main.directory, related=related.view if related else None)
    context = replace(context, rules=main.rules)
    cleaned, context = _clean(transition, main.view, data, context, stand)
    refuse(transition, main.view, cleaned, context)
    outcome = transition.effect(main.view, cleaned, context)
    completed = (context.task.id,) if context.task is not None and transition.completes else ()
    refuse_uncleared(main.view, outcome, context, completed)
    going_on = [(related.view, other) for _, other in outcome.also] if related else [(main.view, outcome)]
    for view, changed in going_on:
        changed.share += [(agency, "task") for agency in sent_by if view and agency not in view.participants]
    files = tuple((file_id, about["sha256"]) for file_id, about in sorted(context.attachments.items()))
    by = By(main.actor, context.post, now, main.directory, files, main.rules, cleaned)
    writings = [write_down(transition, main.view, outcome, by, head=main.head, completed=completed)]
    other = context.related
    for other_id, other_outcome in outcome.also:
        if related is None or other is None or other.id != other_id:
            raise RuntimeError(f"{transition.action} changes a case that was not locked")
        refuse_uncleared(other, other_outcome, context)
        writings.append(write_down(transition, other, other_outcome, by, head=related.head))
    return writings


def _clean(
    transition: Transition, view: CaseView, data: dict[str, Any], context: Context, stand: Standing
) -> tuple[dict[str, Any], Context]:
    """Typed input and the context with what the input names; a gate's refusal goes before a missing field."""
    try:
        cleaned = clean(transition.inputs, data)
        task = choose_task(stand, cleaned)
        context = replace(context, task=task, post=stand.post_for(task))
        return cleaned, _with_what_is_named(transition, view, cleaned, context)
    except InvalidInput:
        wanted = tuple(task for task in stand.tasks if task.id == data.get("task"))
        _, refusal = foreseen(transition, view, replace(stand, tasks=wanted or stand.tasks), context)
        if refusal is not None:
            raise from_refusal(refusal) from None
        raise


def _with_what_is_named(transition: Transition, view: CaseView, cleaned: dict[str, Any], context: Context) -> Context:
    """The files and people that the input names, read from the database."""
    files = named(transition.inputs, cleaned, "attachment", "attachments")
    people = named(transition.inputs, cleaned, "user")
    if files:
        found = _readable(view, context, load_attachments(view.id, files))
        pictures = named([f for f in transition.inputs if f.name == PICTURES], cleaned, "attachments")
        found = with_pictures(view.id, found, pictures) if pictures else found
        context = replace(context, attachments=found)
        _all_there(transition.inputs, cleaned, found)
    return replace(context, people=load_people(people)) if people else context


def _readable(view: CaseView, context: Context, found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Without the files that this person may not read: naming one must not tell that it is there."""
    own = set(context.actor.agency_ids)
    if all(about["agency"] in own for about in found.values()):
        return found
    read = reading(context.actor, view.id)
    if read is None or read.whole:
        return found if read else {}
    return {i: about for i, about in found.items() if i in read.files or about["agency"] in read.agencies}


def foreseen(
    transition: Transition, view: CaseView, stand: Standing, context: Context
) -> tuple[tuple[TaskView, ...], Refusal | None]:
    """What the gates say before anything is filled in: the tasks on which it is possible, or why it is on none."""
    asked = [
        (task, gate(transition, view, None, replace(context, task=task, post=stand.post_for(task))))
        for task in stand.tasks or (None,)
    ]
    if all(refusal is not None for _, refusal in asked):
        return stand.tasks, asked[0][1]
    return tuple(task for task, refusal in asked if task is not None and refusal is None), None


def gate(transition: Transition, view: CaseView, data: dict[str, Any] | None, context: Context) -> Refusal | None:
    """The first gate that says no. One that names no article of its own rests on those of the act."""
    refusal = next((r for guard in transition.guards if (r := guard(view, data, context)) is not None), None)
    if refusal is None or refusal.article:
        return refusal
    day = context.now.astimezone(CHINA).date()
    cited = (law.cite(key, day, view.region_code) for key in transition.basis)
    return replace(refusal, article="；".join(filter(None, cited)))


def refuse(transition: Transition, view: CaseView, data: dict[str, Any], context: Context) -> None:
    refusal = gate(transition, view, data, context)
    if refusal is not None:
        raise from_refusal(refusal)


def choose_task(stand: Standing, data: dict[str, Any]) -> TaskView | None:
    """The task the act works on: the one named, or the only one there is."""
    if not stand.tasks:
        return None
    wanted = data.get("task")
    if wanted:
        for task in stand.tasks:
            if task.id == str(wanted):
                return task
        raise GuardRefused(
            Text("所指的待办事项已办结，或不属你所在单位。", "The task named is no longer open, or not yours."),
            code="no_such_task",
        )
    if len(stand.tasks) == 1:
        return stand.tasks[0]
    raise InvalidInput(fields={"task": Text("有多项待办，请指明是哪一项。", "Several tasks are open; say which one.")})


def named(fields: Sequence[Field], data: dict[str, Any], *kinds: str) -> list[str]:
    """Every id or username that the data give in fields of these kinds, lists of rows included."""
    values: list[str] = []
    for item in fields:
        value = data.get(item.name)
        if not value:
            continue
        if item.kind in kinds:
            values.extend(str(v) for v in (value if isinstance(value, list | tuple) else [value]))
        elif item.kind == "list":
            for row in value:
                values.extend(named(item.fields, row, *kinds))
    return values


def _all_there(fields: Sequence[Field], data: dict[str, Any], found: dict[str, Any]) -> None:
    missing = {
        item.name: Text("没有找到这份材料，请先上传到本案。", "No such file on this case; upload it first.")
        for item in fields
        if any(value not in found for value in named([item], data, "attachment", "attachments"))
    }
    if missing:
        raise InvalidInput(fields=missing)


# The id of no case. A number that does not exist is carried on as this one, so that it is refused at the same place
# and in the same words as the number of a case that this person may not know of.
NOWHERE = "00000000-0000-0000-0000-000000000000"


def related_case(transition: Transition, data: dict[str, Any]) -> str | None:
    """The id of the other case that the data name, where the act has such a field."""
    for item in transition.inputs:
        if item.kind == "case" and data.get(item.name):
            return find_case(str(data[item.name])) or NOWHERE
    return None


def _no_such_other(transition: Transition) -> InvalidInput:
    text = Text(
        "没有这个编号的案件，或你所在机构不参与办理。请核对编号。",
        "There is no case with this number, or your agency takes no part in it.",
    )
    return InvalidInput(fields={item.name: text for item in transition.inputs if item.kind == "case"})
