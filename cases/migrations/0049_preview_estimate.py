"""What the rows of a dry reading would come to: the effect and the site of each, and what its sites would be known by."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        # For the matching alone; a page shows what it came to.
        cursor.execute("SELECT sight_wall('cases_previewkey', 'false', 'false', 'false')")
        cursor.execute("SELECT sight_removal('cases_previewkey'::regclass)")
        cursor.execute((SQL / "list_steps_v2.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "list_steps_v2_rollback.sql").read_text(encoding="utf-8"))
        cursor.execute("DROP POLICY removed ON cases_previewkey")
        cursor.execute("SELECT sight_open('cases_previewkey'::regclass)")


class Migration(migrations.Migration):
    dependencies = [("cases", "0048_uploads_in_parts")]

    operations = [
        migrations.AddField(
            model_name="previewrow",
            name="effect",
            field=models.CharField(default="", max_length=8, verbose_name="预计作用"),
        ),
        migrations.AddField(
            model_name="previewrow",
            name="site",
            field=models.UUIDField(null=True, verbose_name="预计点位"),
        ),
        migrations.AddIndex(
            model_name="previewrow",
            index=models.Index(
                condition=models.Q(("site__isnull", False)), fields=["batch", "site"], name="previewrow_site_idx"
            ),
        ),
        migrations.CreateModel(
            name="PreviewKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("site", models.UUIDField(verbose_name="预计点位")),
                ("kind", models.CharField(max_length=10, verbose_name="类别")),
                ("value", models.BinaryField(max_length=16)),
                ("township", models.BinaryField(max_length=16, null=True)),
                ("holder", models.BinaryField(max_length=16, null=True)),
                ("flat", models.BooleanField(default=False)),
                ("seen_on", models.DateField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="preview_keys",
                        to="cases.listbatch",
                    ),
                ),
            ],
            options={
                "verbose_name": "预览点位标识",
                "verbose_name_plural": "预览点位标识",
                "indexes": [
                    models.Index(fields=["batch", "value"], name="previewkey_value_idx"),
                    models.Index(fields=["batch", "site"], name="previewkey_site_idx"),
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]
