"""Beside every agency that sees a case: how confidential the case is. Kept in step by triggers."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "case_rank_v1.sql").read_text(encoding="utf-8"))
        cursor.execute(
            "UPDATE cases_caseagency SET rank = 0 FROM cases_case c"  # the trigger writes the rank of the case
            " WHERE c.id = case_id AND c.confidentiality <> 'ordinary'"
        )


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER case_pass_rank ON cases_case; DROP TRIGGER case_take_rank ON cases_caseagency;"
            " DROP FUNCTION case_pass_rank(), case_take_rank()"
        )


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_intake"), ("agencies", "0030_ceilings")]

    operations = [
        migrations.AddField(
            "caseagency",
            "rank",
            models.PositiveSmallIntegerField(default=0, db_default=0, verbose_name="密级"),
        ),
        migrations.AddConstraint(
            "caseagency",
            models.CheckConstraint(condition=models.Q(rank__in=[0, 1, 2]), name="caseagency_rank_known"),
        ),
        migrations.RunPython(create, drop),
    ]
