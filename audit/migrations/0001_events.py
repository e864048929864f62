"""The event table, its doors and its locks; the sealed data; the demo clock."""

import django.db.models.deletion
from django.db import migrations, models

import audit.models
from audit.migrations.sql import read

REVERSE = """
DROP TABLE audit_democlock, audit_sealed, audit_event;
DROP FUNCTION audit_append(bytea), audit_append_internal(bytea), audit_head(text), audit_seal(bigint, bytea, bytea),
    audit_erase(bigint, bytea), audit_refuse(), audit_refuse_silent_erasure();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(read("0001_events.sql"), REVERSE)],
            state_operations=[
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("stream", models.TextField(db_collation="C")),
                        ("seq", models.IntegerField()),
                        ("prev", models.BinaryField()),
                        ("body", models.BinaryField()),
                        ("leaf", models.BinaryField()),
                        ("tx", audit.models.XidField(editable=False)),
                        ("at", models.DateTimeField()),
                        ("action", models.TextField()),
                        ("actor_id", models.BigIntegerField(null=True)),
                        ("agency_id", models.BigIntegerField(null=True)),
                    ],
                    options={
                        "db_table": "audit_event",
                        "indexes": [
                            models.Index(fields=["actor_id", "at"], name="audit_event_actor_at"),
                            models.Index(fields=["action", "at"], name="audit_event_action_at"),
                            models.Index(fields=["agency_id", "at"], name="audit_event_agency_at"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("stream", "seq"), name="audit_event_stream_seq")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Sealed",
                    fields=[
                        (
                            "event",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                primary_key=True,
                                related_name="sealed",
                                serialize=False,
                                to="audit.event",
                            ),
                        ),
                        ("salt", models.BinaryField()),
                        ("data", models.JSONField()),
                    ],
                    options={"db_table": "audit_sealed"},
                ),
                migrations.CreateModel(
                    name="DemoClock",
                    fields=[
                        ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                        ("offset", models.DurationField(null=True)),
                        ("frozen", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table": "audit_democlock",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("id", 1)), name="audit_democlock_single"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("offset__isnull", True), ("frozen__isnull", True), _connector="XOR"
                                ),
                                name="audit_democlock_offset_or_frozen",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
