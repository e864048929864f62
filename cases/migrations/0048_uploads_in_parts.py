"""Lists that are sent in parts: what was said of each, the sealed parts, and the wall around them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

OWN = "user_id = (SELECT sight_user())"
# Through the wall of the upload that they belong to, and for people only.
OF_ONES_OWN = (
    "(SELECT sight_user()) IS NOT NULL"
    " AND EXISTS (SELECT FROM cases_listupload u WHERE u.id = cases_listuploadpart.upload_id)"
)
TABLES = ("cases_listuploadpart", "cases_listupload")


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sight_wall('cases_listupload', %s, %s, %s)", [OWN, OWN, OWN])
        cursor.execute("SELECT sight_wall('cases_listuploadpart', %s, %s, 'false')", [OF_ONES_OWN, OF_ONES_OWN])
        for table in TABLES:
            cursor.execute("SELECT sight_removal(%s::regclass)", [table])


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP POLICY removed ON {table}")
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0035_scope_of_the_feed"),
        ("cases", "0047_figures_in_sight"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListUpload",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
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
                ("batch_name", models.CharField(max_length=80, verbose_name="批次名称")),
                ("filename", models.CharField(max_length=200, verbose_name="文件名")),
                ("size", models.PositiveIntegerField(verbose_name="字节数")),
                ("sha256", models.CharField(default="", max_length=64)),
                ("issuer", models.CharField(default="", max_length=80, verbose_name="下发单位")),
                ("level", models.CharField(default="", max_length=8, verbose_name="名单级别")),
                ("due", models.CharField(default="", max_length=40, verbose_name="反馈期限")),
                ("steps", models.BooleanField(default=False, verbose_name="逐步导入")),
                ("received", models.PositiveIntegerField(default=0, verbose_name="已收字节数")),
                ("begun_at", models.DateTimeField(verbose_name="开始时间")),
                ("expires_at", models.DateTimeField(verbose_name="清除时间")),
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
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.listbatch",
                        verbose_name="名单批次",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
            ],
            options={
                "verbose_name": "分片上传",
                "verbose_name_plural": "分片上传",
            },
        ),
        migrations.CreateModel(
            name="ListUploadPart",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "upload_id", "start", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("start", models.PositiveIntegerField(verbose_name="起点")),
                ("size", models.PositiveIntegerField(verbose_name="字节数")),
                ("sealed", models.BinaryField(verbose_name="密文")),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="cases.listupload"
                    ),
                ),
            ],
            options={
                "verbose_name": "上传分片",
                "verbose_name_plural": "上传分片",
            },
        ),
        migrations.AddIndex(
            model_name="listupload",
            index=models.Index(fields=["expires_at"], name="listupload_expires_idx"),
        ),
        migrations.AddConstraint(
            model_name="listupload",
            constraint=models.CheckConstraint(
                condition=models.Q(("received__lte", models.F("size"))), name="listupload_not_more_than_said"
            ),
        ),
        migrations.AddConstraint(
            model_name="listupload",
            constraint=models.CheckConstraint(
                condition=models.Q(("batch__isnull", True), ("received", models.F("size")), _connector="OR"),
                name="listupload_batch_of_the_whole",
            ),
        ),
        migrations.RunPython(create, drop),
    ]
