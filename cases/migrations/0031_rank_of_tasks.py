"""How confidential a task's case is stands with the task and in the counters, so that lists and totals leave out alike."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
KEY = "ALTER TABLE cases_taskcounter DROP CONSTRAINT cases_taskcounter_pkey, ADD PRIMARY KEY ({})"
OPEN = models.Q(state="open")
INDEXES = (
    (("agency", "due_at", "id"), "task_due_idx", OPEN),
    (("agency", "stage", "region_code", "due_at", "id"), "task_stage_region_due_idx", OPEN),
    (("unit", "due_at", "id"), "task_unit_due_idx", models.Q(state="open", unit__isnull=False)),
)


def rank():
    return models.PositiveSmallIntegerField(default=0, db_default=0, verbose_name="密级")


def read(name):
    return (SQL / name).read_text(encoding="utf-8")


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name in ("task_rank_v1.sql", "case_load_v2.sql", "case_commit_v2.sql", "lists_v2.sql"):
            cursor.execute(read(name))
        # No act had raised a case before; one that was raised by other means is brought in step all the same.
        cursor.execute(
            """WITH moved AS (
                UPDATE cases_task t SET rank = agencies_rank(c.confidentiality) FROM cases_case c
                WHERE c.id = t.case_id AND c.confidentiality <> 'ordinary'
                RETURNING t.agency_id, t.region_code, t.stage, t.rank, t.state)
            INSERT INTO cases_taskcounterdelta (agency_id, region_code, stage, rank, n)
            SELECT agency_id, region_code, stage, 0, -1 FROM moved WHERE state = 'open'
            UNION ALL SELECT agency_id, region_code, stage, rank, 1 FROM moved WHERE state = 'open'"""
        )


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(read("task_rank_rollback_v1.sql"))
        # Of the older files, the functions alone: the tables and triggers beside them are there.
        cursor.execute(read("lists_v1.sql").split("-- Pairs of characters")[0])
        cursor.execute(read("case_commit_v1.sql"))
        cursor.execute(read("case_load_v1.sql"))


def indexes(**more):
    """Each index of open tasks anew; with the rank in it a list needs no look at the row to leave a task out."""
    for fields, name, condition in INDEXES:
        yield migrations.RemoveIndex("task", name)
        yield migrations.AddIndex("task", models.Index(fields=fields, name=name, condition=condition, **more))


class Migration(migrations.Migration):
    dependencies = [("cases", "0030_rank_of_participants"), ("agencies", "0032_entry")]

    operations = [
        migrations.AddField("task", "rank", rank()),
        migrations.AddField("taskcounter", "rank", rank()),
        migrations.AddField("taskcounterdelta", "rank", rank()),
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    KEY.format("agency_id, region_code, stage, rank"), KEY.format("agency_id, region_code, stage")
                )
            ],
            [
                migrations.AlterField(
                    "taskcounter",
                    "pk",
                    models.CompositePrimaryKey(
                        "agency_id",
                        "region_code",
                        "stage",
                        "rank",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                )
            ],
        ),
        *indexes(include=["rank"]),
        migrations.RunPython(create, drop),
    ]
