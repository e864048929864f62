"""A scope of its own for systems that push signals."""

import django.contrib.postgres.fields
from django.db import migrations, models

SCOPES = [
    ("cases:read", "查看案件与待办"),
    ("signals:write", "报送名单与线索"),
    ("signals:push", "推送线索数据流"),
    ("findings:write", "反馈核查结果"),
]


class Migration(migrations.Migration):
    dependencies = [("agencies", "0034_wall")]

    operations = [
        migrations.RemoveConstraint(model_name="client", name="client_scopes_known"),
        migrations.AlterField(
            model_name="client",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=SCOPES, max_length=32), size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(scopes__contained_by=[code for code, _ in SCOPES]), name="client_scopes_known"
            ),
        ),
    ]
