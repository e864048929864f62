"""PostgreSQL. "default" is the application role, which owns nothing; "owner" runs the migrations."""

from __future__ import annotations

from typing import Any

from config import embedded
from config.env import SettingError
from config.settings.base import EMBEDDED, HOME, env


def _database(name: str, embedded_url: str) -> dict[str, Any] | None:
    found = env.database(name, embedded_url if EMBEDDED else None)
    if found is not None:
        # A new connection per request costs five to seven times the throughput.
        found |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    return found


if EMBEDDED and env.get("DATABASE_OWNER_URL"):
    raise SettingError(
        "DATABASE_OWNER_URL is set, but not DATABASE_URL; write both (one database, two roles), or neither."
    )
DATABASES: dict[str, dict[str, Any]] = {}
if _default := _database("DATABASE_URL", HOME.database_url()):
    # Tells every transaction who is looking; a server-side cursor would read on after its transaction.
    DATABASES["default"] = _default | {
        "ENGINE": "config.database.backend",
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
# Web servers and workers need not know the owner's password: without it there is no such alias, and migrate says so.
if _owner := _database("DATABASE_OWNER_URL", HOME.database_url(embedded.OWNER_ROLE)):
    DATABASES["owner"] = _owner
DATABASE_ROUTERS = ["config.database.routers.MigrationsAsOwner"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# How long the lines of the access log stay. 网络安全法 21(3): network logs, at least six months.
ACCESS_LOG_DAYS = env.integer("LIANZHI_ACCESS_LOG_DAYS", 400)
if ACCESS_LOG_DAYS < 183:
    raise SettingError(
        f"LIANZHI_ACCESS_LOG_DAYS is {ACCESS_LOG_DAYS}, but the law (网络安全法 21(3)) wants logs kept for six months; "
        "write 183 or more (400 is the default)."
    )
# More values in clear a person and day than this stand out. 25 is half of the lowest number from which unlawful
# provision of personal data is a crime (两高 2017 解释 5; half for data obtained on duty).
ACCESS_LOG_NOTABLE = env.integer("LIANZHI_ACCESS_LOG_NOTABLE", 25, minimum=1)

# What the application role may do with tables that are written only by SQL functions. All others: read and write.
PROTECTED_TABLES: dict[str, str] = {
    "audit_event": "SELECT",
    "audit_sealed": "SELECT",
    "audit_access": "SELECT",
    "cases_case": "SELECT",
    "cases_task": "SELECT",
    "cases_clockinterval": "SELECT",
    "cases_caseagency": "SELECT",
    "cases_escalation": "SELECT",
    "cases_deadlinewatch": "SELECT",
    "cases_casesearch": "SELECT",
    # Read by doors of the owner only: what its columns tell depends on how much of the case is read.
    "cases_caselist": "SELECT",
    "cases_casefigure": "SELECT",
    "cases_billfigure": "SELECT",
    "cases_searchkey": "SELECT, INSERT",
    "cases_savedview": "SELECT, INSERT, UPDATE (name, params, position, shared, saved_at, removed_at)",
    "cases_listsetting": "SELECT, INSERT, UPDATE (density, view)",
    "cases_taskcounter": "SELECT",
    "cases_taskcounterdelta": "SELECT",
    "cases_idempotencykey": "SELECT",
    "cases_document": "SELECT",
    "cases_documentseries": "SELECT",
    "cases_documentversion": "SELECT",
    "cases_documentvoid": "SELECT",
    "cases_outbox": "SELECT, UPDATE (delivered_at, failed_at, problem, attempts, not_before, dead_at, withdrawn_at)",
    "cases_attachment": "SELECT, INSERT",
    "cases_listname": "SELECT, INSERT",
    "cases_rowanswer": "SELECT, INSERT",
    "cases_erasure": "SELECT, INSERT, UPDATE (state, hold, due_on, confirmed_by_id, confirmed_at, erased_at, gone)",
    # An endpoint stays where it was put; what it hears, whether it is in use and its secrets change with an event.
    "notifications_endpoint": "SELECT, INSERT, UPDATE (name, topics, language, active, off, sealed, secret_version,"
    " former_until, failures, failed_at, problem, answered_at)",
    "notifications_message": "SELECT, INSERT, UPDATE (read_at)",
    # What goes out is written once; only its fate changes, and that it goes alone where a digest would come too late;
    # after half a year it is removed.
    "notifications_delivery": "SELECT, INSERT, DELETE,"
    " UPDATE (state, attempts, digest, not_before, leased_until, leased_by, first_tried_at, tried_at,"
    " sent_at, problem)",
    "notifications_dailyrun": "SELECT, INSERT",
    "notifications_preference": "SELECT, INSERT, UPDATE",
    # Another address is another row: whoever has confirmed one has not confirmed the next.
    "notifications_contact": "SELECT, INSERT, DELETE, UPDATE (sealed, nonce, sent_at, tries, problem, confirmed_at)",
    # People, agencies and roles are ended, never deleted; regions and the directory's stamp come with the migrations.
    "agencies_region": "SELECT",
    "agencies_stamp": "SELECT",
    "agencies_agency": "SELECT, INSERT, UPDATE",
    "agencies_user": "SELECT, INSERT, UPDATE",
    "agencies_membership": "SELECT, INSERT, UPDATE",
    "agencies_substitution": "SELECT, INSERT, UPDATE (ended_at)",
    "agencies_regionparameter": "SELECT, INSERT, UPDATE",
    "agencies_impactassessment": "SELECT, INSERT",
    "agencies_provision": "SELECT, INSERT",
    # Hashes of passwords are kept to be compared; the attempts of axes are all it is asked for.
    "agencies_password": "SELECT, INSERT, UPDATE",
    "agencies_pastpassword": "SELECT, INSERT, DELETE",
    "axes_accesslog": "SELECT",
    "axes_accessfailurelog": "SELECT",
    # Systems that call us: what they are does not change, and of the toolkit's tables only two are used.
    "agencies_client": "SELECT, INSERT, UPDATE (active, ended_at)",
    "oauth2_provider_application": "SELECT, INSERT, UPDATE (client_secret, updated)",
    "oauth2_provider_accesstoken": "SELECT, INSERT, DELETE",
    # The toolkit looks for a successor of every token that it deletes; there never is one.
    "oauth2_provider_refreshtoken": "SELECT, UPDATE (access_token_id)",
    "oauth2_provider_grant": "SELECT",
    "oauth2_provider_idtoken": "SELECT",
    "oauth2_provider_devicegrant": "SELECT",
    # Lists never change: only what an import goes on to find, the case a row leads to, and the key that seals it; and
    # their day with the calendar, with an event (list_due_has_event).
    "cases_listbatch": "SELECT, INSERT,"
    " UPDATE (state, problem, columns, rows_total, rows_done, moved_at, counts, finished_at, preview, due_at,"
    " due_provisional)",
    "cases_listpart": "SELECT, INSERT, UPDATE (sealed)",
    "cases_listrow": "SELECT, INSERT, UPDATE (site_id, sealed)",
    # A file on its way in: what was said of it stands, its parts come one after another and go together.
    "cases_listupload": "SELECT, INSERT, DELETE, UPDATE (received, batch_id)",
    "cases_listuploadpart": "SELECT, INSERT, DELETE, UPDATE (sealed)",
    # An act that is not finished: whose, on what, stays; what was typed changes until it is done.
    "cases_draft": "SELECT, INSERT, DELETE, UPDATE (agency_id, version, shared, sealed, saved_at, expires_at)",
    "cases_secondcode": "SELECT, INSERT, DELETE, UPDATE (ended_at, used_by_id, used_at)",
    "cases_listmend": "SELECT, INSERT, UPDATE (sealed)",
    "cases_sourcemapping": "SELECT, INSERT, UPDATE (columns, orders, saved_by_id, saved_at)",
    # What is told to the issuer is drawn up anew until it is sent; then nothing changes but the key that seals it.
    "cases_feedback": "SELECT, INSERT, UPDATE (state, problem, started_at, drawn_by_id, drawn_at, checked_by_id,"
    " checked_at, sent_by_id, sent_at, sent_on, document_number, due_on, previous_id, rows, answered, unanswered,"
    " overdue, counts, sha256, size, erased_at)",
    "cases_feedbackrow": "SELECT, INSERT, DELETE",
    "cases_feedbackpart": "SELECT, INSERT, DELETE, UPDATE (sealed)",
    # A report keeps its number; a version changes until it is drawn up, a file learns its hash, and all of it is kept.
    "cases_report": "SELECT, INSERT, UPDATE (readers)",
    "cases_reportversion": "SELECT, INSERT,"
    " UPDATE (state, asked_by_id, asked_at, drawn_at, problem, cases, figures, changes)",
    "cases_reportfile": "SELECT, INSERT, UPDATE (size, rows, sha256)",
    "cases_reportpart": "SELECT, INSERT",
    # A plan stays, the draw happens once, a finding stays; a correction is accepted once.
    "cases_sample": "SELECT, INSERT, UPDATE (drawn, seed, drawn_at)",
    "cases_sampleunit": "SELECT, INSERT, UPDATE (position, reviewer_id)",
    "cases_samplefinding": "SELECT, INSERT, UPDATE (accepted_by_id, accepted_at)",
    "cases_site": "SELECT, INSERT, UPDATE (case_id, previous_case_id, region_code, subject, located)",
    "cases_sitekey": "SELECT, INSERT",
    # An officer answers; that a merge or its undoing answers too is written by a function of the owner.
    "cases_sitesuggestion": "SELECT, INSERT, UPDATE (score, reasons, state, why, decided_by_id, decided_at)",
    "cases_signal": "SELECT, INSERT, UPDATE (withdrawn_at)",
    "cases_personalrecord": "SELECT, INSERT, UPDATE (sealed, key_id)",
    # A tip becomes a row once; of its parts only the key that seals them changes.
    "cases_tip": "SELECT, INSERT, UPDATE (sealed, batch_id, number)",
    "cases_tippart": "SELECT, INSERT, UPDATE (sealed)",
    "cases_signalrequest": "SELECT, INSERT, UPDATE (batch_id)",
    "django_migrations": "SELECT",
}
