"""Two registers that the law has kept for three years: impact assessments, and what was provided to whom.

Sources: 个人信息保护法 55, 56; 网络数据安全管理条例 12. Lines are added and never changed; the database
refuses to delete one before three years have passed.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from audit.ids import new_id


class ImpactAssessment(models.Model):
    """What an agency found out before it began to process personal data in a way that article 55 names."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    activity = models.CharField(max_length=120)
    occasion = models.CharField(max_length=16)
    # The three questions of article 56.
    lawful = models.TextField()
    impact = models.TextField()
    measures = models.TextField()
    conclusion = models.CharField(max_length=16)
    assessed_on = models.DateField()
    recorded_by = models.ForeignKey("agencies.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["agency", "-recorded_at"], name="impact_agency_idx")]
        constraints = [
            models.CheckConstraint(
                condition=Q(occasion__in=["sensitive", "automated", "provision", "abroad", "other"]),
                name="impact_occasion_known",
            ),
            models.CheckConstraint(
                condition=Q(conclusion__in=["proceed", "with_measures", "stop"]), name="impact_conclusion_known"
            ),
        ]

    def __str__(self) -> str:
        return self.activity


class Provision(models.Model):
    """Personal data that one agency gave to another: purpose, basis, fields, of how many people, when.

    `event_id` is the event by which the product itself provided them; without one a person put the line down.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, null=True, related_name="+")
    recipient_text = models.CharField(max_length=120, blank=True, default="")
    case_id = models.UUIDField(null=True)
    event_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=200)
    basis = models.CharField(max_length=200)
    fields = models.JSONField()
    subjects = models.PositiveIntegerField()
    provided_at = models.DateTimeField()
    recorded_by = models.ForeignKey("agencies.User", on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["agency", "-provided_at"], name="provision_agency_idx")]
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "recipient"], condition=Q(event_id__isnull=False), name="provision_event_once"
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | ~Q(recipient_text=""), name="provision_has_recipient"
            ),
            # The product's own line needs no person, every other one does.
            models.CheckConstraint(
                condition=Q(event_id__isnull=False) | Q(recorded_by__isnull=False), name="provision_has_author"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} → {self.recipient_id or self.recipient_text}"
