"""The second wall around the access log, the registers, and everything with which somebody or some system gets in."""

from django.db import migrations

LOOKER = "(SELECT sight_user())"
DECIDES = "(SELECT sight_decides())::bigint[]"
REGIONS = "unnest((SELECT sight_supervises())::text[]) r"
# The agencies that somebody oversees (agencies.access.oversight), worked out once a statement.
OVERSEEN = f"""{{column}} IN (SELECT a.id FROM agencies_agency a WHERE a.id = ANY({DECIDES})
    OR a.parent_id = ANY({DECIDES}) OR EXISTS (SELECT FROM {REGIONS} WHERE starts_with(a.region_id, r)))"""
# Supervision at the province also reads what operators at the servers have read.
ACCESS = f"""{OVERSEEN.format(column="agency_id")}
    OR (user_id IS NULL AND EXISTS (SELECT FROM {REGIONS} WHERE length(r) = 2))"""
# A line tells that there is a case: whoever works on cases reads it within the own sight, whoever sees none (the audit
# administrator) reads that data were provided, and of no case which.
PROVIDED = f"""{OVERSEEN.format(column="agency_id")} AND (case_id IS NULL OR (SELECT sight_keys()) IS NULL OR EXISTS (
    SELECT FROM cases_caseagency ca WHERE ca.case_id = agencies_provision.case_id
    AND ca.agency_id * 4 + ca.rank = ANY((SELECT sight_keys())::bigint[])))"""
OWN_LINE = f"agency_id = ANY({DECIDES}) AND recorded_by_id = {LOOKER}"
# Written and read by system actors alone: no page asks these tables, only the functions that log somebody in.
FOR_NOBODY = (
    *("agencies_password", "agencies_pastpassword", "agencies_livesession", "mfa_authenticator"),
    *("axes_accessattempt", "axes_accessattemptexpiration", "axes_accesslog", "axes_accessfailurelog"),
    *("oauth2_provider_application", "oauth2_provider_accesstoken", "oauth2_provider_refreshtoken"),
    *("oauth2_provider_grant", "oauth2_provider_idtoken", "oauth2_provider_devicegrant"),
)


def walls():
    """Table, and the conditions to read, add and change."""
    yield "audit_access", ACCESS, "false", "false"
    yield "agencies_impactassessment", OVERSEEN.format(column="agency_id"), OWN_LINE, "false"
    # What the product itself has provided is put down by the system actor for it.
    yield "agencies_provision", PROVIDED, f"{OWN_LINE} AND event_id IS NULL", "false"
    for table in FOR_NOBODY:
        yield table, "false", "false", "false"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for wall in walls():
            cursor.execute("SELECT sight_wall(%s::regclass, %s, %s, %s)", wall)
        for table in FOR_NOBODY:
            cursor.execute("SELECT sight_removal(%s::regclass)", [table])


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in FOR_NOBODY:
            cursor.execute(f"DROP POLICY removed ON {table}")
        for table, *_ in walls():
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0033_clients"),
        ("audit", "0004_wall"),
        ("cases", "0032_wall"),
        ("axes", "0010_accessattemptexpiration"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
    ]

    operations = [migrations.RunPython(create, drop)]
