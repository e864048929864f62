"""Three separated administrators (系统, 安全, 审计), held apart by the database; where an account was opened."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
ROLES = {
    "handler": "经办",
    "reviewer": "审核",
    "approver": "签发",
    "field_crew": "现场作业",
    "billing": "电费核算",
    "supervisor": "督查",
    "agency_admin": "单位管理员",
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "audit_admin": "审计管理员",
}


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "separation_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "separation_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("agencies", "0011_registers"), ("audit", "0001_events")]

    operations = [
        migrations.RemoveConstraint(model_name="membership", name="membership_role_known"),
        migrations.AlterField(
            model_name="membership", name="role", field=models.CharField(choices=list(ROLES.items()), max_length=16)
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", list(ROLES))), name="membership_role_known"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="agency",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
            ),
        ),
        migrations.RunPython(create, drop),
    ]
