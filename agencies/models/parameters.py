"""What a region sets differently (deadlines, notice periods …), and the stamp that tells processes to read again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class RegionParameter(models.Model):
    """An override for a region and everything in it, from a day on (Asia/Shanghai), `effective_to` exclusive."""

    region = models.ForeignKey("agencies.Region", on_delete=models.PROTECT, related_name="parameters")
    key = models.CharField(max_length=64)
    value = models.JSONField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    # The paper it rests on, such as "徐发改〔2026〕12号".
    source = models.CharField(max_length=120)

    class Meta:
        ordering = ("region", "key", "effective_from")
        constraints = [
            models.UniqueConstraint(fields=("region", "key", "effective_from"), name="parameter_one_start"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
                name="parameter_period_not_empty",
            ),
            models.CheckConstraint(condition=Q(key__regex=r"^[a-z][a-z0-9_.]*$"), name="parameter_key_form"),
            models.CheckConstraint(condition=~Q(source=""), name="parameter_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.key} {self.effective_from}"


class Stamp(models.Model):
    """One row. `n` changes (to a random number) with every change of regions, agencies or parameters.

    A counter would not do: a change that is rolled back gives its number to the next one, and a process that
    had read the first under that number would never read the second.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    n = models.BigIntegerField()

    class Meta:
        db_table = "agencies_stamp"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="stamp_one_row")]

    def __str__(self) -> str:
        return str(self.n)
