"""A case that no list row stands behind any more: which reply took the last one away, when, and what is to be done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from agencies.visibility import Part
from cases.selectors.paging import Row
from cases.web.show.due import when_words
from cases.workflow.retracting import borne, unlisted


def notice(case: Row) -> dict[str, Any] | None:
    """For whoever reads the case as a whole."""
    gone = unlisted(case["facts"]) if case["part"] == Part.WHOLE and not case["merged_into"] else None
    if gone is None:
        return None
    said = gettext("%(at)s，批次“%(batch)s”第 %(row)s 行的答复更正了用户，本案的名单线索已改归他案。") % {
        "at": when_words(datetime.fromisoformat(gone["at"])),
        "batch": gone["batch"],
        "row": gone["row"],
    }
    return {"said": said, "to_do": _to_do(case), "measured": borne(case["stage"], case["facts"])}


def _to_do(case: Row) -> str:
    if borne(case["stage"], case["facts"]):
        return gettext(
            "本案已对原用户启动处置措施。请牵头单位立即复核：别无依据的，停止措施，恢复供电、更正加价，并书面告知当事人；有其他依据的，在案中写明。系统不自行办结。"
        )
    if case["stage"] == "closed":
        return gettext("本案已办结。请牵头单位复核结论是否仍有依据。")
    return gettext(
        "请牵头单位复核：别无依据的，按误报提出排除或办结；有其他依据的，核查后重新认定，本提示随之消失。系统不自行办结。"
    )
