"""Feedback to the issuer of a list: versions, and the answers to the rows."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.models import Feedback


class FeedbackVersion(s.Serializer[Any]):
    number = s.IntegerField(help_text="1, 2, 3 … within the list.")
    state = s.ChoiceField(choices=Feedback.State.values)
    state_label = s.CharField()
    problem = s.CharField(allow_null=True, help_text="Why it could not be drawn up.")
    rows = s.IntegerField(help_text="Rows of the list, all of which are in it.")
    rows_done = s.IntegerField(help_text="While it is drawn up: how many rows are done.")
    answered = s.IntegerField()
    unanswered = s.IntegerField()
    overdue = s.IntegerField(help_text="Rows without an answer that should have had one.")
    due_on = s.DateField(allow_null=True, help_text="By which day the issuer wants the answer.")
    as_of = s.DateTimeField(help_text="What is decided later is not in it.")
    drawn_at = s.DateTimeField(allow_null=True)
    checked_at = s.DateTimeField(allow_null=True)
    sent_on = s.DateField(allow_null=True)
    document_number = s.CharField(allow_blank=True)
    previous = s.IntegerField(allow_null=True, help_text="The version sent before, with which it is compared.")
    newly_answered = s.IntegerField()
    changed = s.IntegerField()
    counts = s.JSONField(
        help_text="Rows by finding and subject (`cross`), by disposal, by progress; cases by finding, as codes."
    )
    sha256 = s.CharField(allow_blank=True, help_text="Of the workbook, without the sheet that says who took it out.")
    size = s.IntegerField()
    erased_at = s.DateTimeField(allow_null=True, help_text="When the workbook went, with personal data of the list.")


class FeedbackVersions(s.Serializer[Any]):
    results = FeedbackVersion(many=True)


class FeedbackAnswer(s.Serializer[Any]):
    row = s.IntegerField(help_text="Number of the row in the list.")
    answered = s.BooleanField()
    finding = s.CharField(allow_blank=True)
    subject = s.CharField(allow_blank=True)
    disposals = s.ListField(child=s.CharField())
    progress = s.CharField()
    overdue_since = s.DateField(allow_null=True)


class FeedbackAnswers(s.Serializer[Any]):
    results = FeedbackAnswer(many=True)
    next = s.CharField(allow_null=True)


class Letter(s.Serializer[Any]):
    document_number = s.CharField(max_length=60, help_text="Number of the letter, such as 徐发改函〔2026〕12号.")
    sent_on = s.DateField(help_text="The day it was sent.")
