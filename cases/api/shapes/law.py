"""The periods of the law."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s


class DeadlineRow(s.Serializer[Any]):
    clock = s.CharField()
    label = s.CharField()
    since = s.CharField(help_text="The event that the period begins with.")
    amount = s.IntegerField()
    unit = s.ChoiceField(["working_days", "calendar_days", "months", "years"])
    first_day = s.DateField(help_text="The first day that is counted: the one after `from`.")
    nominal_day = s.DateField(help_text="The last day before a day off rolled it on.")
    last_day = s.DateField()
    nature = s.ChoiceField(["within", "after"], help_text="after: possible only when the period is over.")
    provisional = s.BooleanField(help_text="It touches a year whose holiday plan is not published.")
    article = s.CharField()
    certainty = s.CharField(help_text="V-P: the clause was read.")


class Deadlines(s.Serializer[Any]):
    region = s.CharField(allow_blank=True)
    rules = s.CharField(help_text="Version of the rules.")
    calendar = s.CharField(help_text="Version of the calendar.")
    results = DeadlineRow(many=True)

    def get_fields(self) -> Any:
        """`from` is a word of the language."""
        return {"from": s.DateField(), **super().get_fields()}
