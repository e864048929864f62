"""The second wall around erasures: read by the leading commission's deciders and by supervision, decided by the first."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
SEEN = (
    "EXISTS (SELECT FROM cases_caseagency ca WHERE ca.case_id = cases_erasure.case_id"
    " AND ca.agency_id * 4 + ca.rank = ANY((SELECT sight_keys())::bigint[]) OFFSET 0)"
)
LED = "EXISTS (SELECT FROM cases_case c WHERE c.id = cases_erasure.case_id AND {lead})"
DECIDED = f"{SEEN} AND {LED.format(lead='c.lead_agency_id = ANY((SELECT sight_decides())::bigint[])')}"
OVERSEEN = LED.format(
    lead="""c.lead_agency_id IN (SELECT a.id FROM agencies_agency a WHERE a.id = ANY((SELECT sight_decides())::bigint[])
    OR EXISTS (SELECT FROM unnest((SELECT sight_supervises())::text[]) r WHERE starts_with(a.region_id, r)))"""
)


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sight_wall('cases_erasure', %s, 'false', %s)", [f"{SEEN} AND {OVERSEEN}", DECIDED])
        cursor.execute((SQL / "erasure_wall_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "erasure_wall_rollback_v1.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT sight_open('cases_erasure')")


class Migration(migrations.Migration):
    dependencies = [("cases", "0036_acts_on_behalf"), ("agencies", "0034_wall")]

    operations = [migrations.RunPython(create, drop)]
