"""The access log: who read which personal data. See sql/0003_access_log.sql."""

from django.db import migrations, models

from audit.migrations.sql import read

REVERSE = """
DROP TABLE audit_access;
DROP FUNCTION audit_note_access(jsonb), audit_access_settled(), audit_prune_access(bytea),
    audit_refuse_silent_pruning();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_sight")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(read("0003_access_log.sql"), REVERSE)],
            state_operations=[
                migrations.CreateModel(
                    name="Access",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField()),
                        ("user_id", models.BigIntegerField(null=True)),
                        ("username", models.TextField()),
                        ("agency_id", models.BigIntegerField(null=True)),
                        ("role", models.TextField(default="")),
                        ("address", models.TextField(default="")),
                        ("way", models.TextField()),
                        ("case_id", models.UUIDField(null=True)),
                        ("target", models.TextField(default="")),
                        ("items", models.JSONField(default=list)),
                        ("purpose", models.TextField(default="")),
                        ("rows", models.IntegerField()),
                        ("file_hash", models.TextField(default="")),
                    ],
                    options={
                        "db_table": "audit_access",
                        "indexes": [
                            models.Index(fields=["at"], name="audit_access_at"),
                            models.Index(fields=["user_id", "id"], name="audit_access_user"),
                            models.Index(fields=["agency_id", "id"], name="audit_access_agency"),
                            models.Index(
                                fields=["case_id", "id"],
                                name="audit_access_case",
                                condition=models.Q(case_id__isnull=False),
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
