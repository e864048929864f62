"""The text of every document: committed with its act, hashed into the event, one row for each version."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
# Through the wall of the document that it belongs to, and for people only.
READ = "(SELECT sight_user()) IS NOT NULL AND EXISTS (SELECT FROM cases_document d WHERE d.id = document_id)"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sight_wall('cases_documentversion'::regclass, %s)", [READ])
        for name in ("case_commit_v5", "document_texts_v1"):
            cursor.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name in ("document_texts_rollback_v1", "case_commit_v4"):
            cursor.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT sight_open('cases_documentversion'::regclass)")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0056_compensation_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("document", "sha256", models.CharField(max_length=64, null=True)),
        migrations.AddField("document", "template", models.CharField(max_length=60, null=True, verbose_name="模板")),
        migrations.AddField("document", "template_sha256", models.CharField(max_length=64, null=True)),
        migrations.AddIndex("document", models.Index(fields=["number"], name="document_number_idx")),
        migrations.CreateModel(
            name="DocumentVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("version", models.PositiveSmallIntegerField(verbose_name="版次")),
                ("content", models.BinaryField(verbose_name="正文")),
                ("sha256", models.CharField(max_length=64)),
                ("earlier", models.CharField(blank=True, default="", max_length=64, verbose_name="前一版")),
                ("template", models.CharField(max_length=60, verbose_name="模板")),
                ("template_sha256", models.CharField(max_length=64)),
                ("reason", models.CharField(blank=True, default="", max_length=400, verbose_name="更正理由")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "document",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="cases.document",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签发人",
                    ),
                ),
            ],
            options={
                "verbose_name": "文书版本",
                "verbose_name_plural": "文书版本",
                "constraints": [models.UniqueConstraint(fields=("document", "version"), name="documentversion_once")],
            },
        ),
        migrations.RunPython(create, drop),
    ]
