"""The decision in words: what the API, the page and the command show, at the precision of whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from agencies.directory import Directory
from cases.policy.dated import load
from cases.policy.measures import Decision, Measure, Missing, Supplier
from cases.policy.measures.catalogue import LEGISLATOR
from cases.policy.privacy.precision import Detail, Form
from cases.selectors.precision.viewers import Viewpoint
from cases.workflow.texts import describe_agency, describe_role
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

Row = dict[str, Any]
# What an obstacle tells besides the rule: a figure of a bill, or the class of the user.
TELLS: Final[Mapping[str, Detail]] = {
    "arrears_not_over_30": Detail.BILL,
    "reclass_lowers_bill": Detail.KWH,
    "important_not_countersigned": Detail.CLASS,
    "important_no_copy": Detail.CLASS,
    "price_class_unknown": Detail.CLASS,
}
HIDDEN: Final = Text(
    "所缺事项涉及按你的权限不显示的数据，由能看到该数据的单位补充。",
    "What is missing rests on data that are not shown to you; an agency that sees them supplies it.",
)


def told(decision: Decision, directory: Directory, viewpoint: Viewpoint | None = None) -> Row:
    """The decision as values: available measures first. Without a viewpoint (at the shell) nothing is held back."""
    lines = _Lines(directory, decision.region, viewpoint)
    measures = sorted(decision.measures, key=lambda m: not m.available)
    return {
        "on": decision.day.isoformat(),
        "rules": decision.rules,
        "entered": list(decision.entered),
        "measures": [lines.measure(m) for m in measures],
        "blind_spot": {
            "applies": decision.blind,
            "reasons": [
                {"code": r.code, "zh": r.zh, "en": r.en, "article": r.article(decision.day, decision.region)}
                for r in decision.reasons
            ],
        },
        "withheld": lines.withheld,
    }


class _Lines:
    """One decision's lines; what was held back is noted on the way."""

    def __init__(self, directory: Directory, region: str, viewpoint: Viewpoint | None) -> None:
        self.directory, self.region, self.viewpoint = directory, region, viewpoint
        self.withheld: list[str] = []

    def measure(self, m: Measure) -> Row:
        named = m.ground or m.kind
        return {
            "measure": m.kind.code,
            "ground": m.ground.code if m.ground else None,
            "zh": f"{m.kind.zh}：{named.zh}" if m.ground else m.kind.zh,
            "en": f"{m.kind.en}: {named.en}" if m.ground else m.kind.en,
            "available": m.available,
            "articles": list(m.articles),
            "invoked_by": [self.invoker(kind) for kind in (m.ground.invoked_by if m.ground else m.kind.invoked_by)],
            "act": m.kind.act,
            "missing": [self.piece(piece) for piece in m.missing],
            # Which paper comes next is nobody's data; a piece that tells the class of the user is left out.
            "then": [self.piece(piece) for piece in m.then if self.clear(piece)],
            "matters": [{"zh": zh, "en": en} for zh, en in m.matters],
        }

    def clear(self, piece: Missing) -> bool:
        detail = TELLS.get(piece.obstacle.code)
        if detail is None or self.viewpoint is None or self.viewpoint.form(detail) is Form.CLEAR:
            return True
        if detail.value not in self.withheld:
            self.withheld.append(detail.value)
        return False

    def piece(self, piece: Missing) -> Row:
        found, clear = piece.obstacle, self.clear(piece)
        return {
            "code": found.code,
            "zh": found.zh if clear else HIDDEN.zh,
            "en": found.en if clear else HIDDEN.en,
            "article": found.article,
            "inputs": list(found.missing),
            "figures": dict(found.figures) if clear else {},
            "suppliers": [self.supplier(who) for who in piece.suppliers],
        }

    def invoker(self, kind: str) -> Row:
        return self.supplier(Supplier(agency=kind))

    def supplier(self, who: Supplier) -> Row:
        """Who it is, in words and by name where this region has such an agency."""
        key = who.duty or who.agency
        ref = self.directory.addressee(key, self.region) if key != LEGISLATOR else None
        name = _name(who)
        roles = [describe_role(role) for role in who.roles]
        act = TRANSITIONS[who.act].label if who.act else Text("", "")
        return {
            "agency": who.agency or None,
            "duty": who.duty or None,
            "roles": list(who.roles),
            "act": who.act or None,
            "agency_code": ref.code if ref else None,
            "agency_name": ref.short_name if ref else None,
            "zh": _said(name.zh, (r.zh for r in roles), act.zh, "（{}）", "：{}", "、"),
            "en": _said(name.en, (r.en for r in roles), act.en, " ({})", ": {}", ", "),
        }


def _name(who: Supplier) -> Text:
    key = who.duty or who.agency
    if key == LEGISLATOR:
        row = load("measures")["agency"][key]
        return Text(row["zh"], row["en"])
    return describe_agency(key)


def _said(name: str, roles: Iterable[str], act: str, inside: str, after: str, comma: str) -> str:
    told_roles = comma.join(roles)
    return name + (inside.format(told_roles) if told_roles else "") + (after.format(act) if act else "")
