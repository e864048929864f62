"""What is determined agrees with what was reported: the words of a proposal open no gate that the findings close."""

from __future__ import annotations

from typing import Any, Final

from cases.policy.obstacle import obstacle
from cases.policy.suspension import MINING_FINDINGS
from cases.workflow.effects.base import reports, today
from cases.workflow.effects.rounds import relapsed_at
from cases.workflow.effects.verification import disposals_of
from cases.workflow.forms.choices import SUBJECTS
from cases.workflow.guards.base import Data, from_obstacle
from cases.workflow.guards.situation import determination, finding, proof, reported_victim
from cases.workflow.view import CaseView, Context, Refusal

MEASURES: Final = frozenset({"suspension", "surcharge"})
# Whom the rules protect more than an enterprise: 1283号 (十二) reaches neither, (十三) no natural person.
PROTECTED: Final = frozenset({"natural_person", "sole_trader"})

Contradiction = tuple[str, dict[str, str]]


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
    found = next(iter(contradictions(view, result, subject)), None)
    if found is None:
        return None
    figures: dict[str, Any] = dict(found[1])
    return from_obstacle(obstacle(found[0], day=today(ctx), region=view.region_code, **figures))


def contradictions(view: CaseView, result: str, subject: str) -> tuple[Contradiction, ...]:
    """What the findings say against a measure on this determination: codes of obstacles with their figures."""
    found = (_victim(view, result), _subject(view, subject), _site(view))
    return tuple(one for one in found if one is not None)


def _victim(view: CaseView, result: str) -> Contradiction | None:
    """Gate 8 follows the reports: whoever reported an intrusion is the one to take it back."""
    if result not in MINING_FINDINGS | {"already_stopped"} or not reported_victim(view):
        return None
    return "victim", {}


def _subject(view: CaseView, subject: str) -> Contradiction | None:
    """A natural person or a sole trader by every finding is no enterprise by the proposal alone."""
    named = named_subjects(view)
    if not named or not named <= PROTECTED or subject in named or subject in ("natural_person", "unknown"):
        return None
    labels = dict(SUBJECTS)
    shown = [labels[kind] for kind in sorted(named)]
    zh, en = "、".join(text.zh for text in shown), ", ".join(text.en for text in shown)
    return "subject_contradicts_findings", {"named": zh, "named_en": en, "claimed": labels[subject].zh}


def named_subjects(view: CaseView) -> set[str]:
    """The kinds of subject that the findings name."""
    told = (row.get("subject") for kind in ("trace_subscriber", "inspect_site") for row in reports(view, kind))
    return {kind for kind in told if kind and kind != "unknown"}


def _site(view: CaseView) -> Contradiction | None:
    """Gate 7: the record of the visit shows something, and belongs to this round of a case that relapsed."""
    if finding(view, "inspect_site").get("result") == "nothing_found":
        return "onsite_found_nothing", {}
    if relapsed_at(view) and not proof(view, "inspect_site"):
        return "no_onsite_record", {}
    return None
