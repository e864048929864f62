"""Drafts of acts and codes for the second person, each behind its wall."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

# Drafts are their person's own; one that is shared is read in the agency that has the case. Codes are read by who showed
# them and by who used them; they are found by their hash, and taken away, by the system.
SEEN_CASE = """EXISTS (SELECT FROM cases_caseagency ca WHERE ca.case_id = {table}.case_id
    AND ca.agency_id * 4 + ca.rank = ANY((SELECT sight_keys())::bigint[]) OFFSET 0)"""
OWN = "user_id = (SELECT sight_user())"
SHARED = f"""shared AND (SELECT sight_user()) IS NOT NULL AND agency_id * 4 = ANY((SELECT sight_keys())::bigint[])
    AND {SEEN_CASE.format(table="cases_draft")}"""
ADDED = f"{OWN} AND (case_id IS NULL OR {SEEN_CASE.format(table='cases_draft')})"
MINTED = "minted_by_id = (SELECT sight_user())"
SHOWN = f"{MINTED} OR used_by_id = (SELECT sight_user())"
SHOWING = f"{MINTED} AND {SEEN_CASE.format(table='cases_secondcode')}"
WALLS = (
    ("cases_draft", f"{OWN} OR ({SHARED})", ADDED, OWN),
    ("cases_secondcode", SHOWN, SHOWING, MINTED),
)


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, seen, added, changed in WALLS:
            cursor.execute("SELECT sight_wall(%s::regclass, %s, %s, %s)", [table, seen, added, changed])
            cursor.execute("SELECT sight_removal(%s::regclass)", [table])


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, *_ in WALLS:
            cursor.execute(f"DROP POLICY removed ON {table}")
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0035_scope_of_the_feed"),
        ("cases", "0071_paused_tasks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("action", models.CharField(max_length=40, verbose_name="事项")),
                ("version", models.PositiveIntegerField(null=True, verbose_name="所依据的案件版本")),
                ("shared", models.BooleanField(default=False, verbose_name="同岗位可继续")),
                ("sealed", models.BinaryField(verbose_name="密文")),
                ("saved_at", models.DateTimeField(verbose_name="保存时间")),
                ("expires_at", models.DateTimeField(verbose_name="清除时间")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="单位",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                        verbose_name="案件",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="填写人",
                    ),
                ),
            ],
            options={
                "verbose_name": "草稿",
                "verbose_name_plural": "草稿",
                "indexes": [
                    models.Index(
                        condition=models.Q(("shared", True)), fields=["case", "action"], name="draft_shared_idx"
                    ),
                    models.Index(fields=["expires_at"], name="draft_expires_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "case", "action"), name="draft_one_an_act", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SecondCode",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("action", models.CharField(max_length=40, verbose_name="事项")),
                ("minted_at", models.DateTimeField(verbose_name="出示时间")),
                ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                ("nonce", models.BinaryField(max_length=16)),
                ("hashed", models.BinaryField(max_length=16)),
                ("ended_at", models.DateTimeField(null=True, verbose_name="换码时间")),
                ("used_at", models.DateTimeField(null=True, verbose_name="使用时间")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                        verbose_name="案件",
                    ),
                ),
                (
                    "minted_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="出示人",
                    ),
                ),
                (
                    "used_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="使用人",
                    ),
                ),
            ],
            options={
                "verbose_name": "双人确认码",
                "verbose_name_plural": "双人确认码",
                "indexes": [
                    models.Index(fields=["minted_by", "case", "action", "-minted_at"], name="secondcode_own_idx"),
                    models.Index(fields=["hashed"], name="secondcode_hashed_idx"),
                    models.Index(fields=["expires_at"], name="secondcode_expires_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("used_at__isnull", True)),
                        fields=("hashed",),
                        name="secondcode_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("used_at__isnull", True), ("used_by__isnull", True)),
                            models.Q(("used_at__isnull", False), ("used_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="secondcode_used_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_by__isnull", True),
                            models.Q(("used_by", models.F("minted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="secondcode_used_by_another",
                    ),
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]
