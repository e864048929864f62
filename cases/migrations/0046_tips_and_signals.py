"""Tips of residents with what is kept sealed beside them, and the keys under which signals were pushed."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"
OWN = "user_id = (SELECT sight_user())"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "tips_v1.sql").read_text(encoding="utf-8"))
        cursor.execute((SQL / "list_delta_v2.sql").read_text(encoding="utf-8"))
        # No person reads these; what a page shows of a tip is asked for by system actors after it was seen who asks.
        cursor.execute("SELECT sight_wall('cases_tip', 'false'), sight_wall('cases_tippart', 'false')")
        cursor.execute("SELECT sight_wall('cases_signalrequest', %s, %s, %s)", [OWN, OWN, OWN])


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in ("cases_signalrequest", "cases_tippart", "cases_tip"):
            cursor.execute("SELECT sight_open(%s::regclass)", [table])
        cursor.execute("DROP FUNCTION tip_erase(bytea, uuid[]); DROP FUNCTION tip_cases(uuid[])")
        cursor.execute(_former_delta())


def _former_delta():
    """The function as it stands in the ledger."""
    ledger = (SQL / "ledger_v1.sql").read_text(encoding="utf-8")
    begin = ledger.index("CREATE FUNCTION list_delta")
    former = ledger[begin : ledger.index("END $$;", begin) + len("END $$;")]
    return former.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0042_feedback"),
        ("agencies", "0035_scope_of_the_feed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SignalRequest",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("digest", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField()),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.listbatch",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "线索推送", "verbose_name_plural": "线索推送"},
        ),
        migrations.CreateModel(
            name="Tip",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("region_code", models.CharField(max_length=6, verbose_name="属地")),
                ("receipt", models.BinaryField(max_length=16, unique=True, verbose_name="查询编号")),
                ("received_at", models.DateTimeField(verbose_name="收到时间")),
                ("sealed", models.BinaryField(verbose_name="密文")),
                ("number", models.PositiveIntegerField(null=True, verbose_name="行")),
                ("erased_at", models.DateTimeField(null=True, verbose_name="清除时间")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="受理单位",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tips",
                        to="cases.listbatch",
                        verbose_name="名单批次",
                    ),
                ),
            ],
            options={
                "verbose_name": "群众举报",
                "verbose_name_plural": "群众举报",
                "constraints": [
                    models.UniqueConstraint(fields=["batch", "number"], name="tip_row_once"),
                    models.CheckConstraint(
                        condition=models.Q(batch__isnull=True, number__isnull=True)
                        | models.Q(batch__isnull=False, number__isnull=False),
                        name="tip_batch_with_number",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["received_at"], name="tip_waiting_idx", condition=models.Q(batch__isnull=True)
                    ),
                    models.Index(
                        fields=["received_at"], name="tip_kept_idx", condition=models.Q(erased_at__isnull=True)
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TipPart",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tip_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="序号")),
                ("content_type", models.CharField(max_length=40, verbose_name="类型")),
                ("sealed", models.BinaryField(verbose_name="密文")),
                (
                    "tip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="cases.tip"
                    ),
                ),
            ],
            options={
                "verbose_name": "举报附件",
                "verbose_name_plural": "举报附件",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(number__lte=9), name="tippart_number_small"),
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]
