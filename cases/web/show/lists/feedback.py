"""The feedback on the page of a list and on its own: versions in a line, figures, rows without an answer, changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import get_language, gettext

from agencies.actors import Actor
from audit import clock
from cases.intake.feedback import answers
from cases.intake.feedback.access import NOT_CLEAR, NOT_YOURS, answering_post, may_take_out, visible_versions
from cases.intake.feedback.comparing import changes_between, unanswered_rows
from cases.intake.feedback.summary import PROBLEMS, STATES, sort_of, summarise
from cases.intake.feedback.taking import READY
from cases.models import Feedback, ListBatch
from cases.policy.dated import CHINA
from cases.policy.lists.due import NOT_ISSUED
from cases.web.pages import PageRequest
from cases.web.show.words import listed, say
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

# More rows than these stand in the workbook alone.
SHOWN: Final = 100
TONES: Final = {
    Feedback.State.DRAWING: "",
    Feedback.State.FAILED: "bad",
    Feedback.State.DRAWN: "warn",
    Feedback.State.CHECKED: "warn",
    Feedback.State.SENT: "ok",
}
NONE: Final = Text("尚未答复", "Not answered yet")
NO_DAY: Final = Text(
    "推送线索和群众举报不是下发名单，没有反馈期限，不必逐批反馈；确需书面答复的可以生成反馈。",
    "Pushed signals and tips of residents were not issued as a list: no answer is due. One can be drawn up where"
    " somebody wants it in writing.",
)


def section(actor: Actor, batch: ListBatch) -> dict[str, Any]:
    """What the page of a list says about its feedback."""
    versions = visible_versions(actor, batch)
    for version in versions:
        version.batch = batch
    may = answering_post(actor, batch) is not None
    return {
        "versions": [line(version) for version in versions],
        "may_draw": may and batch.state == ListBatch.State.DONE,
        "again": bool(versions) and versions[0].state != Feedback.State.SENT,
        "why_not": "" if may else say(NOT_YOURS),
        "unissued": say(NO_DAY) if batch.due_rule == NOT_ISSUED else "",
    }


def line(version: Feedback) -> dict[str, Any]:
    """A version in one line."""
    state = Feedback.State(version.state)
    told = summarise(version, (get_language() or "zh")[:2])
    return {
        **told,
        "tone": TONES[state],
        "label": STATES[state],
        "sort": sort_of(version) if state in READY else None,
        "running": state == Feedback.State.DRAWING,
        "failed": state == Feedback.State.FAILED,
        "ready": state in READY,
        "percent": str(round(100 * told["rows_done"] / (version.batch.rows_total or 1))),
        "total": version.batch.rows_total,
        "drawn_by": version.drawn_by.display_name,
        "checked_by": version.checked_by.display_name if version.checked_by else "",
        "sent_by": version.sent_by.display_name if version.sent_by else "",
    }


def context(request: PageRequest, version: Feedback, wrong: InvalidInput | None) -> dict[str, Any]:
    """The page of a version; `wrong`: what was typed could not be used."""
    state, batch = Feedback.State(version.state), version.batch
    # A list that was withdrawn is not answered any more; what was drawn up for it can still be looked at.
    may = answering_post(request.actor, batch) is not None and batch.state == ListBatch.State.DONE
    whole = state in READY and version.erased_at is None
    taking = may_take_out(request.actor, version)
    typed = request.POST if wrong else {"document_number": "", "sent_on": f"{clock.now().astimezone(CHINA):%Y-%m-%d}"}
    return {
        "batch": {"id": batch.id, "name": batch.name},
        "version": line(version),
        "problem": PROBLEMS[version.problem],
        "may_draw": may and state not in (Feedback.State.DRAWING, Feedback.State.SENT),
        "may_check": may and state == Feedback.State.DRAWN and whole,
        "may_send": may and state == Feedback.State.CHECKED and whole,
        "may_take": taking and whole,
        "why_not": "" if taking or not whole else NOT_CLEAR,
        "typed": typed,
        "errors": [{"anchor": name, "text": text} for name, text in wrong.fields.items()] if wrong else [],
        **_figures(version),
        **_rows(version),
    }


def _figures(version: Feedback) -> dict[str, Any]:
    """Counts by finding and subject, by disposal, by progress."""
    counts = version.counts
    cross: Mapping[str, Mapping[str, int]] = counts.get("cross", {})
    subjects = [code for code in (*answers.SUBJECTS, "") if any(code in row for row in cross.values())]
    return {
        "subjects": [answers.SUBJECTS[code] if code else gettext("未列主体") for code in subjects],
        "findings": [
            {
                "label": answers.FINDINGS[code] if code else NONE,
                "cells": [cross[code].get(subject, 0) for subject in subjects],
                "total": sum(cross[code].values()),
                "cases": counts.get("cases", {}).get(code, 0),
            }
            for code in (*answers.FINDINGS, "")
            if code in cross
        ],
        "tallies": [
            {"title": title, "lines": [(words[code], n) for code in words if (n := counts.get(name, {}).get(code))]}
            for title, words, name in (
                (gettext("处置措施"), answers.DISPOSALS, "disposals"),
                (gettext("办理进度"), answers.PROGRESS, "progress"),
            )
        ],
    }


def _rows(version: Feedback) -> dict[str, Any]:
    """The first rows without an answer, and those that differ from the version sent before."""
    if version.state not in READY:
        return {"open_rows": [], "changes": [], "shown": SHOWN}
    return {
        "shown": SHOWN,
        "open_rows": [
            {**row, "label": answers.PROGRESS[row["progress"]]} for row in unanswered_rows(version, most=SHOWN)
        ],
        "changes": [
            {"number": c.number, "newly": c.newly, "before": _said(c.before), "after": _said(c.after)}
            for c in changes_between(version, most=SHOWN)
        ],
    }


def _said(answer: answers.Answer) -> str:
    words = [
        answers.FINDINGS[answer.finding] if answer.finding else NONE,
        *([answers.SUBJECTS[answer.subject]] if answer.subject else []),
        *(answers.DISPOSALS[kind] for kind in answer.disposals),
        answers.PROGRESS[answer.progress],
    ]
    return listed(say(word) for word in words)
