"""How far the cases of the period came, where the others went, and whose they are."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext

from cases.intake.feedback.answers import SUBJECTS
from cases.selectors.dashboard.conditions import WENT
from cases.web.show.charts import Chart, bars, funnel
from cases.web.show.charts.bars import Bar, Step
from cases.web.show.dashboard.facts import Facts
from cases.web.show.words import OUTCOMES, WATCH, say
from cases.workflow.view import Text

STEPS: Final = (
    ("listed", Text("纳入监测名单", "Put on the list"), "c-st-monitor", None),
    ("dispatched", Text("下发核查", "Sent for verification"), "c-st-verify", 0),
    ("mining", Text("认定属实", "Confirmed"), "c-st-verify", 1),
    ("cut", Text("实施停电", "Power cut"), "c-st-suspend", 2),
    ("charged", Text("执行惩罚性电价", "Penalty tariff applied"), "c-st-tariff", 2),
    ("ended", Text("办结", "Closed"), "c-st-closed", 0),
)
# In the words of the pills; those of a stage are still under way.
SIDES: Final = {
    "false_positive": (OUTCOMES["false_positive"].text, "st-o st-false"),
    "watched": (WATCH.text, "st-o st-watch"),
    "verification": (Text("核查中", "Being verified"), "st-verify"),
    "monitoring": (Text("待分办", "To be assigned"), "st-monitor"),
    "suspension": (Text("停电办理中", "Suspension under way"), "st-suspend"),
    "penalty_tariff": (Text("电价办理中", "Tariff under way"), "st-tariff"),
    "handled": (Text("其他处置后办结", "Closed otherwise"), "st-closed"),
    "elsewise": (Text("其他原因办结", "Closed for other reasons"), "st-o st-false"),
    "merged": (OUTCOMES["merged"].text, "st-o st-false"),
}


def steps(facts: Facts) -> Chart:
    rows = [
        Step(say(name), facts.cases.totals[code], css, facts.asked.list_of(code), of)
        for code, name, css, of in STEPS
        if facts.scope.watching or code in ("listed", "ended")
    ]
    if not facts.scope.watching:
        rows[-1] = Step(rows[-1].name, rows[-1].count, rows[-1].css, rows[-1].href, 0)
    return funnel(gettext("各阶段转化"), rows, head=gettext("步骤"), unit=gettext("件"))


def went(facts: Facts) -> list[dict[str, Any]]:
    """Every case of the period that was neither cut off nor charged, by where it went: the sum is all of these."""
    if not facts.scope.watching:
        return []
    counts = facts.cases.went
    return [
        {
            "text": say(SIDES[code][0]),
            "css": SIDES[code][1],
            "count": counts.get(code, 0),
            "href": facts.asked.list_of(f"went-{code}"),
        }
        for code in WENT
        if counts.get(code, 0) or code in ("false_positive", "watched", "verification")
    ]


def subjects(facts: Facts) -> Chart | None:
    rows = by_subject(facts)
    if not rows:
        return None
    drawn = [Bar(subject(code), n, "c-bar", facts.asked.list_of("listed", subject=code)) for code, n in rows]
    return bars(gettext("按用电主体"), drawn, head=gettext("用电主体"), unit=gettext("件"))


def by_subject(facts: Facts) -> list[tuple[str, int]]:
    if not facts.scope.watching:
        return []
    return sorted(facts.cases.subjects.items(), key=lambda pair: (-pair[1], pair[0]))


def subject(code: str) -> str:
    return say(SUBJECTS.get(code, code))
