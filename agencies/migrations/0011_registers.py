"""The registers of impact assessments and of provisions of personal data: added to, never changed, kept three years."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

GUARD = """
-- 个人信息保护法 56 and 网络数据安全管理条例 12: three years, by the database's own clock.
CREATE FUNCTION agencies_register_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.recorded_at < clock_timestamp() - interval '3 years' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% of % refused: a line of a register stays as it is for three years', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'LZ003';
END $$;
CREATE FUNCTION agencies_register_not_emptied() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of % refused: a line of a register stays for three years', TG_TABLE_NAME
        USING ERRCODE = 'LZ003';
END $$;
CREATE TRIGGER impact_stays BEFORE UPDATE OR DELETE ON agencies_impactassessment
    FOR EACH ROW EXECUTE FUNCTION agencies_register_stays();
CREATE TRIGGER impact_not_emptied BEFORE TRUNCATE ON agencies_impactassessment
    FOR EACH STATEMENT EXECUTE FUNCTION agencies_register_not_emptied();
CREATE TRIGGER provision_stays BEFORE UPDATE OR DELETE ON agencies_provision
    FOR EACH ROW EXECUTE FUNCTION agencies_register_stays();
CREATE TRIGGER provision_not_emptied BEFORE TRUNCATE ON agencies_provision
    FOR EACH STATEMENT EXECUTE FUNCTION agencies_register_not_emptied();
ALTER TABLE agencies_impactassessment ENABLE ALWAYS TRIGGER impact_stays;
ALTER TABLE agencies_impactassessment ENABLE ALWAYS TRIGGER impact_not_emptied;
ALTER TABLE agencies_provision ENABLE ALWAYS TRIGGER provision_stays;
ALTER TABLE agencies_provision ENABLE ALWAYS TRIGGER provision_not_emptied;
"""
UNGUARD = """
DROP TRIGGER impact_stays ON agencies_impactassessment;
DROP TRIGGER impact_not_emptied ON agencies_impactassessment;
DROP TRIGGER provision_stays ON agencies_provision;
DROP TRIGGER provision_not_emptied ON agencies_provision;
DROP FUNCTION agencies_register_stays(), agencies_register_not_emptied();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0004_system_actor"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImpactAssessment",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("activity", models.CharField(max_length=120)),
                ("occasion", models.CharField(max_length=16)),
                ("lawful", models.TextField()),
                ("impact", models.TextField()),
                ("measures", models.TextField()),
                ("conclusion", models.CharField(max_length=16)),
                ("assessed_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["agency", "-recorded_at"], name="impact_agency_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("occasion__in", ["sensitive", "automated", "provision", "abroad", "other"])
                        ),
                        name="impact_occasion_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("conclusion__in", ["proceed", "with_measures", "stop"])),
                        name="impact_conclusion_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Provision",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("recipient_text", models.CharField(blank=True, default="", max_length=120)),
                ("case_id", models.UUIDField(null=True)),
                ("event_id", models.BigIntegerField(null=True)),
                ("purpose", models.CharField(max_length=200)),
                ("basis", models.CharField(max_length=200)),
                ("fields", models.JSONField()),
                ("subjects", models.PositiveIntegerField()),
                ("provided_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["agency", "-provided_at"], name="provision_agency_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("event_id__isnull", False)),
                        fields=("event_id", "recipient"),
                        name="provision_event_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recipient__isnull", False),
                            models.Q(("recipient_text", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="provision_has_recipient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("event_id__isnull", False), ("recorded_by__isnull", False), _connector="OR"
                        ),
                        name="provision_has_author",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
