"""Weekly ledgers and overdue bulletins: in lists, with their versions, in figures."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.api.shapes.common import AgencyRef, PersonRef, RegionRef, page_of
from cases.models import Report, ReportVersion

KINDS, STATES = Report.Kind.values, ReportVersion.State.values
FIGURES = (
    "As codes. Ledger: `now` and `before`, the end of the week and of the week before, each with `regions` (a line a "
    "region, the first one of all; `kwh` and `assessed` are null where a sum would tell of a case), `subjects`, "
    "`findings`, `outcomes`. Bulletin: `agencies` with what each was late with, `tasks`, `before`."
)


class ReportRow(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.ChoiceField(choices=KINDS)
    number = s.CharField(help_text="Such as 徐整治台账〔2026〕12号; it stays.")
    region = RegionRef()
    agency = AgencyRef(allow_null=True)
    first_day = s.DateField(help_text="A Monday.")
    last_day = s.DateField()
    version = s.IntegerField(help_text="The latest one.")
    state = s.ChoiceField(choices=STATES)
    late = s.BooleanField(help_text="Drawn up later than planned; the figures are those of the end of the week.")
    asked_at = s.DateTimeField()
    drawn_at = s.DateTimeField(allow_null=True)


ReportPage = page_of("ReportPage", ReportRow)


class ReportOrder(s.Serializer[Any]):
    kind = s.ChoiceField(choices=KINDS)
    week = s.DateField(help_text="The Monday of a week that is over.")


class ReportDrawing(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.CharField()
    version = s.IntegerField()
    state = s.ChoiceField(choices=STATES)
    begun = s.BooleanField(help_text="false: this version was being drawn up already.")


class ReportCopy(s.Serializer[Any]):
    form = s.ChoiceField(choices=["xlsx", "pdf"])
    agency = s.CharField(allow_null=True, help_text="Code of the agency whose excerpt it is.")
    size = s.IntegerField()
    sha256 = s.CharField()
    address = s.CharField()


class ReportChange(s.Serializer[Any]):
    path = s.ListField(child=s.CharField(allow_blank=True), help_text="Where in the figures.")
    before = s.JSONField(allow_null=True)
    after = s.JSONField(allow_null=True)


class ReportDrawn(s.Serializer[Any]):
    version = s.IntegerField()
    state = s.ChoiceField(choices=STATES)
    late = s.BooleanField()
    due_at = s.DateTimeField(help_text="When the plan of the region wanted it.")
    asked_at = s.DateTimeField()
    asked_by = PersonRef(allow_null=True, help_text="null: drawn up by plan.")
    drawn_at = s.DateTimeField(allow_null=True)
    cases = s.IntegerField(allow_null=True, help_text="While it is drawn up: so far. null for an excerpt.")
    files = ReportCopy(many=True)
    changes = ReportChange(many=True, help_text="What it says otherwise than the version before.")


class ReportDetail(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.ChoiceField(choices=KINDS)
    number = s.CharField()
    region = RegionRef()
    agency = AgencyRef(allow_null=True)
    first_day = s.DateField()
    last_day = s.DateField()
    excerpt = s.BooleanField(help_text="true: you read what concerns your own agency.")
    versions = ReportDrawn(many=True)
    figures = s.JSONField(allow_null=True, help_text=FIGURES)


class ReportFigures(s.Serializer[Any]):
    kind = s.ChoiceField(choices=KINDS)
    region = RegionRef()
    first_day = s.DateField()
    last_day = s.DateField()
    figures = s.JSONField(help_text=FIGURES)
