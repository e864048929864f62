"""Feedback to the issuer of a list: versions, the answer to each row, the sealed workbook, and the walls around them."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"
LOOKER = "(SELECT sight_user())"
# Read with the list; before it is sent only by the commission that answers. Written by the system actor for it.
VERSION = f"""{LOOKER} IS NOT NULL AND EXISTS (SELECT FROM cases_listbatch b WHERE b.id = cases_feedback.batch_id)
    AND (state = 'sent' OR agency_id * 4 = ANY((SELECT sight_keys())::bigint[]))"""
ROW = f"""{LOOKER} IS NOT NULL
    AND EXISTS (SELECT FROM cases_feedback f WHERE f.id = cases_feedbackrow.version_id)"""
WALLS = (("cases_feedback", VERSION), ("cases_feedbackrow", ROW), ("cases_feedbackpart", "false"))
REMOVED = ("cases_feedbackrow", "cases_feedbackpart")


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, read in WALLS:
            cursor.execute("SELECT sight_wall(%s::regclass, %s)", [table, read])
        for table in REMOVED:
            cursor.execute("SELECT sight_removal(%s::regclass)", [table])
        cursor.execute((SQL / "feedback_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "feedback_rollback_v1.sql").read_text(encoding="utf-8"))
        for table in REMOVED:
            cursor.execute(f"DROP POLICY removed ON {table}")
        for table, _ in WALLS:
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0034_wall"),
        ("cases", "0041_ledger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(verbose_name="版次")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drawing", "生成中"),
                            ("failed", "未能生成"),
                            ("drawn", "已拟制"),
                            ("checked", "已核对"),
                            ("sent", "已报送"),
                        ],
                        default="drawing",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("problem", models.CharField(blank=True, default="", max_length=24, verbose_name="原因")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("drawn_at", models.DateTimeField(null=True, verbose_name="拟制时间")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="核对时间")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="登记报送时间")),
                ("sent_on", models.DateField(null=True, verbose_name="报送日期")),
                ("document_number", models.CharField(blank=True, default="", max_length=60, verbose_name="文号")),
                ("due_on", models.DateField(null=True, verbose_name="反馈期限")),
                ("rows", models.PositiveIntegerField(default=0, verbose_name="行数")),
                ("answered", models.PositiveIntegerField(default=0, verbose_name="已答复")),
                ("unanswered", models.PositiveIntegerField(default=0, verbose_name="未答复")),
                ("overdue", models.PositiveIntegerField(default=0, verbose_name="逾期")),
                ("counts", models.JSONField(default=dict, verbose_name="统计")),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("size", models.PositiveBigIntegerField(default=0, verbose_name="字节数")),
                ("erased_at", models.DateTimeField(null=True, verbose_name="清除时间")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="反馈单位",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedbacks",
                        to="cases.listbatch",
                        verbose_name="名单批次",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
                    ),
                ),
                (
                    "drawn_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟制人",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.feedback",
                        verbose_name="上一版",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="报送人",
                    ),
                ),
            ],
            options={
                "verbose_name": "批次反馈",
                "verbose_name_plural": "批次反馈",
            },
        ),
        migrations.CreateModel(
            name="FeedbackPart",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "version_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="cases.feedback",
                    ),
                ),
            ],
            options={
                "verbose_name": "批次反馈文件",
                "verbose_name_plural": "批次反馈文件",
            },
        ),
        migrations.CreateModel(
            name="FeedbackRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "version_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="行")),
                ("answered", models.BooleanField(verbose_name="已答复")),
                ("finding", models.CharField(blank=True, default="", max_length=24, verbose_name="核查结果")),
                ("subject", models.CharField(blank=True, default="", max_length=16, verbose_name="主体性质")),
                (
                    "disposals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None, verbose_name="处置措施"
                    ),
                ),
                ("progress", models.CharField(max_length=16, verbose_name="办理进度")),
                ("overdue_since", models.DateField(null=True, verbose_name="逾期自")),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="cases.feedback",
                    ),
                ),
            ],
            options={
                "verbose_name": "批次反馈行",
                "verbose_name_plural": "批次反馈行",
            },
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("state", "drawing")), fields=["started_at"], name="feedback_drawing_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.UniqueConstraint(fields=("batch", "number"), name="feedback_number_once"),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "sent"), _negated=True), fields=("batch",), name="feedback_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["drawing", "failed", "drawn", "checked", "sent"])),
                name="feedback_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent"), _negated=True),
                    models.Q(
                        ("checked_at__isnull", False),
                        ("sent_at__isnull", False),
                        ("sent_by__isnull", False),
                        ("sent_on__isnull", False),
                        models.Q(("document_number", ""), _negated=True),
                        (
                            "rows",
                            django.db.models.expressions.CombinedExpression(
                                models.F("answered"), "+", models.F("unanswered")
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="feedback_sent_is_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="feedbackrow",
            index=models.Index(
                condition=models.Q(("answered", False)), fields=["version", "number"], name="feedbackrow_open_idx"
            ),
        ),
        migrations.RunPython(create, drop),
    ]
