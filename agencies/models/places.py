"""Regions: GB/T 2260 codes as text whose prefixes mean containment."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Left, Length, RPad

from agencies.vocabulary import Level, choices, codes


class Region(models.Model):
    """A province, city, county or functional area.

    `code` is the six-digit code with its trailing zero pairs cut off ("32", "3203", "320303"), so that
    "lies in" is "starts with". `gb_code` is the same padded to six digits; for a functional area it is the
    statistics code, because GB/T 2260 gives it none.
    """

    code = models.CharField(primary_key=True, max_length=6)
    gb_code = models.CharField(max_length=6, unique=True)
    name = models.CharField(max_length=40)
    level = models.CharField(max_length=10, choices=choices(Level))
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    # First letters of a case number ("XZ" in XZ26-0117); a county uses those of its city.
    letter = models.CharField(max_length=6)

    class Meta:
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(condition=Q(level__in=codes(Level)), name="region_level_known"),
            # A prefix is containment only if every code says its level by its length.
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE.value, code__regex=r"^[0-9]{2}$")
                | Q(level=Level.CITY.value, code__regex=r"^[0-9]{4}$")
                | Q(level__in=(Level.COUNTY.value, Level.FUNCTIONAL.value), code__regex=r"^[0-9]{6}$"),
                name="region_level_is_length",
            ),
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE.value, parent__isnull=True)
                | Q(parent=Left("code", Length("code") - 2), parent__isnull=False),
                name="region_parent_is_prefix",
            ),
            models.CheckConstraint(
                condition=Q(gb_code=RPad(F("code"), 6, Value("0"))), name="region_gb_code_is_padded_code"
            ),
            # Two cities with the same letters would draw the same case numbers.
            models.UniqueConstraint(
                fields=("letter",),
                condition=Q(level__in=(Level.PROVINCE.value, Level.CITY.value)),
                name="region_letter_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gb_code} {self.name}"
