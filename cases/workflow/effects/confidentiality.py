"""The level of confidentiality that an act may set beside what it does."""

from __future__ import annotations

from functools import wraps

from agencies.vocabulary import Confidentiality
from cases.workflow.effects.base import Data
from cases.workflow.view import CaseView, Context, Effect, Outcome


def with_level(effect: Effect) -> Effect:
    """The same effect; a level that was given and is another than the case's becomes the case's.

    A level that the effect itself brings (a relapse that of the case before it) is raised and never lowered.
    """

    @wraps(effect)
    def done(view: CaseView, data: Data, ctx: Context) -> Outcome:
        outcome, level = effect(view, data, ctx), data.get("confidentiality")
        if level and (level != view.confidentiality or not view.number):
            brought = outcome.case.get("confidentiality", level)
            outcome.case["confidentiality"] = max(level, brought, key=lambda word: Confidentiality(word).rank)
        return outcome

    return done
