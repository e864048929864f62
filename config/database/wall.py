"""What each system actor may read and write behind row-level security: the whole list, in this one place.

After every `migrate` it becomes the SQL function `sight_may`, which the policies and doors ask. Names are those that
tasks and commands say they work as (`audit.sight.working_as`, `SystemCommand.works_as`). A table that is not named is
invisible to the actor; EXECUTE is a door, a function of the owner that asks who is looking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.conf import settings
from django.db.backends.utils import CursorWrapper

Rights = Mapping[str, str]

# A whole installation reads the audit trail and everything that can be rebuilt from it; it writes nothing.
_READ_BY_VERIFIER = (
    *("audit_event", "audit_sealed", "cases_attachment", "cases_case", "cases_caseagency", "cases_clockinterval"),
    *("cases_document", "cases_documentseries", "cases_task", "cases_taskcounter", "cases_taskcounterdelta"),
)
SYSTEM_RIGHTS: dict[str, Rights] = {
    # Outbox to inboxes, and the numbers of the cases of what could not be delivered.
    "relay": {
        "cases_outbox": "SELECT, UPDATE",
        "notifications_message": "SELECT, INSERT",
        "cases_case": "SELECT",
    },
    # A list is taken in: whoever sends one is checked before; whether it was sent by others before is no secret to us.
    "receiving": {"cases_listbatch": "SELECT, INSERT", "cases_listpart": "INSERT"},
    # Rows become sites and cases. Matching has to see the cases of every agency of the city.
    "intake": {
        "cases_listbatch": "SELECT, UPDATE",
        "cases_listpart": "SELECT",
        "cases_listrow": "SELECT, INSERT, UPDATE",
        "cases_site": "SELECT, INSERT, UPDATE",
        "cases_sitekey": "SELECT, INSERT",
        "cases_signal": "SELECT, INSERT, UPDATE",
        "cases_personalrecord": "SELECT, INSERT",
        "cases_case": "SELECT",
        "case_load": "EXECUTE",
        "case_open_load": "EXECUTE",
        "case_commit": "EXECUTE",
    },
    "counters": {"fold_task_counters": "EXECUTE"},
    # Open deadlines that rest on a year without a holiday plan.
    "calendar": {
        "config/calendar": "SELECT",
        "cases_task": "SELECT",
        "cases_clockinterval": "SELECT",
        "case_load": "EXECUTE",
        "case_commit": "EXECUTE",
    },
    "verifier": dict.fromkeys(_READ_BY_VERIFIER, "SELECT"),
    # Sealed values under another key; it never sees whose they are.
    "rotation": dict.fromkeys(("cases_personalrecord", "cases_listrow", "cases_listpart"), "SELECT, UPDATE"),
    # What became of the rows of a list, on the command line.
    "list_report": dict.fromkeys(("cases_listbatch", "cases_listrow", "cases_site", "cases_case"), "SELECT"),
    # Sealed data whose time is over.
    "retention": {"audit_event": "SELECT", "audit_sealed": "SELECT", "audit_erase": "EXECUTE"},
}
# Its figures of the run, and whether it has been played; there is none outside the demo.
DEMO_RIGHTS: dict[str, Rights] = {
    "demo": dict.fromkeys(("audit_event", "cases_outbox", "cases_case", "notifications_message"), "SELECT")
}


def rights() -> dict[str, Rights]:
    """The system actors of this installation."""
    return SYSTEM_RIGHTS | (DEMO_RIGHTS if settings.DEMO else {})


def apply(cursor: CursorWrapper, *, all_powerful: str = "") -> None:
    """Write `sight_may` anew. The database of the tests has an actor more, who reads and writes everything."""
    granted = "\n".join(f"        WHEN '{name}' THEN p_right = ANY('{{{_array(of)}}}')" for name, of in _listed())
    everything = f"        WHEN '{all_powerful}' THEN true\n" if all_powerful else ""
    cursor.execute(
        "CREATE OR REPLACE FUNCTION sight_may(p_right text) RETURNS boolean"
        " LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$\n"
        "BEGIN\n    -- Written by migrate from config/database/wall.py.\n"
        f"    RETURN CASE sight_system()\n{everything}{granted}\n        ELSE false END;\nEND $$"
    )


def _listed() -> Iterator[tuple[str, Rights]]:
    yield from sorted(rights().items())


def _array(of: Rights) -> str:
    wanted = sorted(f"{target} {right.strip()}" for target, listed in of.items() for right in listed.split(","))
    return ",".join(f'"{each}"' for each in wanted)
