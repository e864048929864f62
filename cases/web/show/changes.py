"""What an event changed, in the words of the forms: labels for names, choices for codes, names for ids.

A name that no form and no table knows stands for itself; the body as it was hashed stands below in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import held_directory
from agencies.selectors import display_names
from agencies.vocabulary import LABELS
from cases.intake.lists.judging.files import FILE
from cases.intake.tips import opening
from cases.policy import deadlines
from cases.policy.lists import due
from cases.templatetags.lianzhi import region_name, when
from cases.web.show import imports, words
from cases.web.show.records import telling
from cases.web.show.records.differing import NAME, apart, hidden
from cases.web.show.records.members import MEMBERS, VALUES
from cases.web.show.words import say
from cases.workflow.fields import Field
from cases.workflow.reference.facts import FACTS
from cases.workflow.task_kinds import KINDS
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

# Who, where and when of the event itself: its own lines say so.
OWN: Final = frozenset({"agency", "user", "at", "seq"})
# Of a row its task, too: the kind beside it says which.
WITHIN: Final = OWN | {"task"}
PERSONS: Final = re.compile(r"user|assignee|\w+_by|on_behalf")
AGENCIES: Final = frozenset({"agency", "lead_agency_id", "partner", "by_agency", "to_agency", "from_agency", "parent"})
REGIONS: Final = frozenset({"region", "region_code", "from_region", "to_region"})
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BEFORE: Final = "before"
LONGEST: Final = 400
Path = tuple[str, ...]
DEPTH: Final = 2


class Words(NamedTuple):
    """What the words depend on: the fields of the event's own act, and the names of the people in the body."""

    fields: Mapping[str, Field]
    people: Mapping[int, str]
    event: telling.Said = telling.NOTHING


def changes(
    actor: Actor, body: Mapping[str, Any], before: Mapping[str, Any], people: Mapping[int, str] | None = None
) -> list[dict[str, Any]]:
    """The members of the body that change something, one line each, beside what stood there before.

    What is withheld has a line where its commitments differ (`before_shown` gives both sides those of one event).
    `people`: the names of those whom `people_in` finds, where several bodies are told at once.
    """
    transition = TRANSITIONS.get(body.get("action", ""))
    own = {field.name: field for field in transition.inputs} if transition else {}
    former = _former(body.get("data") or {})
    parts = [(path, value) for path, value in _parts(body) if path[0] not in former]
    old = {**dict(_flat(before, (), DEPTH)), **dict(_flat({_of(name): former[name] for name in former}, (), DEPTH))}
    if people is None:
        people = display_names(actor, people_in(body, before))
    said = Words(own, people, telling.words_of(body.get("action", "")))
    return [
        {
            "member": path[-1],
            "name": " · ".join([_name(step, path[:n], said) for n, step in enumerate(path)][-2:]),
            "hidden": hidden(value),
            **_both(path, value, old, said),
        }
        for path, value in parts
        if old.get(path) != value and not (len(path) > 1 and path[-1] in OWN)
    ]


def _both(path: Path, value: Any, old: Mapping[Path, Any], said: Words) -> dict[str, str]:
    """The value and the one before, of lists of rows what differs."""
    if path not in old:
        return {"value": _value(path[-1], value, said), "old": ""}
    if hidden(value):
        return {"value": _said(path[-1], value, said), "old": gettext("按权限不显示")}
    new, former = apart(value, old[path])
    return {
        "value": _value(path[-1], new, said),
        "old": "" if former is None and old[path] else _value(path[-1], former, said),
    }


def _former(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an event beside the cases says itself of how it was before, by the member that says so."""
    return {name: value for name, value in data.items() if name.endswith(BEFORE) and _of(name) in data}


def _of(name: str) -> str:
    """The member that a former one belongs to: `last_day` of `last_day_before`, `value` of `before`."""
    return name.removesuffix(BEFORE).removesuffix("_") or "value"


def moved_deadline(kind: str | None, old: str, new: str) -> dict[str, Any]:
    """The line of a deadline that an act moved, with the one before."""
    task = say(KINDS[kind].label) if kind in KINDS else gettext("事项")
    return {
        "name": gettext("%(task)s · 期限") % {"task": task},
        "value": _instant(new),
        "old": _instant(old) if old else "",
    }


def _instant(text: str) -> str:
    return when(text) if INSTANT.fullmatch(text) else text


def people_in(body: Mapping[str, Any], before: Mapping[str, Any]) -> set[int]:
    """The people whom a body names, or what stood there before."""
    values = [value for path, value in (*_parts(body), *_flat(before, (), DEPTH)) if PERSONS.fullmatch(path[-1])]
    return {value for value in values if isinstance(value, int)}


def unchanged(body: Mapping[str, Any], before: Mapping[str, Any]) -> int:
    """How many members there were before that the body left as they are, also those that it names again."""
    new, old = dict(_parts(body)), dict(_flat(before, (), DEPTH))
    return sum(1 for path, value in old.items() if new.get(path, value) == value and path[-1] not in OWN)


def _parts(body: Mapping[str, Any]) -> list[tuple[Path, Any]]:
    return [part for member in ("case", "set", "data") for part in _flat(body.get(member) or {}, (), DEPTH)]


def _flat(values: Mapping[str, Any], path: Path, depth: int) -> Iterator[tuple[Path, Any]]:
    """The members of a body by their path, so that each figure gets a line of its own."""
    for key, value in values.items():
        if isinstance(value, dict) and value and depth and not hidden(value):
            yield from _flat(value, (*path, key), depth - 1)
        else:
            yield (*path, key), value


def _name(step: str, above: Path, said: Words) -> str:
    named = said.event.names.get(".".join((*above[-1:], step))) or said.event.names.get(step)
    if named or (not above and step in FACTS):
        return say(named or FACTS[step].meaning)
    if step in KINDS:
        return say(KINDS[step].label)
    if above[:1] in (("signals",), ("signal_sources",)) and step in words.SIGNALS:
        return say(words.SIGNALS[step].text)
    if above[:1] == ("counts",):
        return _counted(step)
    if own := _own_field(step, said):
        return say(own.label)
    field = _ANY.get(step) or _ANY.get(f"{step}_code")
    return say(MEMBERS.get(step) or (field.label if field else _price_case(step)))


def _price_case(step: str) -> str:
    """`tiered+0.30`, a case of the bill simulation; a name that nobody knows stands for itself."""
    kind, plus, rate = step.partition("+")
    return say(_CHOICES.get(kind, kind)) + plus + rate


def _counted(step: str) -> str:
    word, _, why = step.partition(":")
    label, _tone = imports.FATES.get(word, (imports.EFFECTS.get(word, MEMBERS.get(word, word)), ""))
    return f"{say(label)} {why}".strip()


def _own_field(name: str, said: Words) -> Field | None:
    """The field of the event's own form that asks for this member."""
    return said.fields.get(name) or said.fields.get(f"{name}_code")


_ANY: Final[dict[str, Field]] = {}
_CHOICES: Final[dict[str, Text]] = {}
for _transition in TRANSITIONS.values():
    for _input in (*_transition.inputs, *(inner for outer in _transition.inputs for inner in outer.fields)):
        _ANY.setdefault(_input.name, _input)
        for _code, _label in _input.choices:
            _CHOICES.setdefault(_code, _label)
for _code, _label in opening.REASONS.items():
    _CHOICES.setdefault(_code, _label)
_ROLES: Final = {role.value: label for role, label in LABELS.items()}


def _value(name: str, value: Any, said: Words) -> str:
    text = _said(name, value, said)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _said(name: str, value: Any, said: Words) -> str:
    if value in (None, "", [], {}):
        return "--"
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, list):
        return words.listed(_as_far_as_shown(_said(name, item, said) for item in value))
    if hidden(value):
        return gettext("按权限不显示（承诺值 %(hash)s）") % {"hash": value["hmac"][:12]}
    if isinstance(value, dict):
        # What lies deeper (the lines of a bill, who signed what) is read in the body.
        # In one order, its number first: what stood before comes from the database in an order of its own.
        order = sorted(value.keys() - WITHIN, key=lambda key: (key != NAME, key))
        plain = {key: value[key] for key in order if not isinstance(value[key], dict | list)}
        return words.clauses(f"{_name(key, (name,), said)} {_said(key, item, said)}" for key, item in plain.items())
    if isinstance(value, int):
        return _number(name, value, said)
    return _text(name, str(value), said)


def _as_far_as_shown(parts: Iterable[str]) -> Iterator[str]:
    """Of what is cut off nobody reads the rest: hundreds of rows are not put into words for it."""
    length = 0
    for part in parts:
        yield part
        length += len(part)
        if length > LONGEST:
            return


def _rule(stored: str) -> str:
    """By which rule a day was found, of a task or of a list; empty for what is neither."""
    for describe in (deadlines.describe, due.describe):
        with suppress(LookupError, ValueError):
            return say(Text(*describe(stored)))
    return ""


def _number(name: str, value: int, said: Words) -> str:
    if name in AGENCIES and value in held_directory().by_id:
        return held_directory().by_id[value].short_name
    if PERSONS.fullmatch(name):
        return said.people.get(value, str(value))
    return str(value)


def _text(name: str, value: str, said: Words) -> str:
    if INSTANT.fullmatch(value):
        return when(value)
    if UUID.fullmatch(value):
        return value[:8] + "…"
    if name == "due_rule" and (rule := _rule(value)):
        return rule
    if name in REGIONS:
        return region_name(value)
    field = _own_field(name, said) or _ANY.get(name) or _ANY.get(f"{name}_code")
    told = said.event.values.get(f"{name}:{value}") or said.event.values.get(value)
    known = told or (next((label for code, label in field.choices if code == value), None) if field else None)
    stage = words.STAGES[value].text if value in words.STAGES else None
    task = KINDS[value].label if value in KINDS else None
    if name == "problem" and value in FILE:
        # The first words of the sentence: the rest holds figures that the event does not.
        return re.split(r"[；;，,:：.]", say(FILE[value]))[0].format(kind="", wanted="")
    return say(known or stage or task or VALUES.get(value) or _ROLES.get(value) or _CHOICES.get(value) or value)
