"""Temporary substitution (代理): for some days the roles of one person are exercised by another of the same agency."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from agencies.models.people import User


class Substitution(models.Model):
    """From one day to another, both included, by the calendar of China. Ended early: `ended_at`."""

    absent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(User, on_delete=models.PROTECT, related_name="substitutions")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    roles = ArrayField(models.CharField(max_length=16))
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=120, blank=True, default="")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("first_day", "pk")
        indexes = [
            models.Index(fields=("substitute",), condition=Q(ended_at__isnull=True), name="substitution_by_substitute"),
            models.Index(fields=("absent",), condition=Q(ended_at__isnull=True), name="substitution_by_absent"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(absent=F("substitute")), name="substitution_by_another"),
            models.CheckConstraint(condition=~Q(granted_by=F("substitute")), name="substitution_granted_by_another"),
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="substitution_days_in_order"),
            models.CheckConstraint(
                condition=Q(
                    roles__contained_by=["handler", "reviewer", "approver", "field_crew", "billing", "supervisor"]
                )
                & ~Q(roles=[]),
                name="substitution_of_work_on_cases",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute_id} for {self.absent_id} @{self.agency_id} {self.first_day} {self.last_day}"
