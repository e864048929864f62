"""Pairs of cases that may be one site, with score and reasons; telephones, coordinates and days as keys of sites."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"
SEEN = (
    "EXISTS (SELECT FROM cases_caseagency ca WHERE ca.case_id = cases_sitesuggestion.{side}"
    " AND ca.agency_id * 4 + ca.rank = ANY((SELECT sight_keys())::bigint[]) OFFSET 0)"
)
LED = (
    "EXISTS (SELECT FROM cases_case c WHERE c.id = cases_sitesuggestion.{side}"
    " AND c.lead_agency_id * 4 = ANY((SELECT sight_keys())::bigint[]))"
)


def both(condition):
    return " AND ".join(condition.format(side=side) for side in ("one_id", "other_id"))


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT sight_wall('cases_sitesuggestion', %s, 'false', %s)", [both(SEEN), f"{both(SEEN)} AND {both(LED)}"]
        )
        for name in ("suggestions", "relapses"):
            cursor.execute((SQL / f"{name}_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name in ("relapses", "suggestions"):
            cursor.execute((SQL / f"{name}_rollback_v1.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT sight_open('cases_sitesuggestion')")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0040_openings_at_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SiteSuggestion",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("score", models.FloatField(null=True, verbose_name="分值")),
                ("reasons", models.JSONField(default=list, verbose_name="依据")),
                ("since", models.DateTimeField(verbose_name="提示时间")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待核对"), ("accepted", "已并案"), ("rejected", "不是同一场所")],
                        default="open",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("other_household", "不同住户"),
                            ("other_tenant", "同一处所的不同租户"),
                            ("shared_address", "共用网络地址"),
                            ("common_contact", "联系人为房东、物业或代办人"),
                            ("merged", "并案"),
                            ("merge_undone", "撤销并案"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="理由",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="处理时间")),
            ],
            options={
                "verbose_name": "疑似同一场所",
                "verbose_name_plural": "疑似同一场所",
            },
        ),
        migrations.RemoveConstraint(
            model_name="sitekey",
            name="sitekey_account_has_one_site",
        ),
        migrations.RemoveConstraint(
            model_name="sitekey",
            name="sitekey_door_once",
        ),
        migrations.AddField(
            model_name="listrow",
            name="score",
            field=models.FloatField(null=True, verbose_name="分值"),
        ),
        migrations.AddField(
            model_name="sitekey",
            name="seen_on",
            field=models.DateField(null=True, verbose_name="发现日期"),
        ),
        migrations.AlterField(
            model_name="sitekey",
            name="kind",
            field=models.CharField(
                choices=[
                    ("broadband", "宽带账号"),
                    ("meter", "户号"),
                    ("lead", "地址与矿池"),
                    ("door", "门牌"),
                    ("phone", "联系电话"),
                    ("spot", "坐标"),
                ],
                max_length=10,
                verbose_name="种类",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitekey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["broadband", "meter"])),
                fields=("value",),
                name="sitekey_account_has_one_site",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitekey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["broadband", "meter"]), _negated=True),
                fields=("value", "site", "township", "holder", "seen_on"),
                name="sitekey_hint_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddField(
            model_name="sitesuggestion",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="处理人",
            ),
        ),
        migrations.AddField(
            model_name="sitesuggestion",
            name="one",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case", verbose_name="案件甲"
            ),
        ),
        migrations.AddField(
            model_name="sitesuggestion",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case", verbose_name="案件乙"
            ),
        ),
        migrations.AddIndex(
            model_name="sitesuggestion",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["-score", "-id"], name="sitesuggestion_open_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="sitesuggestion",
            constraint=models.UniqueConstraint(fields=("one", "other"), name="sitesuggestion_pair_once"),
        ),
        migrations.AddConstraint(
            model_name="sitesuggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("one__lt", models.F("other"))), name="sitesuggestion_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="sitesuggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("state", "open"), ("why", "")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state", "accepted"),
                        ("why", "merged"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state", "rejected"),
                        models.Q(("why__in", ["", "merged"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="sitesuggestion_decided_by_somebody",
            ),
        ),
        migrations.RunPython(create, drop),
    ]
