"""The rules of the steps as the page says them: that of the release, what a region set, from when, and its source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from agencies.directory import Directory, ParameterRef
from agencies.vocabulary import LABELS, Label, Role
from cases.policy import deadlines, escalation
from cases.policy.escalation import KEY, STEPS, Rule, Version
from cases.web.show.supervision.steps import NAMES
from cases.workflow.clockwork.cutoffs import versions_in
from cases.workflow.task_kinds import KINDS

TO = {
    "holder": Label("承办人（未分派的为能办理的人员）", "whoever holds the task"),
    "agency": Label("承办单位", "the agency that owes it"),
    "commission": Label("牵头发展改革委", "the commission that leads the case"),
    "supervision": Label("属地督查单位", "the nearest supervision"),
}


def steps(rule: Rule) -> list[dict[str, Any]]:
    """Each step of a rule: when, whom, and whether the region set it."""
    return [
        {"name": NAMES[step], "when": _when(step, rule), "whom": _whom(step), "own": step in rule.own} for step in STEPS
    ]


def _when(step: str, rule: Rule) -> Label:
    at = f"{rule.at:%H:%M}"
    if step == "tomorrow":
        n = rule.tomorrow
        days = (
            Label("前 1 个工作日", "1 working day before")
            if n == 1
            else Label(f"前 {n} 个工作日", f"{n} working days before")
        )
        return Label(f"到期日{days.zh} {at}", f"{days.en}, {at}")
    if step == "today":
        return Label(f"到期日 {at}", f"on the day, {at}")
    n = getattr(rule, step)
    if n == 0:
        return Label("到期时", "at the deadline")
    return Label(f"超期第 {n} 个工作日 {at}", f"working day {n} after, {at}")


def _whom(step: str) -> Label:
    by_rule = escalation.whom(step)
    roles = [LABELS[Role(role)] for role in by_rule.roles]
    if not roles:
        return TO[by_rule.to]
    to = TO[by_rule.to]
    return Label(f"{to.zh}：{'、'.join(r.zh for r in roles)}", f"{to.en}: {', '.join(r.en for r in roles)}")


def versions(region: str, directory: Directory, today: date) -> list[dict[str, Any]]:
    """Every rule of a region that holds today or later."""
    found = versions_in(region, directory)
    return [_version(v, directory, today) for v in found if v.until is None or v.until > today]


def _version(version: Version, directory: Directory, today: date) -> dict[str, Any]:
    rule = version.rule
    named = directory.regions.get(rule.region)
    return {
        "span": _span(version.since, version.until),
        "now": version.since is None or version.since <= today,
        "own": bool(rule.own),
        "region": named.name if named else "",
        "source": rule.source if rule.own else "",
        "steps": steps(rule),
    }


def _span(since: date | None, until: date | None) -> Label:
    """Which deadlines a rule is for, by the day on which they fall."""
    if since is None and until is None:
        return Label("适用于所有期限", "for every deadline")
    if until is None:
        return Label(f"适用于 {since} 起的期限", f"for deadlines from {since} on")
    if since is None:
        return Label(f"适用于 {until} 以前的期限", f"for deadlines before {until}")
    return Label(f"适用于 {since} 起、{until} 以前的期限", f"for deadlines from {since}, before {until}")


def regions(directory: Directory) -> list[dict[str, Any]]:
    """Every region that has set steps of its own, with its days and its paper."""
    return [_override(ref, directory) for ref in sorted(directory.parameters.get(KEY, ()), key=_order)]


def _order(ref: ParameterRef) -> tuple[str, date]:
    return ref.region_code, ref.effective_from


def _override(ref: ParameterRef, directory: Directory) -> dict[str, Any]:
    return {
        "region": directory.region_path(ref.region_code) or ref.region_code,
        "since": ref.effective_from,
        "until": ref.effective_to,
        "source": ref.source,
        "says": [
            {"name": NAMES[part], "days": days}
            for part, days in (ref.value.items() if isinstance(ref.value, Mapping) else ())
            if part in NAMES
        ],
    }


def periods(region: str, directory: Directory, today: date) -> list[dict[str, Any]]:
    """How long each kind of task has: the release's time, and the region's where it has one."""
    return [_period(kind, region, directory, today) for kind in KINDS if kind in deadlines.kinds()]


def _period(kind: str, region: str, directory: Directory, today: date) -> dict[str, Any]:
    default = deadlines.default_period(kind)
    own = _nearest(directory.parameters.get(f"deadline.{kind}", ()), region, today)
    said = Label(*deadlines.describe(f"{kind}:{default.amount} {default.unit}"))
    return {
        "label": KINDS[kind].label,
        "default": said,
        "own": _own(kind, own.value) if own else None,
        "since": own.effective_from if own else None,
        "source": own.source if own else "",
    }


def _own(kind: str, value: Mapping[str, Any]) -> Label:
    unit = str(value.get("unit") or next(u for u in deadlines.UNITS if u in value))
    amount = value["amount"] if "unit" in value else value[unit]
    return Label(*deadlines.describe(f"{kind}:{amount} {unit}"))


def _nearest(refs: tuple[ParameterRef, ...], region: str, today: date) -> ParameterRef | None:
    held = [ref for ref in refs if ref.holds_on(today) and region.startswith(ref.region_code)]
    return max(held, key=lambda ref: (len(ref.region_code), ref.effective_from), default=None)
