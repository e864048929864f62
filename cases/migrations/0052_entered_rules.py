"""Rules that people enter: versions with four eyes, the papers they rest on, and what keeps both as they were."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "rules_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "rules_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0035_scope_of_the_feed"),
        ("cases", "0051_names_and_answers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleFile",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("filename", models.CharField(max_length=200, verbose_name="文件名")),
                ("content_type", models.CharField(max_length=100, verbose_name="媒体类型")),
                ("size", models.PositiveIntegerField(verbose_name="大小")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("content", models.BinaryField(verbose_name="内容")),
                ("at", models.DateTimeField(verbose_name="上传时间")),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
            ],
            options={
                "verbose_name": "规则文件",
                "verbose_name_plural": "规则文件",
            },
        ),
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=24, verbose_name="种类")),
                ("key", models.CharField(max_length=120, verbose_name="规则")),
                ("repeal", models.BooleanField(default=False, verbose_name="废止")),
                ("body", models.JSONField(verbose_name="内容")),
                ("effective_from", models.DateField(verbose_name="施行日期")),
                ("effective_to", models.DateField(null=True, verbose_name="失效日期")),
                ("holds_to", models.DateField(null=True, verbose_name="适用至")),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
                ("article", models.CharField(max_length=200, verbose_name="条款")),
                ("certainty", models.CharField(max_length=6, verbose_name="核实程度")),
                ("digest", models.CharField(max_length=64, verbose_name="内容哈希")),
                ("status", models.CharField(default="proposed", max_length=10, verbose_name="状态")),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="审核时间")),
                ("reason", models.CharField(blank=True, default="", max_length=300, verbose_name="理由")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.rulefile",
                        verbose_name="文件",
                    ),
                ),
                (
                    "proposed_agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="提出单位",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.region",
                        verbose_name="地区",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="cases.ruleversion",
                        verbose_name="取代",
                    ),
                ),
            ],
            options={
                "verbose_name": "规则版本",
                "verbose_name_plural": "规则版本",
                "indexes": [
                    models.Index(fields=["kind", "region", "-effective_from"], name="ruleversion_listed_idx"),
                    models.Index(fields=["status"], name="ruleversion_status_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("certainty__in", ["BG", "BRIEF", "CALC", "DESIGN", "V-P", "V-R", "V-T"])),
                        name="ruleversion_certainty_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to__isnull", True),
                            ("effective_to__gte", models.F("effective_from")),
                            _connector="OR",
                        ),
                        name="ruleversion_period_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", ""), _negated=True),
                            models.Q(("article", ""), _negated=True),
                            models.Q(("key", ""), _negated=True),
                        ),
                        name="ruleversion_says_whence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("status", "proposed")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by", models.F("proposed_by")),
                                ("status", "taken_back"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("status__in", ["approved", "rejected", "withdrawn"]),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ruleversion_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("repeal", False), ("supersedes__isnull", False), _connector="OR"),
                        name="ruleversion_repeals_something",
                    ),
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]
