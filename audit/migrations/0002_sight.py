"""Who is looking: the settings of a transaction as functions, the wall of row-level security, doors that ask."""

from django.db import migrations

from audit.migrations.sql import read


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_events")]

    operations = [migrations.RunSQL(read("0002_sight.sql"), read("0002_sight_rollback.sql"))]
