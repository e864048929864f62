"""A message is read and marked as read by the person it was written to, while they see its case."""

from django.db import migrations

MINE = (
    "user_id = (SELECT sight_user()) AND agency_id * 4 = ANY((SELECT sight_keys())::bigint[]) AND EXISTS ("
    "SELECT FROM cases_caseagency ca WHERE ca.case_id = notifications_message.case_id"
    " AND ca.agency_id * 4 + ca.rank = ANY((SELECT sight_keys())::bigint[]) OFFSET 0)"
)


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sight_wall('notifications_message', %s, 'false', %s)", [MINE, MINE])


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sight_open('notifications_message')")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_inbox"), ("cases", "0032_wall")]

    operations = [migrations.RunPython(create, drop)]
