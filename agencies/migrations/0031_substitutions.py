"""Temporary substitution: the table, its rules, and the posts that somebody exercises for another today.

Comes after every other change of `agencies_posts`: what that function was becomes `agencies_own_posts`.
"""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
CASE_ROLES = ["handler", "reviewer", "approver", "field_crew", "billing", "supervisor"]


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "substitution_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "substitution_rollback_v1.sql").read_text(encoding="utf-8"))


def person(related_name):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=settings.AUTH_USER_MODEL
    )


class Migration(migrations.Migration):
    dependencies = [("agencies", "0030_ceilings"), ("audit", "0001_events")]

    operations = [
        migrations.CreateModel(
            name="Substitution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), size=None),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("reason", models.CharField(blank=True, default="", max_length=120)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("absent", person("absences")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                ("granted_by", person("+")),
                ("substitute", person("substitutions")),
            ],
            options={
                "ordering": ("first_day", "pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["substitute"],
                        name="substitution_by_substitute",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)), fields=["absent"], name="substitution_by_absent"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("absent", models.F("substitute")), _negated=True),
                        name="substitution_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("granted_by", models.F("substitute")), _negated=True),
                        name="substitution_granted_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))), name="substitution_days_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("roles__contained_by", CASE_ROLES), models.Q(("roles", []), _negated=True)),
                        name="substitution_of_work_on_cases",
                    ),
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]
