"""A case that is loaded says of each past act for whom it was done: four-eyes counts the substitute and the absent.

The rest of `case_load` stays as it is, in whichever version stands: one value more in its list of acts.
"""

from django.db import migrations

ACT = "e.action, e.actor_id, e.agency_id, e.at)"
ACT_ON_BEHALF = "e.action, e.actor_id, e.agency_id, e.at, audit_on_behalf(e.body))"
LOAD = "'public.case_load_unchecked(uuid,bigint,text,boolean)'::regprocedure"


def rewrite(schema_editor, old, new):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_get_functiondef({LOAD})")
        definition = cursor.fetchone()[0]
        if definition.count(old) != 1:
            raise RuntimeError("case_load lists its acts in another way; give it audit_on_behalf(e.body) by hand")
        cursor.execute(definition.replace(old, new))


def create(apps, schema_editor):
    rewrite(schema_editor, ACT, ACT_ON_BEHALF)


def drop(apps, schema_editor):
    rewrite(schema_editor, ACT_ON_BEHALF, ACT)


class Migration(migrations.Migration):
    dependencies = [("cases", "0034_erasure"), ("agencies", "0031_substitutions")]

    operations = [migrations.RunPython(create, drop)]
