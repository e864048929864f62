"""No door beside `agencies.visibility`: whoever reads a table of cases asks it, or stands here with a reason.

A module that names such a table in SQL, or reads such a model, has to use `visibility` (directly, or through the
selectors built on it); those that do not are listed here, each with its reason. A new one fails until somebody has
thought about it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLES = (
    *("cases_case", "cases_caseagency", "cases_task", "cases_taskcounter", "cases_taskcounterdelta", "cases_document"),
    *(
        "cases_attachment",
        "cases_signal",
        "cases_personalrecord",
        "cases_clockinterval",
        "cases_casesearch",
        "cases_caselist",
    ),
    *("cases_outbox", "cases_idempotencykey", "notifications_message", "audit_event", "audit_sealed"),
    *("cases_documentversion", "cases_documentvoid", "cases_escalation", "cases_deadlinewatch"),
)
MODELS = (
    *("Case", "CaseAgency", "Task", "TaskCounter", "TaskCounterDelta", "Document", "Attachment", "Signal"),
    *("PersonalRecord", "ClockInterval", "Outbox", "IdempotencyKey", "Message", "DocumentVersion", "DocumentVoid"),
    *("Escalation", "DeadlineWatch"),
)
READ = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:{'|'.join(TABLES)})\b")
# What a module has to call to be one that asks.
ASKS = {"seen", "whole", "sight_keys", "whole_keys", "WHOLE_THROUGH", "READABLE"}
PLACES = ("agencies.visibility", "cases.selectors", "notifications.selectors")
ASKS |= {"get_case", "find_case_id", "get_attachment", "list_attachments", "reading", "task_scopes"}

WITHOUT = {
    "cases/oversight/sampling/reviewing.py": "cases of a sample that sampling.access has found through the wall",
    "cases/selectors/trail/bytes.py": "events that cases.selectors.events found, in the form of reach.several",
    "cases/selectors/trail/chain.py": "hashes around an event that cases.selectors.events has shown",
    "cases/selectors/trail/contents.py": "events that cases.selectors.events found, in the form of reach.several",
    "cases/workflow/deciding/loading.py": "loads what the engine decides on; `engine.visible` asks before it tells",
    "cases/workflow/papers/waiting.py": "the same: which version stands of the document that an act hands over",
    "cases/workflow/deciding/pictures.py": "the same, of the pictures that an act on such a case names; told are codes",
    "cases/workflow/measures/past.py": "the case of `reading.decision_for`, which asks first",
    "cases/workflow/clockwork/lapsing.py": "the system closes windows through the engine, for nobody to read",
    "cases/intake/sites/found.py": "an import writes the terms of the records that it has just written",
    "cases/intake/sites/backfill.py": "the system writes the terms of what is stored, and tells no more than how many",
    "cases/calendar/loading.py": "the last event of config/calendar, which is about no case",
    "cases/workflow/clockwork/moving.py": "counts of what the database lets the looker see, or for the system",
    "cases/workflow/clockwork/recounting.py": "the system counts deadlines again, for nobody to read",
    "cases/selectors/clocks/statement.py": "the text of what cases.selectors.clocks.dwell asks, with the reader's keys",
    "cases/selectors/dashboard/conditions.py": "conditions on the figures that dashboard.scope asks for with its keys",
    "cases/workflow/replay/escalations.py": "verification; names tasks by id to whoever may verify",
    "cases/workflow/replay/totals.py": "verification; supervisors are told no more than whether all is whole",
    "cases/workflow/replay/tables.py": "the same",
    "cases/intake/commit.py": "writes what an import brought; its rows are shown by cases.intake.selectors",
    "cases/intake/feedback/results.py": "answers to the issuer; the commission that answers decides what is told",
    "cases/intake/ledger/priority.py": "raises cases for the import, which names none to anybody",
    "cases/intake/ledger/resting.py": "what rests on a list; the withdrawal asks before it names a case",
    "cases/intake/ledger/standing.py": "the text of what cases.intake.selectors asks, which says who is told the case",
    "cases/intake/sites/departures.py": "what is left of a case for the event by the system; names no case to anybody",
    "cases/intake/sites/lookups.py": "matches rows with sites for the import, which names no case to anybody",
    "cases/intake/tips/following.py": "one word to whoever has the number of a tip; names no case",
    "cases/retention/tips.py": "the system takes reporters away whose time is over, and tells nobody of a case",
    "cases/rules/deciding.py": "which cases used a version that ends in retrospect: ids for the event, pages ask again",
    "cases/retention/checking.py": "verification: counts what an erasure left, and names no case to anybody",
    "cases/billing/comparing/services.py": "a file is put beside every list addressed to the company",
    "cases/billing/runs/accounts.py": "a run matches its rows with every list addressed to the company",
    "cases/billing/runs/working.py": "a worker asks the engine, which checks whoever started it at each case",
    "cases/reporting/state/fired.py": "the same, of the late tasks in it",
    "cases/reporting/state/past.py": "counts for the report of a region, which cases.reporting.access hands out",
    "cases/reporting/plan.py": "whether a region has had a case at all; tells nobody of one",
    "cases/retention/provisions.py": "the system writes the register; cases.selectors.records says who reads it",
    "cases/web/show/own/told.py": "the person's own account stream, which holds no event of a case",
    "cases/workflow/handover/plan.py": "an administrator moves work by its number and kind; opens no case",
    "cases/workflow/drafts/services.py": "whether the person's own form was done, by the person's own keys",
    "cases/workflow/second/redeeming.py": "how often a code was refused, in the person's own account stream",
    "notifications/delivery/digests.py": "ids of the unread of one reader, asked for as that reader afterwards",
    "notifications/delivery/fate.py": "ids of what is not delivered, of the agencies that the administrator keeps",
    "notifications/delivery/keeping.py": "numbers of ordinary cases, for the administrators of the agency concerned",
    "notifications/delivery/outgoing.py": "asks the inbox as its reader; for a group that it is ordinary still",
    "notifications/delivery/planned.py": "writes for rows that the relay has read, and reads no case",
    "notifications/delivery/standing.py": "two ages and nothing else",
    "notifications/delivery/stuck.py": "counts for each agency's administrators",
    "notifications/relay.py": "tells the people of an agency whose ceiling reaches the case; reading asks again",
}


def texts(tree: ast.AST) -> str:
    """All literal text of a module, so that SQL split over lines or an f-string is found."""
    return "\n".join(n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def reads(tree: ast.AST) -> set[str]:
    found = set(READ.findall(texts(tree)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "objects" and isinstance(node.value, ast.Name):
            found |= {node.value.id} & set(MODELS)
    return found


def names(tree: ast.AST) -> set[str]:
    """What is imported from where visibility is decided, or defined there, or called as `visibility.…`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PLACES):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "visibility":
            found.add(node.attr)
    return found


def modules() -> dict[str, ast.AST]:
    found = [p for app in ("cases", "notifications") for p in (ROOT / app).rglob("*.py") if "migrations" not in p.parts]
    return {str(p.relative_to(ROOT)): ast.parse(p.read_text(encoding="utf-8")) for p in found}


MODULES = modules()


def test_every_module_that_reads_cases_asks_who_may_see_them():
    silent = {path for path, tree in MODULES.items() if reads(tree) and not names(tree) & ASKS}
    assert silent == set(WITHOUT), "ask agencies.visibility, or give the reason here"


@pytest.mark.parametrize("path", sorted(p for p in MODULES if p.startswith("cases/selectors/")))
def test_every_statement_of_a_selector_that_names_a_case_table_is_bound_to_a_person(path):
    """Function by function: a statement of its own without an actor would be a door beside the others."""
    unasked = []
    for node in ast.walk(MODULES[path]):
        if isinstance(node, ast.FunctionDef) and reads(node) and not node.name.startswith("_"):
            takes = {argument.arg for argument in node.args.args}
            if "actor" not in takes:
                unasked.append(node.name)
    assert unasked == []


def test_the_rule_finds_a_door_that_does_not_ask():
    """The check itself: SQL in an f-string, split over lines, and a model read by name."""
    door = ast.parse('sql = f"""SELECT c.number FROM\\n  cases_case c WHERE c.id = %s AND {more}"""')
    assert reads(door)
    assert reads(ast.parse("found = Case.objects.filter(number=number).first()")) == {"Case"}
    assert not reads(ast.parse('"""The cases_case table is described here."""'))
