"""Samples of closed cases, each behind its wall; their events in the sight of whoever sees them."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"
# Whoever supervises the region reads a sample; a case of it whoever sees the case besides.
SAMPLE = """(SELECT sight_user()) IS NOT NULL
    AND EXISTS (SELECT FROM unnest((SELECT sight_supervises())) AS w(code) WHERE starts_with(region_id, w.code))"""
CASE = """EXISTS (SELECT FROM cases_sample s WHERE s.id = {table}.sample_id)
    AND EXISTS (SELECT FROM cases_caseagency ca WHERE ca.case_id = {table}.case_id
        AND ca.agency_id * 4 + ca.rank = ANY((SELECT sight_keys())::bigint[]) OFFSET 0)"""
WALLS = (
    ("cases_sample", SAMPLE),
    ("cases_sampleunit", CASE.format(table="cases_sampleunit")),
    ("cases_samplefinding", CASE.format(table="cases_samplefinding")),
)


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, seen in WALLS:
            cursor.execute("SELECT sight_wall(%s::regclass, %s, %s, %s)", [table, seen, seen, seen])
        cursor.execute((SQL / "sampling_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "events_in_sight_v1.sql").read_text(encoding="utf-8"))
        cursor.execute((SQL / "sampling_rollback_v1.sql").read_text(encoding="utf-8"))
        for table, _ in WALLS:
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0035_scope_of_the_feed"),
        ("cases", "0072_views_and_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("year", models.PositiveSmallIntegerField(verbose_name="年")),
                ("serial", models.PositiveIntegerField(verbose_name="序号")),
                ("number", models.CharField(max_length=40, verbose_name="编号")),
                ("closed_from", models.DateField(verbose_name="办结起")),
                ("closed_to", models.DateField(verbose_name="办结止")),
                (
                    "by",
                    models.CharField(
                        choices=[("agency", "牵头单位"), ("county", "区县"), ("outcome", "办结结果")],
                        max_length=8,
                        verbose_name="分层",
                    ),
                ),
                ("size", models.PositiveIntegerField(verbose_name="抽取件数")),
                ("as_of", models.DateTimeField(verbose_name="总体截至")),
                ("population", models.PositiveIntegerField(verbose_name="总体件数")),
                ("population_sha256", models.CharField(max_length=64)),
                ("plan", models.CharField(max_length=64)),
                ("drawn", models.CharField(blank=True, default="", max_length=64)),
                ("seed", models.CharField(blank=True, default="", max_length=64)),
                ("drawn_at", models.DateTimeField(null=True, verbose_name="抽取时间")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.region",
                    ),
                ),
            ],
            options={
                "verbose_name": "抽查",
                "verbose_name_plural": "抽查",
            },
        ),
        migrations.CreateModel(
            name="SampleFinding",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveIntegerField(verbose_name="抽取序号")),
                (
                    "result",
                    models.CharField(
                        choices=[("pass", "合格"), ("problem", "问题")], max_length=8, verbose_name="结论"
                    ),
                ),
                ("kind", models.CharField(blank=True, default="", max_length=16, verbose_name="问题种类")),
                ("severity", models.CharField(blank=True, default="", max_length=8, verbose_name="严重程度")),
                ("correct_by", models.DateField(null=True, verbose_name="整改期限")),
                ("event_seq", models.PositiveIntegerField(verbose_name="案件记录号")),
                ("task_id", models.UUIDField(null=True, verbose_name="整改督办")),
                ("found_at", models.DateTimeField(verbose_name="评查时间")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="整改销号时间")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="cases.sample",
                    ),
                ),
            ],
            options={
                "verbose_name": "抽查发现",
                "verbose_name_plural": "抽查发现",
            },
        ),
        migrations.CreateModel(
            name="SampleUnit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=20, verbose_name="案件编号")),
                ("stratum", models.CharField(max_length=40, verbose_name="层")),
                ("position", models.PositiveIntegerField(null=True, verbose_name="抽取序号")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="cases.sample",
                    ),
                ),
            ],
            options={
                "verbose_name": "抽查总体",
                "verbose_name_plural": "抽查总体",
            },
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.UniqueConstraint(fields=("agency", "year", "serial"), name="sample_number_once"),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(condition=models.Q(("size__gte", 1)), name="sample_takes_some"),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("drawn", ""), ("drawn_at__isnull", True), ("seed", "")),
                    models.Q(
                        models.Q(("seed", ""), _negated=True),
                        models.Q(("drawn", ""), _negated=True),
                        ("drawn_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="sample_seed_with_its_draw",
            ),
        ),
        migrations.AddConstraint(
            model_name="samplefinding",
            constraint=models.UniqueConstraint(fields=("sample", "position"), name="samplefinding_once"),
        ),
        migrations.AddConstraint(
            model_name="samplefinding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("correct_by__isnull", True),
                        ("kind", ""),
                        ("result", "pass"),
                        ("severity", ""),
                        ("task_id__isnull", True),
                    ),
                    models.Q(
                        ("result", "problem"),
                        models.Q(("kind", ""), _negated=True),
                        models.Q(("severity", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="samplefinding_problem_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="sampleunit",
            constraint=models.UniqueConstraint(fields=("sample", "case"), name="sampleunit_once"),
        ),
        migrations.AddConstraint(
            model_name="sampleunit",
            constraint=models.UniqueConstraint(fields=("sample", "position"), name="sampleunit_place_once"),
        ),
        migrations.RunPython(create, drop),
    ]
