"""Lists as they came, their rows, the sites found in them, and the sealed personal data."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0004_system_actor"),
        ("cases", "0020_list_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListBatch",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80, verbose_name="批次名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("telecom", "监测名单"),
                            ("trace", "溯源反馈"),
                            ("grid", "用电异常名单"),
                            ("tips", "举报清单"),
                        ],
                        max_length=8,
                        verbose_name="名单类型",
                    ),
                ),
                ("filename", models.CharField(max_length=200, verbose_name="文件名")),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField(verbose_name="字节数")),
                ("received_at", models.DateTimeField(verbose_name="接收时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "已接收"),
                            ("importing", "导入中"),
                            ("done", "已导入"),
                            ("refused", "不能识别"),
                        ],
                        default="received",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("problem", models.JSONField(null=True, verbose_name="不能识别的原因")),
                ("columns", models.JSONField(default=dict, verbose_name="列对应")),
                ("rows_total", models.PositiveIntegerField(null=True, verbose_name="行数")),
                ("rows_done", models.PositiveIntegerField(default=0, verbose_name="已处理行数")),
                ("moved_at", models.DateTimeField(verbose_name="最近进展")),
                ("counts", models.JSONField(default=dict, verbose_name="统计")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="报送单位",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="接收人",
                    ),
                ),
            ],
            options={
                "verbose_name": "名单批次",
                "verbose_name_plural": "名单批次",
            },
        ),
        migrations.CreateModel(
            name="ListPart",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="cases.listbatch"
                    ),
                ),
            ],
            options={
                "verbose_name": "名单文件",
                "verbose_name_plural": "名单文件",
            },
        ),
        migrations.CreateModel(
            name="ListRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(verbose_name="行")),
                ("sealed", models.BinaryField(verbose_name="原始单元格")),
                ("reading", models.JSONField(verbose_name="读数")),
                ("fate", models.CharField(max_length=24, verbose_name="处理")),
                ("reason", models.CharField(max_length=24, verbose_name="原因")),
                ("figures", models.JSONField(default=dict, verbose_name="原因数据")),
                ("notes", models.JSONField(default=list, verbose_name="提示")),
                ("effect", models.CharField(max_length=8, verbose_name="作用")),
                ("matched", models.JSONField(default=list, verbose_name="依据")),
                ("identity", models.BinaryField(max_length=16, null=True)),
                ("sight", models.BinaryField(max_length=16, null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="cases.listbatch"
                    ),
                ),
                (
                    "same_as",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.listrow",
                        verbose_name="与之相同",
                    ),
                ),
            ],
            options={
                "verbose_name": "名单行",
                "verbose_name_plural": "名单行",
            },
        ),
        migrations.CreateModel(
            name="PersonalRecord",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("holder", "用户名称"),
                            ("phone", "联系电话"),
                            ("address", "地址"),
                            ("broadband", "宽带账号"),
                            ("meter", "户号"),
                            ("content", "举报内容"),
                            ("reporter", "举报人"),
                            ("reporter_phone", "举报人电话"),
                        ],
                        max_length=16,
                        verbose_name="项目",
                    ),
                ),
                ("source", models.CharField(max_length=12, verbose_name="来源")),
                ("sealed", models.BinaryField(verbose_name="密文")),
                ("key_id", models.CharField(max_length=32, verbose_name="密钥")),
                ("blind", models.BinaryField(max_length=16, verbose_name="盲索引")),
                ("protected", models.BooleanField(default=False, verbose_name="受保护")),
                ("created_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="personal_records", to="cases.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "个人信息",
                "verbose_name_plural": "个人信息",
            },
        ),
        migrations.CreateModel(
            name="Signal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "family",
                    models.CharField(
                        choices=[
                            ("traffic", "流量"),
                            ("hashpower", "算力"),
                            ("energy", "用电"),
                            ("funds", "资金"),
                            ("onsite", "现场"),
                            ("report", "举报"),
                        ],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("numbers", models.JSONField(default=dict, verbose_name="数值")),
                ("observed_from", models.DateTimeField(null=True, verbose_name="观测起")),
                ("observed_to", models.DateTimeField(null=True, verbose_name="观测止")),
                ("created_at", models.DateTimeField(verbose_name="登记时间")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤回时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signals", to="cases.case"
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signals",
                        to="cases.listrow",
                    ),
                ),
            ],
            options={
                "verbose_name": "线索",
                "verbose_name_plural": "线索",
            },
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("region_code", models.CharField(max_length=6, verbose_name="属地")),
                ("subject", models.CharField(default="unknown", max_length=16, verbose_name="主体推断")),
                ("located", models.BooleanField(default=False, verbose_name="已定位")),
                ("created_at", models.DateTimeField(verbose_name="建立时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sites", to="cases.case"
                    ),
                ),
                (
                    "previous_case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                        verbose_name="前一案件",
                    ),
                ),
            ],
            options={
                "verbose_name": "点位",
                "verbose_name_plural": "点位",
            },
        ),
        migrations.AddField(
            model_name="listrow",
            name="site",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="cases.site"
            ),
        ),
        migrations.CreateModel(
            name="SiteKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("broadband", "宽带账号"),
                            ("meter", "户号"),
                            ("lead", "地址与矿池"),
                            ("door", "门牌"),
                        ],
                        max_length=10,
                        verbose_name="种类",
                    ),
                ),
                ("value", models.BinaryField(max_length=16)),
                ("township", models.BinaryField(max_length=16, null=True)),
                ("holder", models.BinaryField(max_length=16, null=True)),
                ("flat", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="keys", to="cases.site"
                    ),
                ),
            ],
            options={
                "verbose_name": "点位标识",
                "verbose_name_plural": "点位标识",
            },
        ),
        migrations.AddIndex(
            model_name="listbatch",
            index=models.Index(fields=["agency", "-received_at"], name="listbatch_agency_idx"),
        ),
        migrations.AddIndex(
            model_name="listbatch",
            index=models.Index(
                condition=models.Q(("state__in", ["received", "importing"])),
                fields=["moved_at"],
                name="listbatch_unfinished_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="listbatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "refused"), _negated=True), fields=("name",), name="listbatch_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="listbatch",
            constraint=models.UniqueConstraint(fields=("agency", "kind", "sha256"), name="listbatch_file_once"),
        ),
        migrations.AddConstraint(
            model_name="listbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rows_total__isnull", True), ("rows_done__lte", models.F("rows_total")), _connector="OR"
                ),
                name="listbatch_done_within_total",
            ),
        ),
        migrations.AddIndex(
            model_name="personalrecord",
            index=models.Index(fields=["blind"], name="personalrecord_blind_idx"),
        ),
        migrations.AddConstraint(
            model_name="personalrecord",
            constraint=models.UniqueConstraint(fields=("case", "field", "blind"), name="personalrecord_value_once"),
        ),
        migrations.AddConstraint(
            model_name="personalrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("field__in", ["reporter", "reporter_phone"]), _negated=True),
                    ("protected", True),
                    _connector="OR",
                ),
                name="personalrecord_reporter_protected",
            ),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(fields=["case", "family"], name="signal_case_idx"),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("row", "family"),
                name="signal_row_counts_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("observed_to__isnull", True), ("observed_to__gte", models.F("observed_from")), _connector="OR"
                ),
                name="signal_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="site",
            index=models.Index(fields=["case"], name="site_case_idx"),
        ),
        migrations.AddIndex(
            model_name="listrow",
            index=models.Index(
                condition=models.Q(("sight__isnull", False)), fields=["sight"], name="listrow_sight_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="listrow",
            index=models.Index(condition=models.Q(("site__isnull", False)), fields=["site"], name="listrow_site_idx"),
        ),
        migrations.AddIndex(
            model_name="listrow",
            index=models.Index(fields=["batch", "fate", "number"], name="listrow_batch_fate_idx"),
        ),
        migrations.AddConstraint(
            model_name="listrow",
            constraint=models.UniqueConstraint(fields=("batch", "number"), name="listrow_number_once"),
        ),
        migrations.AddConstraint(
            model_name="listrow",
            constraint=models.UniqueConstraint(fields=("identity",), name="listrow_identity_once"),
        ),
        migrations.AddConstraint(
            model_name="listrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("effect__in", ["new_case", "added", "none"])), name="listrow_effect_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="listrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("effect__in", ["new_case", "added"]), _negated=True),
                    ("site__isnull", False),
                    _connector="OR",
                ),
                name="listrow_effect_has_site",
            ),
        ),
        migrations.AddIndex(
            model_name="sitekey",
            index=models.Index(fields=["site"], name="sitekey_site_idx"),
        ),
        migrations.AddConstraint(
            model_name="sitekey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "door"), _negated=True),
                fields=("value",),
                name="sitekey_account_has_one_site",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitekey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "door")),
                fields=("value", "site", "township", "holder"),
                name="sitekey_door_once",
                nulls_distinct=False,
            ),
        ),
    ]
