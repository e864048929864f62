"""What ended in a period is found without reading all tasks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0065_escalation")]

    operations = [
        migrations.AddIndex(
            "task",
            models.Index(fields=["closed_at"], name="task_closed_idx", condition=models.Q(closed_at__isnull=False)),
        )
    ]
