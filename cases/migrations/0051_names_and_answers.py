"""Every name that a list was sent under, and what carriers' replies did for list rows: both are only added to."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
LOOKER = "(SELECT sight_user()) IS NOT NULL"
# Through the walls of the list and of the row that they belong to, and for people only.
READ = {
    "cases_listname": f"{LOOKER} AND EXISTS (SELECT FROM cases_listbatch b WHERE b.id = cases_listname.batch_id)",
    "cases_rowanswer": f"{LOOKER} AND EXISTS (SELECT FROM cases_listrow r WHERE r.id = cases_rowanswer.row_id)",
}


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, seen in READ.items():
            cursor.execute("SELECT sight_wall(%s::regclass, %s, 'false', 'false')", [table, seen])
            cursor.execute("SELECT sight_removal(%s::regclass)", [table])
        for name in ("list_names_v1", "case_search_v2"):
            cursor.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))
        # Signals that a reply led to another case were written with the text of their numbers in place of the numbers.
        cursor.execute(
            "UPDATE cases_signal SET numbers = (numbers #>> '{}')::jsonb WHERE jsonb_typeof(numbers) = 'string'"
        )


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name in ("case_search_v2_rollback", "list_names_rollback_v1"):
            cursor.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))
        for table in READ:
            cursor.execute(f"DROP POLICY removed ON {table}")
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0049_preview_estimate"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListName",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80, verbose_name="批次名称")),
                ("sent_at", models.DateTimeField(verbose_name="报送时间")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="names", to="cases.listbatch"
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="报送人",
                    ),
                ),
            ],
            options={
                "verbose_name": "批次别名",
                "verbose_name_plural": "批次别名",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["name"], name="listname_name_idx")],
                "constraints": [models.UniqueConstraint(fields=("batch", "name"), name="listname_once_a_batch")],
            },
        ),
        migrations.CreateModel(
            name="RowAnswer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("moved", models.BooleanField(verbose_name="已改归")),
                ("matched", models.JSONField(default=list, verbose_name="依据")),
                ("score", models.FloatField(null=True, verbose_name="分值")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "reply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.listrow",
                        verbose_name="答复行",
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="cases.listrow",
                        verbose_name="名单行",
                    ),
                ),
            ],
            options={
                "verbose_name": "线索答复",
                "verbose_name_plural": "线索答复",
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("facts__has_key", "reassigned")), fields=["id"], name="case_reassigned_idx"
            ),
        ),
        migrations.RunPython(create, drop),
    ]
