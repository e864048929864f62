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
    *("cases_document", "cases_documentseries", "cases_documentversion", "cases_documentvoid"),
    *("cases_task", "cases_taskcounter", "cases_taskcounterdelta"),
    # Whether what was erased is gone, and whether the registers and the access log are as they were.
    *("cases_erasure", "cases_personalrecord", "cases_site", "cases_sitekey", "audit_access"),
    *("cases_listpart", "cases_listrow", "cases_tip", "cases_tippart"),
    *("agencies_impactassessment", "agencies_provision"),
    *("cases_escalation", "cases_deadlinewatch", "notifications_endpoint"),
    *("cases_report", "cases_reportversion", "cases_reportfile", "cases_reportpart"),
    *("cases_ruleversion", "cases_rulefile", "cases_calendarentry"),
    *("cases_sample", "cases_sampleunit", "cases_samplefinding", "cases_casefigure"),
    *("notifications_preference", "notifications_contact"),  # what people chose about being told
    # Since when a password is in use, which factors and clients there are.
    *("agencies_password", "mfa_authenticator", "oauth2_provider_application"),
)
# What stands in the way of an erasure, and what one would take away.
_READ_BY_RETENTION = (
    *("audit_event", "audit_sealed", "cases_attachment", "cases_case", "cases_document", "cases_listbatch"),
    *("cases_listpart", "cases_listrow", "cases_personalrecord", "cases_site", "cases_sitekey", "cases_task"),
    *("cases_tip", "cases_tippart"),
)
# What somebody gets in with. Only the functions that log people in and keep their ways in work as this actor
# (agencies/access, agencies/services/entry.py); no page and no search reads these tables.
_KEPT_BY_ENTRY = {
    "agencies_password": "SELECT, INSERT, UPDATE",
    "agencies_pastpassword": "SELECT, INSERT, DELETE",
    **dict.fromkeys(("agencies_livesession", "mfa_authenticator"), "SELECT, INSERT, UPDATE, DELETE"),
    "axes_accessattempt": "SELECT, INSERT, UPDATE, DELETE",
    # A try that is forgotten takes its expiry along; there is none.
    "axes_accessattemptexpiration": "SELECT, DELETE",
}
SYSTEM_RIGHTS: dict[str, Rights] = {
    # Outbox to inboxes and on to channels, the numbers of the cases of what could not be delivered, and the daily word
    # to the administrators.
    "relay": {
        "cases_outbox": "SELECT, UPDATE",
        "notifications_message": "SELECT, INSERT",
        "notifications_delivery": "SELECT, INSERT, UPDATE, DELETE",
        "notifications_dailyrun": "SELECT, INSERT",
        # What people have chosen, and where one of them is reached.
        "notifications_preference": "SELECT",
        "notifications_contact": "SELECT",
        "cases_case": "SELECT",
        "outbox_notice": "EXECUTE",
        # Where an agency is told, and that its other side has ended it.
        "notifications_endpoint": "SELECT, UPDATE",
    },
    # Codes on their way to whoever confirms a contact; and what that person, having been checked, takes away.
    "contacts": {"notifications_contact": "SELECT, UPDATE, DELETE"},
    # What could not be delivered, for the administrators of its agency: they see numbers, no case.
    "deliveries": {
        "cases_outbox": "SELECT, UPDATE",
        "notifications_delivery": "SELECT, UPDATE",
        "cases_case": "SELECT",
        "notifications_endpoint": "SELECT",
    },
    # How long the oldest message has been waiting, for whoever watches the machine.
    "standing": dict.fromkeys(("cases_outbox", "notifications_delivery"), "SELECT"),
    # A list is taken in: whoever sends one is checked before; whether it was sent by others before is no secret to us.
    "receiving": {
        "cases_listbatch": "SELECT, INSERT",
        "cases_listname": "SELECT, INSERT",
        "cases_listpart": "INSERT",
        "cases_sourcemapping": "SELECT",
    },
    # What was sent in part goes: given up by its sender, a batch by now, or a day old.
    "uploads": dict.fromkeys(("cases_listupload", "cases_listuploadpart"), "SELECT, DELETE"),
    # Acts that are done or given up, and drafts and codes whose time is over.
    "drafts": {"cases_draft": "SELECT, DELETE", "cases_secondcode": "SELECT, DELETE"},
    # Whether a picture was taken at a site of its case; the keys themselves are told to nobody.
    "places": {"cases_site": "SELECT", "cases_sitekey": "SELECT"},
    # A code is found by its hash before it is known whose it is.
    "second_codes": {"cases_secondcode": "SELECT, UPDATE"},
    # Rows become sites and cases. Matching has to see the cases of every agency of the city.
    "intake": {
        "cases_listbatch": "SELECT, UPDATE",
        "cases_listname": "SELECT",
        "cases_listpart": "SELECT, INSERT",
        "cases_listrow": "SELECT, INSERT, UPDATE",
        "cases_listmend": "SELECT, INSERT",
        "cases_rowanswer": "SELECT, INSERT",
        **dict.fromkeys(("cases_previewrow", "cases_previewkey"), "SELECT, INSERT, UPDATE, DELETE"),
        "cases_sourcemapping": "SELECT, INSERT, UPDATE",
        "cases_site": "SELECT, INSERT, UPDATE",
        "cases_sitekey": "SELECT, INSERT",
        **dict.fromkeys(("cases_signal", "cases_sitesuggestion"), "SELECT, INSERT, UPDATE"),
        **dict.fromkeys(("cases_personalrecord", "cases_searchkey"), "SELECT, INSERT"),
        "cases_case": "SELECT",
        "case_load": "EXECUTE",
        "case_open_load": "EXECUTE",
        "case_commit": "EXECUTE",
    },
    # A list that was imported by mistake is taken back, and with it what cases had counted of it.
    "withdrawal": {
        **dict.fromkeys(("audit_event", "cases_case", "cases_feedback", "cases_listrow"), "SELECT"),
        **dict.fromkeys(("cases_listmend", "cases_listname", "cases_site", "cases_sitekey"), "SELECT"),
        # The batch is held while it is looked at; its state is written by the door.
        "cases_listbatch": "SELECT, UPDATE",
        "cases_signal": "SELECT, UPDATE",
        "case_load": "EXECUTE",
        "case_commit": "EXECUTE",
        "list_release": "EXECUTE",
        "list_withdraw": "EXECUTE",
    },
    # A month's bills: rows find their case, and the acts go through the doors as every act does.
    "bill_run": {
        **dict.fromkeys(("cases_billrun", "cases_billrunrow"), "SELECT, INSERT, UPDATE"),
        **dict.fromkeys(("cases_billedfile", "cases_billedrow"), "SELECT, INSERT"),
        **dict.fromkeys(("audit_event", "audit_sealed", "cases_case", "cases_caseagency", "cases_task"), "SELECT"),
        "case_load": "EXECUTE",
        "case_commit": "EXECUTE",
    },
    # One act on many cases: rows keep what was chosen, and the acts go through the doors as every act does.
    "bulk_run": {
        **dict.fromkeys(("cases_bulkrun", "cases_bulkrow"), "SELECT, INSERT, UPDATE"),
        "cases_bulkinput": "SELECT, INSERT, UPDATE, DELETE",
        **dict.fromkeys(("audit_event", "cases_case", "cases_caseagency", "cases_task"), "SELECT"),
        "case_load": "EXECUTE",
        "case_commit": "EXECUTE",
    },
    # What the issuer of a list is told: every row with the case that holds it now, whoever takes part in it.
    "feedback": {
        **dict.fromkeys(
            ("cases_listbatch", "cases_listpart", "cases_listrow", "cases_site", "cases_case", "cases_task"), "SELECT"
        ),
        "cases_listname": "SELECT",
        "cases_feedback": "SELECT, INSERT, UPDATE",
        **dict.fromkeys(("cases_feedbackrow", "cases_feedbackpart"), "SELECT, INSERT, DELETE"),
        "audit_note_access": "EXECUTE",
    },
    # Weekly ledgers and bulletins: every case of a region as it stood at the end of a week, from its events.
    "reports": {
        **dict.fromkeys(
            ("audit_event", "cases_case", "cases_caseagency", "cases_clockinterval", "cases_site"), "SELECT"
        ),
        **dict.fromkeys(("cases_escalation", "cases_task"), "SELECT"),
        **dict.fromkeys(("cases_report", "cases_reportversion", "cases_reportfile"), "SELECT, INSERT, UPDATE"),
        "cases_reportpart": "SELECT, INSERT",
        "outbox_notice": "EXECUTE",
    },
    # A resident's tip comes in, becomes a row of a list, and answers to its number with a word.
    "tips": {
        "cases_tip": "SELECT, INSERT, UPDATE",
        "cases_tippart": "INSERT",
        **dict.fromkeys(("cases_case", "cases_listbatch", "cases_listrow", "cases_site"), "SELECT"),
    },
    # Who reported, to whoever has given a reason; what was opened is on record before it is read.
    "tip_openings": {"cases_tip": "SELECT", "cases_tippart": "SELECT"},
    # Which cases were decided by a version of a rule that is to end in retrospect.
    "rule_uses": {"cases_case": "SELECT"},
    # What the law leaves open on a case, for an operator: the case as the engine reads it, and nothing written.
    # What was on record on a past day stands in the events.
    "measures": {"cases_case": "SELECT", "case_load": "EXECUTE", "audit_event": "SELECT"},
    "counters": {"fold_task_counters": "EXECUTE"},
    # Roles whose last day is over: on record, and no case is looked at.
    "posts": {},
    # Plans of a release, and open deadlines under another calendar than the one they were counted by.
    "calendar": {
        "config/calendar": "SELECT",
        "cases_calendarentry": "SELECT, INSERT, UPDATE",
        "outbox_notice": "EXECUTE",
        "cases_task": "SELECT",
        "cases_clockinterval": "SELECT",
        # Lists whose issuer waits for the answer.
        "cases_listbatch": "SELECT, UPDATE",
        "cases_feedback": "SELECT",
        "case_load": "EXECUTE",
        "case_commit": "EXECUTE",
    },
    # Windows of cuts that nobody made; the next notice is issued with each.
    "windows": {
        **dict.fromkeys(("cases_case", "cases_task"), "SELECT"),
        "case_draw_number": "EXECUTE",
        "case_load": "EXECUTE",
        "case_commit": "EXECUTE",
    },
    # Open deadlines whose next step has fallen due; each step with its event and its message.
    "escalation": dict.fromkeys(
        ("escalation_due", "escalation_fire", "escalation_regions", "escalation_take"), "EXECUTE"
    ),
    "verifier": dict.fromkeys(_READ_BY_VERIFIER, "SELECT"),
    # Sealed values under another key; it never sees whose they are.
    "rotation": dict.fromkeys(
        (
            *("cases_personalrecord", "cases_listrow", "cases_listpart", "cases_listmend", "cases_previewrow"),
            *("cases_bulkinput", "cases_draft", "cases_feedbackpart", "cases_listuploadpart", "cases_tip"),
            *("cases_tippart", "mfa_authenticator", "notifications_contact", "notifications_endpoint"),
        ),
        "SELECT, UPDATE",
    ),
    # The terms by which cases are found, of values that were stored before there were any.
    "search_terms": {
        **dict.fromkeys(("audit_event", "audit_sealed", "cases_listbatch", "cases_listrow"), "SELECT"),
        **dict.fromkeys(("cases_personalrecord", "cases_signal", "cases_site"), "SELECT"),
        "search_fill": "EXECUTE",
    },
    # What became of the rows of a list, on the command line.
    "list_report": {
        **dict.fromkeys(("cases_listbatch", "cases_listname", "cases_listrow", "cases_site", "cases_case"), "SELECT"),
        "cases_rowanswer": "SELECT",
        "audit_note_access": "EXECUTE",
    },
    # Personal data whose time is over: which cases, what would go, the sealed parts, rows of lists without a case.
    # The rest goes by a person through `case_erase`.
    "retention": {
        **dict.fromkeys(_READ_BY_RETENTION, "SELECT"),
        "cases_erasure": "SELECT, INSERT",
        "audit_erase": "EXECUTE",
        "list_erase": "EXECUTE",
        "tip_erase": "EXECUTE",
    },
    # Lines of the register for what the product itself has provided: they follow from events.
    "provisions": {
        "audit_event": "SELECT",
        "cases_listbatch": "SELECT",
        "agencies_provision": "SELECT, INSERT",
    },
    # Sealing the access log, and taking away what its retention lets go.
    "access_log": {
        "access/log": "SELECT",
        "audit_access": "SELECT",
        "audit_access_settled": "EXECUTE",
        "audit_prune_access": "EXECUTE",
    },
    "entry": _KEPT_BY_ENTRY,
    # A system shows its secret or its token.
    "machines": {
        "oauth2_provider_application": "SELECT",
        "oauth2_provider_accesstoken": "SELECT, INSERT, DELETE",
        "oauth2_provider_refreshtoken": "SELECT",
    },
    # The operator sets up systems and ends them.
    "clients": {
        "oauth2_provider_application": "SELECT, INSERT, UPDATE",
        "oauth2_provider_accesstoken": "SELECT, DELETE",
        "oauth2_provider_refreshtoken": "SELECT",
    },
    # The open work of somebody who leaves: whoever keeps accounts sees no case, so the system looks and assigns.
    "hand_over": {
        **dict.fromkeys(("audit_event", "cases_case", "cases_listbatch", "cases_task"), "SELECT"),
        "case_load": "EXECUTE",
        "case_commit": "EXECUTE",
    },
}
# Its figures of the run, and whether it has been played; there is none outside the demo.
DEMO_RIGHTS: dict[str, Rights] = {
    "demo": dict.fromkeys(("audit_event", "cases_outbox", "cases_case", "notifications_message"), "SELECT")
}


def rights() -> dict[str, Rights]:
    """The system actors of this installation; whoever writes acts writes what they are found by, too."""
    named = SYSTEM_RIGHTS | (DEMO_RIGHTS if settings.DEMO else {})
    return {name: of if "case_commit" not in of else {**of, "search_note": "EXECUTE"} for name, of in named.items()}


def apply(cursor: CursorWrapper, *, all_powerful: str = "") -> None:
    """Write `sight_may` anew, where there is one: a database that was taken back before the wall has none.

    The database of the tests has an actor more, who reads and writes everything.
    """
    cursor.execute("SELECT to_regprocedure('public.sight_may(text)')")
    if cursor.fetchone() == (None,):
        return
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
