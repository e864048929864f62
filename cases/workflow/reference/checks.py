"""System checks: the workflow table is complete and its columns agree with one another.

Whether the table is *right* is held against the permission matrix by the tests; whether it is *whole* is seen here, at
every start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.core.checks import CheckMessage, Error, register

from agencies.vocabulary import Duty, Kind, Role
from cases.policy import deadlines, law
from cases.workflow.actions import RECORDS, Action
from cases.workflow.deciding.inputs import MANY
from cases.workflow.fields import Field, Transition
from cases.workflow.reference.facts import FACTS
from cases.workflow.task_kinds import FINDING_KINDS, KINDS, NAMED, STAGES
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

AGENCIES: Final = {*Kind, *Duty, "=task", "any_participant"}
ROLES: Final = {*Role, "=task", "any_but_supervisor_and_admin"}
OPENS: Final = {*KINDS, "=task", "=finding", "=last_finding", "=disposal", "=ruling"}
COMPLETES: Final = {*KINDS, "=task", "=finding"}
# What the signs in the column `opens` may stand for; kinds named nowhere else must be among these.
SIGNS_OPEN: Final = {
    "=task": (),
    "=finding": FINDING_KINDS,
    "=last_finding": ("determine",),
    "=disposal": (
        "sign_suspension_order",
        "plan_surcharge",
        "review_monitoring",
        "follow_up",
        "advise_owner",
        "determine",
        "close",
        "end_surcharge",
        "restore_supply",
    ),
    "=ruling": ("triage", "restore_supply", "determine", "issue_bill", "close", "follow_up", *FINDING_KINDS),
}
UNWANTED: Final = ("请勿", "您", "！")


@register("workflow")
def check_workflow_table(**_: Any) -> Sequence[CheckMessage]:
    """Every row, every kind of task and every sentence of the table."""
    problems = [
        *(f"{action}: 没有对应的行 has no row in the table" for action in Action if action.value not in TRANSITIONS),
        *(problem for row in TRANSITIONS.values() for problem in row_problems(row)),
        *(problem for kind in KINDS for problem in kind_problems(kind)),
        *(
            f"facts.{key}: 未知的事项 unknown act"
            for key, fact in FACTS.items()
            if set(fact.written_by) - {*Action, *RECORDS}
        ),
    ]
    return [Error(problem, id=f"workflow.E{n:03d}") for n, problem in enumerate(problems, start=1)]


def row_problems(row: Transition) -> Iterator[str]:
    """What is unknown, empty or contradictory in one row."""
    columns = (
        ("agency", row.agency, AGENCIES),
        ("role", row.role, ROLES),
        ("from_stages", row.from_stages, {*STAGES, "any", "-"}),
        ("to_stages", row.to_stages, {*STAGES, "="}),
        ("completes", row.completes, COMPLETES),
        ("opens", row.opens, OPENS),
        ("must_differ_from", row.must_differ_from, set(Action) - {row.action}),
    )
    for name, values, known in columns:
        for value in values:
            if value not in known:
                yield f"{row.action}.{name}: 未知的值 unknown value {value!r}"
    for name in ("agency", "role", "from_stages", "to_stages", "basis"):
        if not getattr(row, name):
            yield f"{row.action}.{name}: 不能为空 must not be empty"
    recorded = {basis.key for basis in law.all_bases()}
    yield from (
        f"{row.action}.basis: 没有登记的依据 {key!r} is not on record" for key in row.basis if key not in recorded
    )
    yield from _wording(f"{row.action}.label", row.label)
    names = [field.name for field in row.inputs]
    if len(names) != len(set(names)):
        yield f"{row.action}.inputs: 名称重复 two inputs share a name"
    for field in row.inputs:
        yield from field_problems(f"{row.action}.{field.name}", field)


def field_problems(path: str, field: Field) -> Iterator[str]:
    yield from _wording(path, field.label)
    if field.help:
        yield from _wording(f"{path}.help", field.help)
    if field.kind in ("choice", "multichoice") and not field.choices:
        yield f"{path}: 没有选项 a choice without choices"
    if field.kind == "longtext" and not field.sealed:
        yield f"{path}: 自由文本须封存 free text must be sealed"
    if field.kind == "list" and (not field.fields or field.kind not in MANY):
        yield f"{path}: 没有列 a list without columns"
    for inner in field.fields:
        yield from field_problems(f"{path}.{inner.name}", inner)


def kind_problems(code: str) -> Iterator[str]:
    """A kind of task that nobody opens, nobody ends, or that its addressee cannot do."""
    kind, rows = KINDS[code], list(TRANSITIONS.values())
    openers = [r for r in rows if any(code == o or code in SIGNS_OPEN.get(o, ()) for o in r.opens)]
    enders = [r for r in rows if code in r.completes or (code in FINDING_KINDS and "=finding" in r.completes)]
    own = [r for r in enders if not r.over]
    yield from _wording(f"task {code}", kind.label)
    if not openers:
        yield f"task {code}: 没有事项开启它 no act opens it"
    if not own:
        yield f"task {code}: 没有事项完成它 no act completes it"
    if code not in deadlines.kinds():
        yield f"task {code}: 没有期限 no deadline is recorded"
    done_by = {role for r in own for role in r.role}
    if "=task" not in done_by and set(kind.roles) != done_by:
        yield f"task {code}: 角色与办理事项不一致 roles {set(kind.roles)} differ from the acts' {done_by}"
    for row in own:
        if kind.addressee not in (*row.agency, NAMED) and "=task" not in row.agency:
            yield f"task {code}: 承办单位不能办理 {kind.addressee} cannot do {row.action}"


def _wording(path: str, text: Text) -> Iterator[str]:
    if not text.zh.strip() or not text.en.strip():
        yield f"{path}: 缺少中文或英文 one language is missing"
    yield from (f"{path}: 用语不当 unwanted wording {word!r}" for word in UNWANTED if word in text.zh)
