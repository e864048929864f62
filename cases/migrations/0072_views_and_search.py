"""Views that people keep of the list of cases, and the terms by which cases are found."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"
LOOKER = "(SELECT sight_user())"
# One's own, and what a colleague shares in an agency of one's own.
SHARED = f"shared AND {LOOKER} IS NOT NULL AND agency_id * 4 = ANY((SELECT sight_keys())::bigint[])"
WALLS = (
    ("cases_savedview", f"owner_id = {LOOKER} OR ({SHARED})", f"owner_id = {LOOKER}"),
    ("cases_listsetting", f"user_id = {LOOKER}", f"user_id = {LOOKER}"),
)


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, seen, own in WALLS:
            cursor.execute("SELECT sight_wall(%s::regclass, %s, %s, %s)", [table, seen, own, own])
            cursor.execute("SELECT sight_removal(%s::regclass)", [table])
        cursor.execute((SQL / "search_keys_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "search_keys_rollback_v1.sql").read_text(encoding="utf-8"))
        for table, *_ in WALLS:
            cursor.execute(f"DROP POLICY removed ON {table}")
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0077_case_figures"),
        ("agencies", "0035_scope_of_the_feed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListSetting",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "density",
                    models.CharField(
                        choices=[("compact", "紧凑"), ("standard", "标准"), ("roomy", "宽松")],
                        default="standard",
                        max_length=8,
                        verbose_name="行高",
                    ),
                ),
                ("view", models.CharField(blank=True, default="", max_length=36, verbose_name="默认视图")),
            ],
            options={
                "verbose_name": "列表偏好",
                "verbose_name_plural": "列表偏好",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("density__in", ["compact", "standard", "roomy"])),
                        name="listsetting_density_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=20, verbose_name="名称")),
                ("params", models.JSONField(default=dict, verbose_name="条件")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
                ("shared", models.BooleanField(default=False, verbose_name="本机构共用")),
                ("saved_at", models.DateTimeField(verbose_name="保存时间")),
                ("removed_at", models.DateTimeField(null=True, verbose_name="删除时间")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="所在机构",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="所有人",
                    ),
                ),
            ],
            options={
                "verbose_name": "案件视图",
                "verbose_name_plural": "案件视图",
                "indexes": [
                    models.Index(
                        condition=models.Q(("removed_at__isnull", True), ("shared", True)),
                        fields=["agency"],
                        name="savedview_shared_idx",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("owner", "name"),
                        name="savedview_name_once",
                    )
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]
