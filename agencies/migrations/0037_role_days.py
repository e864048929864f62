"""Roles that begin or end on a day: asked by whatever says who holds what."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import F, Q

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "role_days_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "role_days_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("agencies", "0036_keys")]

    operations = [
        migrations.AddField("membership", "first_day", models.DateField(null=True)),
        migrations.AddField("membership", "last_day", models.DateField(null=True)),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=Q(first_day__isnull=True) | Q(last_day__isnull=True) | Q(first_day__lte=F("last_day")),
                name="membership_days_in_order",
            ),
        ),
        migrations.RunPython(create, drop),
    ]
