"""Whether somebody wants the keys of the pages: a matter of comfort and of accessibility, kept for every device."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agencies", "0035_scope_of_the_feed")]

    operations = [
        migrations.AddField("user", "keys", models.BooleanField("快捷键", default=True, db_default=True)),
    ]
