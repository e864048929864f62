"""The outbox takes what is about no case, once for each key; what cannot be delivered is tried later and later."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "outbox_notice_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "outbox_notice_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0061_blind_spot_index")]

    operations = [
        migrations.AlterField(
            model_name="outbox",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.case",
            ),
        ),
        migrations.AlterField(
            model_name="outbox",
            name="seq",
            field=models.PositiveIntegerField(null=True, verbose_name="事件"),
        ),
        migrations.AddField(
            model_name="outbox",
            name="key",
            field=models.CharField(max_length=200, null=True, verbose_name="唯一键"),
        ),
        migrations.AddField(
            model_name="outbox",
            name="attempts",
            field=models.PositiveSmallIntegerField(db_default=0, verbose_name="已试次数"),
        ),
        migrations.AddField(
            model_name="outbox",
            name="not_before",
            field=models.DateTimeField(null=True, verbose_name="下次尝试"),
        ),
        migrations.AddField(
            model_name="outbox",
            name="dead_at",
            field=models.DateTimeField(null=True, verbose_name="停止尝试"),
        ),
        migrations.AddField(
            model_name="outbox",
            name="withdrawn_at",
            field=models.DateTimeField(null=True, verbose_name="撤回"),
        ),
        migrations.AddConstraint(
            model_name="outbox",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key__isnull", False)), fields=("key",), name="outbox_key_once"
            ),
        ),
        migrations.RunPython(create, drop),
    ]
