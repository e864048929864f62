"""The figures beside the cases are compared with the cases by `verify_audit`, too."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "figures_verified_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0076_sampling")]
    operations = [
        migrations.RunPython(create, lambda _apps, schema: schema.execute("DROP FUNCTION case_figures_differing()"))
    ]
