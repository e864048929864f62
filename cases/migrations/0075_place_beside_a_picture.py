"""Whether a telephone stood at the site when it took a picture: said beside the picture, compared, and forgotten."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0073_bulk_runs")]

    operations = [
        migrations.AddField("attachment", "near", models.BooleanField("拍摄时在现场", null=True)),
    ]
