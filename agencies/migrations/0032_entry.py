"""What is known of passwords, the open sessions, and: no change of a password or factor without an audit event."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
# The regular change counts from here for accounts that were there before.
KNOWN = """INSERT INTO agencies_password (user_id, set_at, must_change)
SELECT id, now(), false FROM agencies_user WHERE NOT is_system"""
DROP = """DROP TRIGGER mfa_authenticator_moved_has_event ON mfa_authenticator;
DROP TRIGGER mfa_authenticator_has_event ON mfa_authenticator;
DROP TRIGGER agencies_password_has_event ON agencies_password;
DROP FUNCTION agencies_entry_has_event()"""


def person(kind=models.ForeignKey, **more):
    return kind(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, **more)


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(KNOWN)
        cursor.execute((SQL / "entry_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0031_substitutions"),
        ("audit", "0001_events"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.CreateModel(
            name="Password",
            fields=[
                ("user", person(models.OneToOneField, primary_key=True, serialize=False)),
                ("set_at", models.DateTimeField()),
                ("must_change", models.BooleanField(default=False)),
                ("expires_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LiveSession",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("begun_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(db_index=True)),
                ("device", models.CharField(max_length=60)),
                ("address", models.CharField(max_length=45)),
                ("user", person()),
            ],
            options={"indexes": [models.Index(fields=["user", "begun_at"], name="livesession_user_idx")]},
        ),
        migrations.CreateModel(
            name="PastPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128)),
                ("replaced_at", models.DateTimeField()),
                ("user", person()),
            ],
            options={"indexes": [models.Index(fields=["user", "-id"], name="pastpassword_user_idx")]},
        ),
        migrations.RunPython(create, drop),
    ]
