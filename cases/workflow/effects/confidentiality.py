"""The level of confidentiality that an act may set beside what it does."""

from __future__ import annotations

from functools import wraps

from cases.workflow.effects.base import Data
from cases.workflow.view import CaseView, Context, Effect, Outcome


def with_level(effect: Effect) -> Effect:
    """The same effect; a level that was given and is another than the case's becomes the case's."""

    @wraps(effect)
    def done(view: CaseView, data: Data, ctx: Context) -> Outcome:
        outcome, level = effect(view, data, ctx), data.get("confidentiality")
        if level and (level != view.confidentiality or not view.number):
            outcome.case["confidentiality"] = level
        return outcome

    return done
