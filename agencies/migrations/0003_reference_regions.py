"""Load the provinces, cities, counties and functional areas of China (statistics codes to 30 June 2023)."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from agencies.regions import reference_rows


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    region = apps.get_model("agencies", "Region")
    rows = [region(**row._asdict()) for row in reference_rows()]
    region.objects.using(schema_editor.connection.alias).bulk_create(rows, batch_size=2000)


def unload(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    region = apps.get_model("agencies", "Region").objects.using(schema_editor.connection.alias)
    for level in ("functional", "county", "city", "province"):
        region.filter(level=level).delete()


class Migration(migrations.Migration):
    dependencies = [("agencies", "0002_posts_function_and_stamp")]

    operations = [migrations.RunPython(load, unload)]
