"""催办 → 督办 → 通报: which steps an open deadline takes, when each falls due, and what is still worth saying of it.

Five steps in a fixed order: the holder is reminded on a working day before and on the day, then the agency's reviewers
hear, the commission, the supervision. How many working days lie between is a dated rule, by region (`rules`).
"""

from cases.policy.escalation.rules import (
    KEY,
    LONGEST,
    PARTS,
    Override,
    Rule,
    Version,
    Whom,
    changed,
    family_of,
    national_changes,
    rule_on,
    versions,
    whom,
)
from cases.policy.escalation.steps import (
    NEEDLESS,
    OVERTAKEN,
    REMINDERS,
    STEPS,
    TOLD,
    Step,
    cutoff,
    due_steps,
    instant,
)

__all__ = [
    "KEY",
    "LONGEST",
    "NEEDLESS",
    "OVERTAKEN",
    "PARTS",
    "REMINDERS",
    "STEPS",
    "TOLD",
    "Override",
    "Rule",
    "Step",
    "Version",
    "Whom",
    "changed",
    "cutoff",
    "due_steps",
    "family_of",
    "instant",
    "national_changes",
    "rule_on",
    "versions",
    "whom",
]
