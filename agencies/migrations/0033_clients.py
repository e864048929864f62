"""Systems of agencies at the API, and what holds them to one agency and one role."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


def _run(schema_editor, name):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / name).read_text(encoding="utf-8"))


def create(apps, schema_editor):
    _run(schema_editor, "clients_v1.sql")


def drop(apps, schema_editor):
    _run(schema_editor, "clients_rollback_v1.sql")


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0032_entry"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
        ("audit", "0001_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="Client",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("cases:read", "查看案件与待办"),
                                ("signals:write", "报送名单与线索"),
                                ("findings:write", "反馈核查结果"),
                            ],
                            max_length=32,
                        ),
                        size=None,
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="clients", to="agencies.agency"
                    ),
                ),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="client",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="client", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("agency", "user"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scopes__contained_by", ["cases:read", "signals:write", "findings:write"])),
                        name="client_scopes_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("scopes__len__gt", 0)), name="client_has_a_scope"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("active", True), ("ended_at__isnull", True)),
                            models.Q(("active", False), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="client_ended_has_an_end",
                    ),
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]
