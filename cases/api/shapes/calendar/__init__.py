"""The working calendar over HTTP."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.api.shapes.common import AgencyRef, PersonRef, RegionRef
from cases.models.calendar import CalendarEntry
from cases.policy.entered.days import LOCAL_KINDS


class PlanDays(s.Serializer[Any]):
    holidays = s.ListField(child=s.DateField())
    workdays = s.ListField(child=s.DateField(), help_text="Weekend days that are worked (调休).")


class CalendarNote(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.ChoiceField(CalendarEntry.Kind.values)
    region = RegionRef(allow_null=True, help_text="Null: the whole country.")
    first_day = s.DateField()
    last_day = s.DateField()
    days = PlanDays(allow_null=True, help_text="Of a national plan.")
    reason = s.CharField()
    source = s.CharField(help_text="The paper it rests on.")
    status = s.ChoiceField(CalendarEntry.Status.values)
    supersedes = s.UUIDField(allow_null=True)
    entered_by = PersonRef()
    entered_agency = AgencyRef(allow_null=True, help_text="Null: the release, or the operator.")
    entered_at = s.DateTimeField()
    decided_by = PersonRef(allow_null=True)
    decided_at = s.DateTimeField(allow_null=True)
    ended_by = PersonRef(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    ended_reason = s.CharField(allow_blank=True)


class WorkingYear(s.Serializer[Any]):
    region = RegionRef(allow_null=True)
    year = s.IntegerField()
    version = s.CharField(help_text="Names the calendar; every event of a case has the one it was taken under.")
    known = s.BooleanField(help_text="Whether the plan of the year is published; else deadlines in it are provisional.")
    days_off = s.ListField(child=s.DateField(), help_text="Days that are not worked although they are no weekend.")
    worked = s.ListField(child=s.DateField(), help_text="Weekend days that are worked.")
    entries = CalendarNote(many=True)


class LocalDays(s.Serializer[Any]):
    kind = s.ChoiceField(LOCAL_KINDS)
    region = s.CharField(help_text="Code (GB/T 2260) or full name.")
    first = s.DateField()
    last = s.DateField(required=False, help_text="The last day of a span.")
    reason = s.CharField(max_length=200)
    source = s.CharField(max_length=200)
    supersedes = s.UUIDField(required=False, help_text="The entry in force that it corrects.")


class PlanDraft(s.Serializer[Any]):
    year = s.IntegerField()
    days = s.CharField(help_text="Lines of `day,休|班` (holiday, workday); a day may be a span 2027-02-05/2027-02-11.")
    reason = s.CharField(max_length=200)
    source = s.CharField(max_length=200)


class CalendarWithdrawal(s.Serializer[Any]):
    reason = s.CharField(max_length=200)


class DayShift(s.Serializer[Any]):
    days = s.IntegerField(help_text="Later by so many days; negative: earlier.")
    deadlines = s.IntegerField()


class CalendarEffect(s.Serializer[Any]):
    looked_at = s.IntegerField(help_text="Open deadlines of the region that you see.")
    moved = s.IntegerField()
    shifts = DayShift(many=True)
    overdue = s.IntegerField(help_text="Would be past at once.")
    unsure = s.IntegerField(help_text="Become provisional, or stop being so.")
