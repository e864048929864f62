"""Agencies and their sub-units (carriers of a telecom bureau, county branches of a grid company)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from agencies.vocabulary import Duty, Kind, PartnerSort, choices, codes


class Agency(models.Model):
    """A body that can owe a task. With `parent` it is a sub-unit: tasks go to the parent, which passes them down."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=32, choices=choices(Kind))
    region = models.ForeignKey("agencies.Region", on_delete=models.PROTECT, related_name="agencies")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(max_length=60)
    short_name = models.CharField(max_length=20)
    monogram = models.CharField(max_length=2)
    duties = ArrayField(models.CharField(max_length=32, choices=choices(Duty)), default=list, blank=True)
    partner_sort = models.CharField(max_length=16, choices=choices(PartnerSort), default="", blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=codes(Kind)), name="agency_kind_known"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}(-[a-z0-9]+)+$"), name="agency_code_form"),
            models.CheckConstraint(condition=Q(duties__contained_by=codes(Duty)), name="agency_duties_known"),
            models.CheckConstraint(
                condition=Q(kind=Kind.PARTNER.value, partner_sort__in=codes(PartnerSort))
                | (~Q(kind=Kind.PARTNER.value) & Q(partner_sort="")),
                name="agency_partner_has_sort",
            ),
            # A task is addressed to "the grid company of this region": there can be only one.
            models.UniqueConstraint(
                fields=("kind", "region"),
                condition=Q(parent__isnull=True, active=True) & ~Q(kind=Kind.PARTNER.value),
                name="agency_one_per_kind_and_region",
            ),
            models.UniqueConstraint(
                fields=("partner_sort", "region"),
                condition=Q(parent__isnull=True, active=True, kind=Kind.PARTNER.value),
                name="agency_one_per_sort_and_region",
            ),
            # 电力法 6: one department is the electricity administration of a region.
            models.UniqueConstraint(
                fields=("region",),
                condition=Q(active=True, duties__contains=[Duty.POWER_AUTHORITY.value]),
                name="agency_one_power_authority",
            ),
            models.CheckConstraint(condition=Q(parent__isnull=True) | Q(duties__len=0), name="agency_unit_has_no_duty"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_unit(self) -> bool:
        return self.parent_id is not None

    @property
    def principal_id(self) -> int:
        """The agency that tasks are addressed to: itself, or the parent of a sub-unit."""
        return self.parent_id or self.pk
