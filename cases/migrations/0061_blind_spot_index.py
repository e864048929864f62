"""The register of blind spots is found without reading all cases."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0055_document_fate")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX case_blind_spot_idx ON cases_case (id) WHERE facts ? 'blind_spot' AND stage <> 'closed'",
            "DROP INDEX case_blind_spot_idx",
        )
    ]
