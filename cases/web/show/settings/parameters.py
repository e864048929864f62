"""What regions set for themselves: every key in its family, the value that holds, and the form to set another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from django.urls import reverse

from agencies.actors import Actor
from agencies.authority import parameter_setter
from agencies.directory import Directory, ParameterRef
from agencies.errors import BadInput, NotPermitted
from agencies.services.parameters import declared
from agencies.vocabulary import Label
from cases.policy import deadlines, escalation
from cases.policy.lists import due
from cases.policy.privacy import retention
from cases.policy.reports import weeks
from cases.web.show.supervision.steps import NAMES
from cases.workflow.task_kinds import KINDS

UNITS: Final = {
    "working_days": Label("个工作日", "working days"),
    "hours": Label("小时", "hours"),
    "calendar_days": Label("个自然日", "calendar days"),
}
FAMILIES: Final = {
    "deadline": Label("办理期限", "Time for each task"),
    "notice": Label("停电通知期", "Notice before a suspension"),
    "list": Label("名单与报告", "Lists and reports"),
    "escalation": Label("催办、督办、通报", "Steps of reminding"),
    "retention": Label("个人信息保存", "How long personal data stay"),
}
_FAMILY: Final = {"reports": "list"}
# Local days have the working calendar for their page.
ELSEWHERE: Final = ("calendar.",)
_PARTS: Final = {
    "minimum_hours": Label("最短（小时）", "at least (hours)"),
    "maximum_hours": Label("最长（小时）", "at most (hours)"),
    "second_notice_minutes": Label("二次通知（分钟前）", "second notice (minutes before)"),
    "days": Label("天数", "days"),
}
_RECEIPT: Final = Label("签收", "Receipt")
_WEEKDAYS: Final = Label("星期几（1 至 7）", "day of the week (1 to 7)")
_HOUR: Final = Label("几点（6 至 12，0 为不生成）", "hour (6 to 12, 0 for none)")


class Field(NamedTuple):
    """One number of the form."""

    name: str
    label: Label


def family(key: str) -> str:
    head = key.split(".", 1)[0]
    return _FAMILY.get(head, head)


def known() -> list[str]:
    """The parameters that are set on these pages, by family."""
    found = [key for key in declared() if not key.startswith(ELSEWHERE)]
    return sorted(found, key=lambda key: (list(FAMILIES).index(family(key)), _place(key)))


def _place(key: str) -> tuple[int, str]:
    kind = key.split(".", 1)[1]
    return (list(KINDS).index(kind) if kind in KINDS else len(KINDS), key)


def name_of(key: str) -> Label:
    """What a parameter is called."""
    kind = key.removeprefix("deadline.")
    if kind in KINDS:
        return Label(KINDS[kind].label.zh, KINDS[kind].label.en)
    if key.startswith("retention."):
        rule = retention.rules()[key.removeprefix("retention.")]
        return Label(rule.zh, rule.en)
    return _RECEIPT if kind == "accept_task" else declared()[key]


def has_unit(key: str) -> bool:
    """Whether its value is a length with a unit."""
    return key.startswith("deadline.") or key == due.PERIOD


def fields(key: str) -> list[Field]:
    """The numbers that make up a value."""
    if has_unit(key):
        return [Field("amount", Label("时长", "length"))]
    if key.startswith("notice."):
        return [Field(name, _PARTS[name]) for name in ("minimum_hours", "maximum_hours", "second_notice_minutes")]
    if key.startswith("retention."):
        return [Field("days", _PARTS["days"])]
    if key == escalation.KEY:
        return [
            Field(name, Label(f"{NAMES[name].zh}（工作日）", f"{NAMES[name].en} (working days)")) for name in _STEPS
        ]
    return [Field("number", _WEEKDAYS if key == due.WEEKDAY else _HOUR)]


_STEPS: Final = ("tomorrow", "overdue", "pressed", "reported")


def typed_value(key: str, form: Mapping[str, str]) -> Any:
    """The value that a form says. Raises BadInput."""
    numbers = {field.name: _number(form.get(f"v.{field.name}", "").strip(), field) for field in fields(key)}
    given = {name: number for name, number in numbers.items() if number is not None}
    if not given:
        raise BadInput("请填写新的值。", "Say the new value.", field="value")
    if has_unit(key):
        unit = form.get("unit", "")
        if unit not in UNITS:
            raise BadInput("请选择时长的单位。", "Choose the unit of the length.", field="unit")
        return {unit: given["amount"]}
    return given.get("number", given)


def _number(typed: str, field: Field) -> int | None:
    if not typed:
        return None
    if not typed.isdecimal() or not typed.isascii() or len(typed) > 6:
        raise BadInput(
            f"“{field.label.zh}”须为整数。", f'"{field.label.en}" is a whole number.', field=f"v.{field.name}"
        )
    return int(typed)


def said(key: str, value: Any) -> Label:
    """A value in words."""
    if has_unit(key) and isinstance(value, Mapping):
        unit, amount = next(((u, value[u]) for u in UNITS if u in value), ("", ""))
        return (
            Label(f"{amount} {UNITS[unit].zh}", f"{amount} {UNITS[unit].en}") if unit else Label(str(value), str(value))
        )
    if isinstance(value, Mapping):
        names = {field.name: field.label for field in fields(key)}
        parts = [(names.get(name, Label(name, name)), amount) for name, amount in value.items()]
        return Label("；".join(f"{n.zh} {v}" for n, v in parts), "; ".join(f"{n.en} {v}" for n, v in parts))
    return Label(str(value), str(value))


def default_of(key: str) -> Label | None:
    """What holds where no region has set anything; None where the release says it by class or by province."""
    if key.startswith("retention."):
        return said(key, {"days": retention.rules()[key.removeprefix("retention.")].days})
    if key == weeks.PARAMETER:
        return said(key, weeks.DEFAULT_HOUR)
    kind = key.removeprefix("deadline.")
    if kind not in deadlines.kinds():
        return None
    period = deadlines.default_period(kind)
    return Label(f"{period.amount} {UNITS[period.unit].zh}", f"{period.amount} {UNITS[period.unit].en}")


def may_set(actor: Actor, region: str) -> bool:
    """Whether this person sets parameters for the region."""
    try:
        parameter_setter(actor, region)
    except NotPermitted:
        return False
    return True


def row(key: str, region: str, directory: Directory, today: date) -> dict[str, Any]:
    """One line of the list: the value that holds in the region today, where it is set, and what is to come."""
    refs = [ref for ref in directory.parameters.get(key, ()) if region.startswith(ref.region_code)]
    now = max((ref for ref in refs if ref.holds_on(today)), key=lambda ref: len(ref.region_code), default=None)
    later = sorted((ref for ref in refs if ref.effective_from > today), key=lambda ref: ref.effective_from)
    return {
        "key": key,
        "href": f"{reverse('web:parameter', args=[key])}?region={region}",
        "name": name_of(key),
        "default": default_of(key),
        "now": _shown(now, directory) if now else None,
        "later": [_shown(ref, directory) for ref in later],
    }


def history(key: str, region: str, directory: Directory) -> list[dict[str, Any]]:
    """Every value of the region and of what it lies in, the latest first, each beside the one before it."""
    refs = sorted(
        (ref for ref in directory.parameters.get(key, ()) if region.startswith(ref.region_code)),
        key=lambda ref: (ref.region_code, ref.effective_from),
    )
    found = []
    for n, ref in enumerate(refs):
        before = refs[n - 1] if n and refs[n - 1].region_code == ref.region_code else None
        found.append({**_shown(ref, directory), "before": said(key, before.value) if before else default_of(key)})
    return sorted(found, key=lambda line: line["since"], reverse=True)


def _shown(ref: ParameterRef, directory: Directory) -> dict[str, Any]:
    region = directory.regions.get(ref.region_code)
    return {
        "said": said(ref.key, ref.value),
        "since": ref.effective_from,
        "until": ref.effective_to,
        "source": ref.source,
        "region": region.name if region else ref.region_code,
    }
