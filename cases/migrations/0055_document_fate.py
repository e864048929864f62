"""Documents are voided and corrected, their registers read, and checked by whoever holds one."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
# Through the wall of the document that it belongs to, and for people only.
READ = "(SELECT sight_user()) IS NOT NULL AND EXISTS (SELECT FROM cases_document d WHERE d.id = document_id)"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sight_wall('cases_documentvoid'::regclass, %s)", [READ])
        cursor.execute((SQL / "document_fate_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "document_fate_rollback_v1.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT sight_open('cases_documentvoid'::regclass)")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0054_document_texts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentVoid",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="void",
                        serialize=False,
                        to="cases.document",
                    ),
                ),
                ("reason", models.CharField(max_length=32, verbose_name="作废原因")),
                ("explanation", models.CharField(max_length=400, verbose_name="说明")),
                ("at", models.DateTimeField(verbose_name="作废时间")),
                (
                    "voided_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="作废人",
                    ),
                ),
            ],
            options={"verbose_name": "作废文书", "verbose_name_plural": "作废文书"},
        ),
        migrations.RunPython(create, drop),
    ]
