"""Sorts of events that deserve a second look, as the filter of the trail offers them."""

from __future__ import annotations

from typing import Final

from audit.actions import Action as Other
from cases.workflow.actions import RECOUNT
from cases.workflow.actions import Action as Act

REFUSED: Final = "refused"
EXPORTS: Final = "exports"
PERSONAL: Final = "personal"
DATES: Final = "dates"
RIGHTS: Final = "rights"
NIGHT: Final = "night"
CHECKS: Final = "checks"

# By sort; what happens at night is told by the hour and not by the action.
RISKS: Final[dict[str, tuple[str, ...] | None]] = {
    REFUSED: (
        *(Other.LOGIN_FAILED, Other.ACCOUNT_LOCKED, Other.ACCESS_DENIED, Other.SSO_REFUSED),
        *(Other.CLIENT_TOKEN_REFUSED, Other.IMPORT_REFUSED, Other.RULE_REJECTED, Other.CALENDAR_REJECTED),
    ),
    EXPORTS: (Other.EXPORT_MADE, Other.REPORT_TAKEN, Other.FEEDBACK_SENT),
    PERSONAL: (
        *(Act.REVEAL_PERSONAL_DATA, Other.PERSONAL_DATA_REVEALED, Other.REPORTER_OPENED),
        *(Other.ATTACHMENT_READ, Other.DOCUMENT_READ),
    ),
    DATES: (
        *(Act.REQUEST_EXTENSION, Act.DECIDE_EXTENSION, RECOUNT, Act.CONTINUE_MONITORING, Act.SERVE_NOTICE),
        *(Act.LAPSE_NOTICE, Act.STAY_EXECUTION, Act.LIFT_STAY, Other.PARAMETER_CHANGED, Other.RULES_CHANGED),
        *(Other.RULE_APPROVED, Other.CALENDAR_LOADED, Other.CALENDAR_ENTERED, Other.CALENDAR_APPROVED),
        Other.CALENDAR_WITHDRAWN,
    ),
    RIGHTS: (
        *(Other.ROLE_GRANTED, Other.ROLE_LIMITED, Other.ROLE_ENDED),
        *(Other.SUBSTITUTION_GRANTED, Other.SUBSTITUTION_ENDED),
        *(Other.ACCOUNT_CREATED, Other.ACCOUNT_CHANGED, Other.ACCOUNT_DISABLED, Other.ACCOUNT_ENABLED),
        *(Other.ACCOUNT_UNLOCKED, Other.FACTORS_RESET, Other.WORK_HANDED_OVER, Other.CLIENT_CREATED),
        *(Other.CLIENT_SECRET_CHANGED, Other.CLIENT_ENDED, Other.AGENCY_CREATED, Other.AGENCY_CHANGED),
        Other.AGENCY_CLOSED,
    ),
    NIGHT: None,
    CHECKS: (Other.AUDIT_VERIFIED, Other.AUDIT_BROKEN, Other.ACCESS_LOG_PRUNED, Other.SEALED_ERASED),
}
