"""The named actor for what no person does. It has no password and cannot log in."""

from django.apps.registry import Apps
from django.contrib.auth.hashers import make_password
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("agencies", "User").objects.using(schema_editor.connection.alias).create(
        username="system",
        display_name="系统",
        is_system=True,
        password=make_password(None),
        created_at=timezone.now(),
    )


def remove(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    users = apps.get_model("agencies", "User").objects.using(schema_editor.connection.alias)
    users.filter(username="system").delete()


class Migration(migrations.Migration):
    dependencies = [("agencies", "0003_reference_regions")]

    operations = [migrations.RunPython(create, remove)]
