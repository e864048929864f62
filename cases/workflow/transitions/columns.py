"""The words of the table's columns, so that a row reads like the row of a table."""

from __future__ import annotations

from typing import Final

from agencies.vocabulary import Duty, Kind, Role

COMMISSION: Final = Kind.DEVELOPMENT_COMMISSION.value
GRID: Final = Kind.GRID_COMPANY.value
CYBERSPACE: Final = Kind.CYBERSPACE_OFFICE.value
TELECOM: Final = Kind.TELECOM_BUREAU.value
SUPERVISION: Final = Kind.SUPERVISION.value
PARTNER: Final = Kind.PARTNER.value
POWER_AUTHORITY: Final = Duty.POWER_AUTHORITY.value

HANDLER: Final = Role.HANDLER.value
REVIEWER: Final = Role.REVIEWER.value
APPROVER: Final = Role.APPROVER.value
FIELD_CREW: Final = Role.FIELD_CREW.value
BILLING: Final = Role.BILLING.value
SUPERVISOR: Final = Role.SUPERVISOR.value

MONITORING: Final = "monitoring"
VERIFICATION: Final = "verification"
SUSPENSION: Final = "suspension"
PENALTY_TARIFF: Final = "penalty_tariff"
CLOSED: Final = "closed"

NEW: Final = ("-",)
ANY: Final = ("any",)
SAME: Final = ("=",)
BY_TASK: Final = ("=task",)
ANY_PARTICIPANT: Final = ("any_participant",)
ANY_WORKING_ROLE: Final = ("any_but_supervisor_and_admin",)
BY_FINDING: Final = ("=finding",)
LAST_FINDING: Final = ("=last_finding",)
BY_DISPOSAL: Final = ("=disposal",)
BY_RULING: Final = ("=ruling",)
NONE: Final[tuple[str, ...]] = ()
