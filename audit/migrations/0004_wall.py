"""The wall goes on: doors of the access log that ask, and a policy for deleting. See sql/0004_wall.sql."""

from django.db import migrations

from audit.migrations.sql import read


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_access_log")]

    operations = [migrations.RunSQL(read("0004_wall.sql"), read("0004_wall_rollback.sql"))]
