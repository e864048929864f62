"""Whether another process sends is asked before every call: found by an index, whatever else waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_endpoints")]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("leased_until__isnull", False), ("state", "waiting")),
                fields=["leased_until"],
                name="delivery_leased_idx",
            ),
        ),
    ]
