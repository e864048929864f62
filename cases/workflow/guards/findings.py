"""What is determined agrees with what was reported: the words of a proposal open no gate that the findings close."""

from __future__ import annotations

from typing import Final

from cases.policy.obstacle import obstacle
from cases.policy.suspension import MINING_FINDINGS
from cases.workflow.effects.base import reports, today
from cases.workflow.effects.rounds import relapsed_at
from cases.workflow.effects.verification import disposals_of
from cases.workflow.forms.choices import SUBJECTS
from cases.workflow.guards.base import Data, cite, from_obstacle, refuse
from cases.workflow.guards.situation import determination, finding, proof, reported_victim
from cases.workflow.view import CaseView, Context, Refusal

MEASURES: Final = frozenset({"suspension", "surcharge"})
# Whom the rules protect more than an enterprise: 1283号 (十二) reaches neither, (十三) no natural person.
PROTECTED: Final = frozenset({"natural_person", "sole_trader"})


def proposed_on_findings(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Before a measure is proposed."""
    if not data or not MEASURES & set(data["disposals"]):
        return None
    return _contradiction(view, ctx, str(data["finding"]), str(data["subject"]))


def decided_on_findings(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The same before it is decided: a finding may have been redone since."""
    if not data or data["decision"] != "approve" or not MEASURES & set(disposals_of(view)):
        return None
    decided = determination(view)
    return _contradiction(view, ctx, str(decided.get("finding")), str(decided.get("subject")))


def _contradiction(view: CaseView, ctx: Context, result: str, subject: str) -> Refusal | None:
    return _victim(view, ctx, result) or _subject(view, ctx, subject) or _site(view, ctx)


def _victim(view: CaseView, ctx: Context, result: str) -> Refusal | None:
    """Gate 8 follows the reports: whoever reported an intrusion is the one to take it back."""
    if result not in MINING_FINDINGS | {"already_stopped"} or not reported_victim(view):
        return None
    return from_obstacle(obstacle("victim", day=today(ctx), region=view.region_code))


def _subject(view: CaseView, ctx: Context, subject: str) -> Refusal | None:
    """A natural person or a sole trader by every finding is no enterprise by the proposal alone."""
    told = (row.get("subject") for kind in ("trace_subscriber", "inspect_site") for row in reports(view, kind))
    named = {kind for kind in told if kind not in (None, "unknown")}
    if not named or not named <= PROTECTED or subject in named or subject in ("natural_person", "unknown"):
        return None
    labels = dict(SUBJECTS)
    shown = [labels[kind] for kind in sorted(named)]
    zh, en = "、".join(text.zh for text in shown), ", ".join(text.en for text in shown)
    return refuse(
        "subject_contradicts_findings",
        f"各项反馈载明的主体为{zh}，不能按“{labels[subject].zh}”采取措施。主体有误的，先“退回补正”，由反馈单位更正。",
        f"Every finding names the subject as {en}; no measure is taken against another kind of subject."
        " Where that is wrong, ask for rework first.",
        article=cite(view, ctx, "penalty_law.facts"),
        missing=("subject",),
    )


def _site(view: CaseView, ctx: Context) -> Refusal | None:
    """Gate 7: the record of the visit shows something, and belongs to this round of a case that relapsed."""
    visit = finding(view, "inspect_site")
    if visit.get("result") == "nothing_found":
        return refuse(
            "onsite_found_nothing",
            "现场核查未发现设备，不能据此停电或加价。可“退回补正”再次核查，或改为持续监测、办结。",
            "The visit found nothing, so no measure can rest on it. Have the site inspected again, monitor, or close.",
            article=cite(view, ctx, "penalty_law.facts"),
            missing=("inspect_site",),
        )
    if relapsed_at(view) and not proof(view, "inspect_site"):
        return from_obstacle(obstacle("no_onsite_record", day=today(ctx), region=view.region_code))
    return None
