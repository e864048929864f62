"""Pairs of cases that may be one site."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.api.shapes.common import AgencyRef, PersonRef, RegionRef, page_of
from cases.intake.suggestions.answering import WHY
from cases.models.case import Stage
from cases.models.suggestion import SiteSuggestion


class SuggestedCase(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.CharField()
    title = s.CharField()
    stage = s.ChoiceField(Stage.values)
    level = s.CharField()
    opened_at = s.DateTimeField()
    region = RegionRef()
    lead_agency = AgencyRef(allow_null=True)


class SuggestionReason(s.Serializer[Any]):
    code = s.CharField()
    label = s.CharField()
    bits = s.FloatField(help_text="log2(m/u): above 0 it speaks for one site, below against it.")


class Suggestion(s.Serializer[Any]):
    id = s.UUIDField()
    score = s.FloatField(allow_null=True, help_text="Sum of weights and prior, in bits; null: of an undone merge.")
    reasons = SuggestionReason(many=True)
    cases = SuggestedCase(many=True, help_text="The two.")
    since = s.DateTimeField()
    state = s.ChoiceField(SiteSuggestion.State.values)
    why = s.ChoiceField(SiteSuggestion.Why.values, allow_blank=True, help_text="The answer's reason.")
    decided_by = PersonRef(allow_null=True)
    decided_at = s.DateTimeField(allow_null=True)


class Rejection(s.Serializer[Any]):
    why = s.ChoiceField(list(WHY), help_text="Why the two are two.")


SuggestionPage = page_of("SuggestionPage", Suggestion)
