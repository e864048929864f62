"""The second wall: row-level security on every table with case or personal data, and doors that ask who is looking."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
# A case is visible through a row of `cases_caseagency` of an agency, at a rank, that is among the keys of sight.
# The keys are read once a statement: in a sub-select they do not depend on the row. OFFSET 0 keeps the planner, which does
# not know that a page ends after twenty rows, from gathering all cases of the keys into a hash first.
SEEN = (
    "EXISTS (SELECT FROM cases_caseagency ca WHERE ca.case_id = {case}"
    " AND ca.agency_id * 4 + ca.rank = ANY((SELECT sight_keys())::bigint[]) OFFSET 0)"
)
OWN = "{table}.agency_id * 4 + {rank} = ANY((SELECT sight_keys())::bigint[])"
LOOKER = "(SELECT sight_user())"
OF_A_CASE = (
    *("cases_clockinterval", "cases_casesearch", "cases_document", "cases_outbox", "cases_personalrecord"),
    *("cases_signal", "cases_site"),
)
# Read and written by system actors and the functions of the owner only.
FOR_NOBODY = ("cases_sitekey", "cases_listpart", "cases_documentseries")
BATCH = f"""received_by_id = {LOOKER} OR EXISTS (
    SELECT FROM agencies_agency a WHERE a.id = cases_listbatch.agency_id
    AND (a.id * 4 = ANY((SELECT sight_keys())::bigint[]) OR a.parent_id * 4 = ANY((SELECT sight_keys())::bigint[])
         OR EXISTS (SELECT FROM unnest((SELECT sight_watches())::text[]) w WHERE starts_with(a.region_id, w))))"""
# Through other walls, which a system actor might see over: for a person only.
ROW = f"""{LOOKER} IS NOT NULL AND (EXISTS (SELECT FROM cases_listbatch b WHERE b.id = cases_listrow.batch_id)
    OR EXISTS (SELECT FROM cases_site s WHERE s.id = cases_listrow.site_id))"""
SEALED = f"{LOOKER} IS NOT NULL AND EXISTS (SELECT FROM audit_event e WHERE e.id = audit_sealed.event_id)"
ATTACHMENT_OF_LOOKER = f"uploaded_by_id = {LOOKER} AND {SEEN.format(case='cases_attachment.case_id')}"
# What is no event of a case is asked of a function: its rules would make the plan of every history long.
EVENT = f"""CASE WHEN left(stream, 5) = 'case/' THEN {SEEN.format(case="substr(stream, 6)::uuid")}
    ELSE {LOOKER} IS NOT NULL AND audit_beside_cases(stream, at, actor_id, body) END"""


def walls(ranked):
    """Table, and the conditions to read, add and change. `ranked`: the tables that hold the rank of their case."""

    def own(table):
        return OWN.format(table=table, rank="rank" if table in ranked else "0")

    yield "cases_case", SEEN.format(case="cases_case.id"), "false", "false"
    # Own rows only: policies that read this table for others would read themselves. `case_participants` tells the rest.
    yield "cases_caseagency", own("cases_caseagency"), "false", "false"
    task = SEEN.format(case="cases_task.case_id")
    # Its own agency's task is the common case, and needs no second table where the task knows the rank.
    yield "cases_task", f"{own('cases_task')} OR {task}" if "cases_task" in ranked else task, "false", "false"
    for table in OF_A_CASE:
        yield table, SEEN.format(case=f"{table}.case_id"), "false", "false"
    for table in ("cases_taskcounter", "cases_taskcounterdelta"):
        yield table, own(table), "false", "false"
    for table in FOR_NOBODY:
        yield table, "false", "false", "false"
    yield "cases_attachment", SEEN.format(case="cases_attachment.case_id"), ATTACHMENT_OF_LOOKER, "false"
    yield "cases_idempotencykey", f"actor_id = {LOOKER}", "false", "false"
    yield "cases_listbatch", BATCH, "false", "false"
    yield "cases_listrow", ROW, "false", "false"
    yield "audit_event", EVENT, "false", "false"
    yield "audit_sealed", SEALED, "false", "false"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "doors_v1.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'rank'")
        ranked = {name for (name,) in cursor.fetchall()}
        for wall in walls(ranked):
            cursor.execute("SELECT sight_wall(%s::regclass, %s, %s, %s)", wall)
        # What the calendar was the last time it was read.
        cursor.execute(
            "CREATE POLICY calendar ON audit_event FOR SELECT USING"
            " (stream = 'config/calendar' AND (SELECT sight_may('config/calendar SELECT')))"
        )
        # For the policies: the case first, then through whom it is seen; in place of the index on the case alone.
        cursor.execute("CREATE INDEX caseagency_sight_idx ON cases_caseagency (case_id, (agency_id * 4 + rank))")


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP INDEX caseagency_sight_idx")
        cursor.execute("DROP POLICY calendar ON audit_event")
        for table, *_ in walls(set()):
            cursor.execute("SELECT sight_open(%s::regclass)", [table])
        cursor.execute((SQL / "doors_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0031_rank_of_tasks"), ("audit", "0002_sight")]

    operations = [migrations.RunPython(create, drop)]
