"""Deliveries that are long over may be removed, by the relay alone."""

from django.db import migrations


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sight_removal('notifications_delivery')")


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP POLICY removed ON notifications_delivery")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_leased_index")]

    operations = [migrations.RunPython(create, drop)]
