"""The query parameters, as the OpenAPI page shows them. They are read by `cases.api.params`."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from agencies.vocabulary import Kind
from cases.api.listing import ORDERS
from cases.models.case import CaseOutcome, Level, Stage
from cases.models.suggestion import SiteSuggestion
from cases.policy.matching.weights import comparisons
from cases.policy.reports.numbers import KINDS as REPORTS
from cases.policy.statutory import clock_keys
from cases.policy.tariff.simulate import COMPARED
from cases.policy.tariff.words import PERIODS, VOLTAGES
from cases.selectors.clocks.dwell import OF, SORTS
from cases.selectors.clocks.statement import GROUPS
from cases.selectors.evidence import FAMILIES
from cases.selectors.paging import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from cases.workflow.forms.choices import PRICE_VARIANTS, SUBJECTS
from cases.workflow.task_kinds import KINDS


def _query(name: str, about: str, kind: Any = OpenApiTypes.STR, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=about, **more)


PAGING = [
    _query("cursor", "`next` or `previous` of the page before; not for making up."),
    _query(
        "page_size",
        f"How many rows; {DEFAULT_PAGE_SIZE} where it is left out.",
        {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE},
    ),
]
_REGION = _query("region", "GB/T 2260 code (2, 4 or 6 digits) or full name; what lies in it counts too.")
_STAGE = _query("stage", "Stage of the case.", enum=Stage.values)
_AGENCY = _query("agency", "Code of an agency, such as 320300-drc.")
DEADLINE_FILTERS = [
    _query("from", "Day of the event that the periods begin with.", OpenApiTypes.DATE, required=True),
    _query("region", "GB/T 2260 code or full name: its own days off and its own law."),
    _query("clock", "One period only.", enum=list(clock_keys())),
]
TARIFF_FILTERS = [
    _query("kwh", "Energy of the cycle; without it the periods are added up."),
    *(_query(name, f"Measured energy of the {name} hours.") for name in PERIODS),
    _query("from", "First day of the reading cycle (default: last month).", OpenApiTypes.DATE),
    _query("to", "Last day of the reading cycle.", OpenApiTypes.DATE),
    _query("used_before", "kWh of the year before the cycle."),
    _query("price_class", "Present price class.", enum=list(COMPARED)),
    _query("voltage", "Voltage of the supply.", enum=list(VOLTAGES)),
    _query("variant", "Sort of combined meter, where the price list has one.", enum=list(dict(PRICE_VARIANTS))),
    _query("region", "GB/T 2260 code (default: your own region)."),
    _query("rate", "One surcharge in CNY/kWh (default: every rate on record)."),
    _query("on", "First day of the surcharge (default: the whole cycle).", OpenApiTypes.DATE),
    _query("off", "Last day of the surcharge.", OpenApiTypes.DATE),
    _query("price", "The month's commercial price where none is on record."),
    *(_query(f"price_{name}", f"The month's commercial {name} price.") for name in PERIODS),
    _query("capacity_kva", "Contract capacity: with it, or with the demand, the two-part price is compared as well."),
    _query("demand_kw", "Maximum demand of the month; not beside the capacity."),
]
CASE_FILTERS = [
    _STAGE,
    _REGION,
    _query("level", "Level of the list.", enum=Level.values),
    _query("outcome", "How it was closed.", enum=CaseOutcome.values),
    _query("number", "Exact number."),
    _query("holder", "Code of an agency that has an open task on it."),
    _query("mine", "true: only those with an open task of one of your agencies. Not beside holder.", OpenApiTypes.BOOL),
    _query("closed", "Closed ones only, or open ones only.", OpenApiTypes.BOOL),
    _query(
        "unlisted",
        "true: only those that no list row stands behind any more, since a corrected reply named somebody else.",
        OpenApiTypes.BOOL,
    ),
    _query("q", "A number, or a part of number or title."),
    _query(
        "subject",
        "Who the user is; a case without a finding goes by what its lists say.",
        enum=[code for code, _ in SUBJECTS],
    ),
    _query("signal", "With signals of this family.", enum=list(FAMILIES)),
    _query("strength", "With signal: at least 1 (weak), 2 (medium) or 3 (strong). 1 by default.", OpenApiTypes.INT),
    _query("kwh_from", "Monthly energy from so many kWh, where you may see it.", OpenApiTypes.NUMBER),
    _query("kwh_to", "Monthly energy up to so many kWh, where you may see it.", OpenApiTypes.NUMBER),
    _query("due_from", "Earliest deadline of an open task from this day or time on."),
    _query("due_before", "Earliest deadline before the end of this day, or before this time."),
    _query("list", "Id of a list you may know of: the cases its rows lead to.", OpenApiTypes.UUID),
    _query(
        "order",
        "By which column: newest first (-opened) by default. What has no deadline or no energy you may see stands last."
        " Totals are exact in every order but the newest first, which counts up to 1,000.",
        enum=list(ORDERS),
    ),
]
TASK_FILTERS = [
    _AGENCY,
    _STAGE,
    _REGION,
    _query("kind", "Kind of task.", enum=list(KINDS)),
    _query("mine", "true: only those assigned to you.", OpenApiTypes.BOOL),
    _query("accepted", "Received already, or not yet.", OpenApiTypes.BOOL),
    _query("due_before", "Due before the end of this day, or before this time."),
    _query(
        "paused",
        "Whether its clock stands still. Late are, with paused=false, those due before now.",
        OpenApiTypes.BOOL,
    ),
]
DWELL_FILTERS = [
    _query("by", "What the figures are grouped by; agency where it is left out.", enum=list(GROUPS)),
    _query("of", "ended: what ended in the period; open: what is open at its end.", enum=list(OF)),
    _query("since", "From this day or time on; thirty days before the end where it is left out."),
    _query("until", "To the end of this day, or before this time; now where it is left out."),
    _AGENCY,
    _STAGE,
    _REGION,
    _query("kind", "Kind of task.", enum=list(KINDS)),
    _query("order", "Descending by this figure.", enum=list(SORTS)),
]
REPORT_FILTERS = [_query("kind", "The ledger, or the bulletin.", enum=list(REPORTS)), _REGION]
REPORT_WEEK = [
    _query("kind", "The ledger, or the bulletin.", enum=list(REPORTS), required=True),
    _query("week", "The Monday of a week that is over.", OpenApiTypes.DATE, required=True),
]
EVENT_FILTERS = [
    _query("person", "Username of who acted."),
    _query("week", "ISO week such as 2026-W47. Not beside since and until."),
    _query("since", "From this day or time on."),
    _query("until", "To the end of this day, or before this time."),
    _AGENCY,
    _query("action", "Code of the act."),
    _query("case", "Id or number of a case."),
]
SUGGESTION_FILTERS = [
    _query("state", "open (where it is left out), accepted or rejected.", enum=SiteSuggestion.State.values),
    _REGION,
    _query("case", "Number of one of the two cases."),
    _query("reason", "Code of a reason.", enum=list(comparisons())),
]
IMPORT_FILTERS = [
    _query("kind", "Kind of list.", enum=["telecom", "trace", "grid", "tips"]),
    _query("state", "How far it is.", enum=["received", "importing", "done", "refused", "withdrawn"]),
    _query("level", "Level of the list.", enum=["full", "priority"]),
    _query("overdue", "Past their day with a site you see that is not answered, or the others.", OpenApiTypes.BOOL),
    _query(
        "order",
        "The latest first unless said otherwise; due: the next due first, of those with a day.",
        enum=["received", "due"],
    ),
]
ROW_FILTERS = [_query("fate", "What became of the row.", enum=["accept", "weak", "duplicate", "reject"])]
TRIAL_FILTERS = [
    _query(
        "show",
        "Which rows; those that need a look unless said otherwise.",
        enum=["problem", "accept", "weak", "duplicate", "reject", "all"],
    )
]
ANSWER_FILTERS = [_query("only", "Narrow to these rows.", enum=["answered", "unanswered", "overdue"])]
REGION_FILTERS = [_query("parent", "The region to look into; provinces where it is left out.")]
AGENCY_FILTERS = [_REGION, _query("kind", "Kind of agency.", enum=[kind.value for kind in Kind])]
ORDER = _query("order", "Oldest first unless said otherwise.", enum=["oldest", "newest"])
