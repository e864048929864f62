"""The tasks whose clock stands still are found by an index, however many run."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0070_events_in_sight")]

    operations = [
        migrations.AddIndex(
            model_name="clockinterval",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True), ("state", "paused")),
                fields=["task"],
                name="clock_paused_idx",
            ),
        ),
    ]
