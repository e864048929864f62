"""规则: the rows of the list, one version with what it changes, and the fields of a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from cases.models.rules import RuleVersion
from cases.policy.dated import CHINA
from cases.policy.entered import KINDS
from cases.policy.tariff.words import CERTAINTIES, VERIFIED
from cases.rules.authority import decider
from cases.rules.deciding import ending_of
from cases.rules.fields import ASKED, Asked, written
from cases.rules.sample import Compared, compare, proposal
from cases.selectors.cases import CaseFilter, list_cases
from cases.selectors.law.blindspots import watches
from cases.selectors.paging import Row
from cases.selectors.rules.entered import entered_rules
from cases.selectors.rules.reading import find_version, followers
from cases.web.show.words import say
from cases.workflow.errors import GuardRefused, NotAllowed
from cases.workflow.view import Text

STATUSES: Final = {
    "proposed": (Text("待审核", "To be decided"), "warn"),
    "approved": (Text("已批准", "Approved"), "ok"),
    "rejected": (Text("未批准", "Rejected"), "bad"),
    "taken_back": (Text("已撤回", "Taken back"), ""),
    "withdrawn": (Text("已被取代", "Superseded"), ""),
}
KIND_LABELS: Final = {code: Text(kind.zh, kind.en) for code, kind in KINDS.items()}
CERTAINTY_LABELS: Final = {code: Text(f"{code} {zh}", f"{code} {en}") for code, (zh, en) in CERTAINTIES.items()}
STATUS_LABELS: Final = {code: label for code, (label, _tone) in STATUSES.items()}


def row(found: Row) -> dict[str, Any]:
    """One version in the list."""
    label, tone = STATUSES[found["status"]]
    return {
        "id": found["id"],
        "href": reverse("web:rule", args=[found["id"]]),
        "kind": KIND_LABELS[found["kind"]],
        "title": title(found),
        "region": found["region"],
        "first": found["effective_from"],
        "last": found["holds_to"],
        "label": label,
        "tone": tone,
        "repeal": found["repeal"],
        "unverified": found["certainty"] != VERIFIED,
        "certainty": CERTAINTY_LABELS[found["certainty"]],
        "proposer": found["proposer"],
        "proposed_at": found["proposed_at"],
    }


def title(found: Row) -> str:
    """What a version is called: the number of its paper, the name of its plan, the month."""
    body: Mapping[str, Any] = found["body"]
    if found["kind"] == "proxy_price":
        named = f"{body.get('month', '')} {_class(body)}"
    elif found["kind"] == "tariff":
        named = say(Text(body.get("zh", ""), body.get("en", "")))
    else:
        named = str(body.get("number", ""))
    return named.strip() or found["key"]


def _class(body: Mapping[str, Any]) -> str:
    words = dict(next(asked.choices for asked in ASKED["proxy_price"] if asked.name == "kind"))
    return say(words.get(body.get("kind", ""), ""))


def page_of(actor: Actor, found: Row, now: datetime) -> dict[str, Any]:
    """One version: what it says beside what it follows, what it changes, and who may do what about it."""
    before = find_version(found["supersedes_id"]) if found["supersedes_id"] else None
    rules, repeal = entered_rules(), found["repeal"]
    asked = proposal(
        found["kind"],
        found["region"],
        found["body"],
        found["effective_from"],
        found["holds_to"],
        found["certainty"],
    )
    waits = found["status"] == "proposed"
    return {
        **row(found),
        "number": found["key"],
        "lines": differences(found, before),
        "before": row(before) if before else None,
        "followers": [row(one) for one in followers(found["id"])],
        "effective_to": found["effective_to"],
        "source": found["source"],
        "article": found["article"],
        "agency": found["proposed_agency_id"],
        "decider": found["decider"] or "",
        "decided_at": found["decided_at"],
        "reason": found["reason"],
        "file": found["filename"] or "",
        "sha256": found["sha256"] or "",
        "waits": waits,
        "compared": shown(compare(rules, asked, str(found["supersedes_id"] or ""), repeal=repeal)) if waits else [],
        "concerned": concerned(actor, found["region"]),
        "cases_href": f"{reverse('web:cases')}?district={found['region']}",
        "changes_href": _changes_href(actor, found, now),
        **(buttons := _buttons(actor, found)),
        "ending": _ending(actor, found, now, decides=buttons["may_decide"]),
    }


def _changes_href(actor: Actor, found: Row, now: datetime) -> str:
    """Where the open cases stand that this version newly covers or uncovers, for who may look; tariffs cover nobody."""
    measured = found["kind"] in ("surcharge_document", "local_suspension_rule")
    if not measured or found["status"] != "approved" or found["repeal"] or not watches(actor):
        return ""
    day = max(found["effective_from"], min(today(now), found["holds_to"] or date.max))
    return f"{reverse('web:rule_changes')}?{urlencode({'version': found['id'], 'to': day.isoformat()})}"


def differences(found: Row, before: Row | None) -> list[dict[str, Any]]:
    """Line by line what a version says, beside what the one before it says."""
    lines, old = _lines(found), _lines(before) if before else []
    labels = list(dict.fromkeys([label for label, _ in (*lines, *old)]))
    new_values, old_values = dict(lines), dict(old)
    return [
        {
            "label": label,
            "before": old_values.get(label, ""),
            "after": new_values.get(label, ""),
            "changed": before is not None and old_values.get(label) != new_values.get(label),
        }
        for label in labels
    ]


def _lines(found: Row) -> list[tuple[str, str]]:
    body = [(say(label), say(value)) for label, value in written(found["kind"], found["body"])]
    last = found["effective_to"]
    return [
        *body,
        (gettext("施行日期"), found["effective_from"].isoformat()),
        (gettext("失效日期"), last.isoformat() if last else gettext("未定")),
        (gettext("来源"), found["source"]),
        (gettext("条款"), found["article"]),
        (gettext("核实程度"), say(CERTAINTY_LABELS[found["certainty"]])),
    ]


def shown(lines: list[Compared]) -> list[dict[str, str]]:
    return [{"label": say(one.label), "before": say(one.before), "after": say(one.after)} for one in lines]


def concerned(actor: Actor, region: str) -> str:
    """How many open cases of the region this person sees."""
    return list_cases(actor, CaseFilter(region=region, closed=False), size=1).total_text


def _ending(actor: Actor, found: Row, now: datetime, *, decides: bool) -> dict[str, Any] | None:
    """What the approval does to the version before; who decides is told how many decisions rest on it, seen or not."""
    if found["status"] != "proposed" or not found["supersedes_id"]:
        return None
    try:
        ending = ending_of(RuleVersion.objects.get(pk=found["id"]), now)
    except GuardRefused as refused:
        return {"refused": say(refused.text)}
    if ending is None:
        return None
    numbers = [number for _case, number in ending.used_by] if decides else []
    seen = list_cases(actor, CaseFilter(numbers=tuple(numbers[:50])), size=50).rows
    return {
        "holds_to": ending.holds_to,
        "withdrawn": ending.withdrawn,
        "uses": len(numbers),
        "numbers": [n for n in numbers[:50] if n in {row["number"] for row in seen}],
        "asks": ending.retroactive and bool(numbers),
    }


def _buttons(actor: Actor, found: Row) -> dict[str, Any]:
    waits, own = found["status"] == "proposed", found["proposed_by_id"] == actor.user_id
    try:
        decider(actor, found["region"], found["proposed_by_id"])
        why_not = ""
    except NotAllowed as refused:
        why_not = say(refused.text)
    return {
        "may_decide": waits and not why_not,
        "why_not": why_not if waits else "",
        "may_take_back": waits and own,
    }


def fields(kind: str, typed: Mapping[str, Any], errors: Mapping[str, str]) -> list[dict[str, Any]]:
    """The fields of a body as the template draws them; `typed` is a body."""
    return [_field(asked, typed.get(asked.name), errors.get(asked.name, "")) for asked in ASKED[kind]]


def _field(asked: Asked, value: Any, error: str) -> dict[str, Any]:
    drawn: dict[str, Any] = {
        "name": f"b-{asked.name}",
        "label": asked.label,
        "sort": asked.sort,
        "required": asked.required,
        "hint": asked.hint,
        "error": error,
        "value": "" if value is None else value,
    }
    if asked.sort == "list":
        drawn["value"] = " ".join(map(str, value or ()))
    elif asked.sort == "yesno":
        drawn["options"] = [("yes", Text("是", "Yes"), value is True), ("no", Text("否", "No"), value is False)]
    elif asked.sort in ("choice", "several"):
        chosen = value if isinstance(value, list) else [value]
        drawn["options"] = [(code, label, code in chosen) for code, label in asked.choices]
    elif asked.sort == "map":
        parts = value if isinstance(value, Mapping) else {}
        drawn["options"] = [(code, label, parts.get(code, "")) for code, label in asked.choices]
    return drawn


def regions(actor: Actor) -> list[tuple[str, str]]:
    """The regions of this person's agencies, those around them and those in them."""
    directory = get_directory()
    own = {post.region_code for post in actor.posts}
    near = [
        region
        for region in directory.regions.values()
        if any(code.startswith(region.code) or region.code.startswith(code) for code in own)
    ]
    return [(r.code, r.name) for r in sorted(near, key=lambda r: r.code) if r.name not in ("市辖区", "县")]


def today(now: datetime) -> date:
    return now.astimezone(CHINA).date()
