"""Regions, agencies, people and their roles, regional parameters, and the stamp of the directory."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("username", models.CharField(max_length=64, unique=True)),
                ("display_name", models.CharField(max_length=40)),
                ("staff_no", models.CharField(blank=True, default="", max_length=20)),
                ("language", models.CharField(choices=[("zh", "中文"), ("en", "English")], default="zh", max_length=2)),
                ("is_active", models.BooleanField(default=True)),
                ("is_system", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("username",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("username__regex", "^[a-z0-9][a-z0-9._-]{1,63}$")), name="user_name_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ("zh", "en"))), name="user_language_known"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("staff_no", ""), _negated=True),
                        fields=("staff_no",),
                        name="user_staff_no_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                ("code", models.CharField(max_length=6, primary_key=True, serialize=False)),
                ("gb_code", models.CharField(max_length=6, unique=True)),
                ("name", models.CharField(max_length=40)),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("province", "省"),
                            ("city", "市"),
                            ("county", "县（市、区）"),
                            ("functional", "功能区"),
                        ],
                        max_length=10,
                    ),
                ),
                ("letter", models.CharField(max_length=6)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="agencies.region",
                    ),
                ),
            ],
            options={
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="Agency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("development_commission", "发展改革委"),
                            ("grid_company", "供电公司"),
                            ("cyberspace_office", "网信办"),
                            ("telecom_bureau", "通信管理局"),
                            ("supervision", "督查"),
                            ("partner", "协办单位"),
                        ],
                        max_length=32,
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("short_name", models.CharField(max_length=20)),
                ("monogram", models.CharField(max_length=2)),
                (
                    "duties",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(choices=[("power_authority", "电力管理部门")], max_length=32),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "partner_sort",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("police", "公安"),
                            ("discipline", "纪委监委"),
                            ("culture", "文旅"),
                            ("street", "街道"),
                            ("market", "市场监管"),
                            ("other", "其他"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="agencies.agency",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="agencies", to="agencies.region"
                    ),
                ),
            ],
            options={
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="RegionParameter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("value", models.JSONField()),
                ("effective_from", models.DateField()),
                ("effective_to", models.DateField(null=True)),
                ("source", models.CharField(max_length=120)),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parameters", to="agencies.region"
                    ),
                ),
            ],
            options={
                "ordering": ("region", "key", "effective_from"),
            },
        ),
        migrations.CreateModel(
            name="Stamp",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("n", models.BigIntegerField()),
            ],
            options={
                "db_table": "agencies_stamp",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="stamp_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("handler", "经办"),
                            ("reviewer", "审核"),
                            ("approver", "签发"),
                            ("field_crew", "现场作业"),
                            ("billing", "电费核算"),
                            ("supervisor", "督查"),
                            ("agency_admin", "单位管理员"),
                        ],
                        max_length=16,
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "ceiling",
                    models.CharField(
                        choices=[("ordinary", "普通"), ("sensitive", "敏感"), ("internal", "内部")],
                        default="ordinary",
                        max_length=12,
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="agencies.agency"
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("agency", "user", "role"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "handler",
                                    "reviewer",
                                    "approver",
                                    "field_crew",
                                    "billing",
                                    "supervisor",
                                    "agency_admin",
                                ],
                            )
                        ),
                        name="membership_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ceiling__in", ["ordinary", "sensitive", "internal"])),
                        name="membership_ceiling_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("active", True), ("until__isnull", True)),
                            models.Q(("active", False), ("until__isnull", False)),
                            _connector="OR",
                        ),
                        name="membership_ended_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("granted_by", models.F("user")), _negated=True),
                        name="membership_nobody_grants_themself",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("active", True)),
                        fields=("user", "agency", "role"),
                        name="membership_role_once",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="region",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["province", "city", "county", "functional"])),
                name="region_level_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="region",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code__regex", "^[0-9]{2}$"), ("level", "province")),
                    models.Q(("code__regex", "^[0-9]{4}$"), ("level", "city")),
                    models.Q(("code__regex", "^[0-9]{6}$"), ("level__in", ("county", "functional"))),
                    _connector="OR",
                ),
                name="region_level_is_length",
            ),
        ),
        migrations.AddConstraint(
            model_name="region",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("level", "province"), ("parent__isnull", True)),
                    models.Q(
                        (
                            "parent",
                            django.db.models.functions.text.Left(
                                "code",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.functions.text.Length("code"), "-", models.Value(2)
                                ),
                            ),
                        ),
                        ("parent__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="region_parent_is_prefix",
            ),
        ),
        migrations.AddConstraint(
            model_name="region",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("gb_code", django.db.models.functions.text.RPad(models.F("code"), 6, models.Value("0")))
                ),
                name="region_gb_code_is_padded_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="region",
            constraint=models.UniqueConstraint(
                condition=models.Q(("level__in", ("province", "city"))), fields=("letter",), name="region_letter_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "development_commission",
                            "grid_company",
                            "cyberspace_office",
                            "telecom_bureau",
                            "supervision",
                            "partner",
                        ],
                    )
                ),
                name="agency_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[0-9]{6}(-[a-z0-9]+)+$")), name="agency_code_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("duties__contained_by", ["power_authority"])), name="agency_duties_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "partner"),
                        ("partner_sort__in", ["police", "discipline", "culture", "street", "market", "other"]),
                    ),
                    models.Q(models.Q(("kind", "partner"), _negated=True), ("partner_sort", "")),
                    _connector="OR",
                ),
                name="agency_partner_has_sort",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("active", True), ("parent__isnull", True), models.Q(("kind", "partner"), _negated=True)
                ),
                fields=("kind", "region"),
                name="agency_one_per_kind_and_region",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True), ("kind", "partner"), ("parent__isnull", True)),
                fields=("partner_sort", "region"),
                name="agency_one_per_sort_and_region",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True), ("duties__contains", ["power_authority"])),
                fields=("region",),
                name="agency_one_power_authority",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent__isnull", True), ("duties__len", 0), _connector="OR"),
                name="agency_unit_has_no_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="regionparameter",
            constraint=models.UniqueConstraint(fields=("region", "key", "effective_from"), name="parameter_one_start"),
        ),
        migrations.AddConstraint(
            model_name="regionparameter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("effective_to__isnull", True), ("effective_to__gt", models.F("effective_from")), _connector="OR"
                ),
                name="parameter_period_not_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="regionparameter",
            constraint=models.CheckConstraint(
                condition=models.Q(("key__regex", "^[a-z][a-z0-9_.]*$")), name="parameter_key_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="regionparameter",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="parameter_has_source"
            ),
        ),
    ]
