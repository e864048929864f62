"""Every measure for the facts of a case on a day: available or not, by which article, what is missing and from whom.

The same rules as the gates (`cases.policy.suspension`, `cases.policy.surcharge`): what is refused here is refused there
with the same code. Nothing is decided here; a decision is always a person's (个人信息保护法 24).
"""

from cases.policy.measures.catalogue import Kind, Supplier, kinds, suppliers
from cases.policy.measures.decision import Decision, Measure, Missing, decide
from cases.policy.measures.facts import CaseFacts, as_ruled

__all__ = [
    "CaseFacts",
    "Decision",
    "Kind",
    "Measure",
    "Missing",
    "Supplier",
    "as_ruled",
    "decide",
    "kinds",
    "suppliers",
]
