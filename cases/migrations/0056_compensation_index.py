"""The cases with a record of compensation are found without reading all of them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0058_billed_files")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX case_compensation_idx ON cases_case (id) WHERE facts ? 'compensation'",
            "DROP INDEX case_compensation_idx",
        )
    ]
