"""A post knows how confidential a case it may open: the ceiling of its memberships."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "agencies_posts_v2.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "agencies_posts_v1.sql").read_text(encoding="utf-8"))
        cursor.execute("DROP FUNCTION agencies_works_on_cases(text), agencies_rank(text)")


class Migration(migrations.Migration):
    dependencies = [("agencies", "0012_separated_administrators")]

    operations = [migrations.RunPython(create, drop)]
