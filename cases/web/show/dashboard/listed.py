"""The head of a list behind a figure: which figure, where, whose, and what it counts."""

from __future__ import annotations

from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext

from agencies.directory import get_directory
from cases.web.show.dashboard import stages
from cases.web.show.dashboard.asked import Asked
from cases.web.show.dashboard.words import DEFINITIONS
from cases.web.show.words import listed, say
from cases.workflow.view import Text

_TITLES: Final = {
    "open": Text("在办案件", "Open cases"),
    **{code: name for code, name, _, _ in stages.STEPS},
    "listed": Text("期内立案的案件", "Cases opened in the period"),
    "done": Text("期内办结的案件", "Cases closed in the period"),
    "missed": Text("有事项到期而未按期办理的案件", "Cases with a task that missed its deadline"),
    "uses": Text("在用电的属实案件", "Confirmed cases that use power"),
    "billed": Text("期内出具账单的案件", "Cases billed in the period"),
    **{f"went-{code}": text for code, (text, _) in stages.SIDES.items()},
}
# Under which definition a figure stands.
_DEFINED: Final = {"open": "open", "missed": "in_time", "done": "days", "uses": "energy", "billed": "money"}


def about(wanted: Asked, figure: str, params: QueryDict) -> dict[str, Any]:
    defined = "went" if figure.startswith("went-") else _DEFINED.get(figure, "stages")
    return {
        "title": say(_TITLES[figure]),
        "where": listed(_where(params)),
        "words": wanted.words(),
        "text": say(next(each.text for each in DEFINITIONS if each.key == defined)),
    }


def _where(params: QueryDict) -> list[str]:
    found, region, subject = [], params.get("region"), params.get("subject")
    if region:
        found.append(get_directory().region_path(region))
    if params.get("exactly") == "1":
        found.append(gettext("未定到下级地区"))
    if params.get("outside") == "1":
        found.append(gettext("本地区以外"))
    if subject:
        found.append(stages.subject(subject))
    return found
