"""Lists and their rows."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.api.shapes.common import page_of


class ListFile(s.Serializer[Any]):
    file = s.FileField(help_text="CSV, TSV, XLSX, XLS or ODS, UTF-8 or GB18030, as it was received.")
    kind = s.CharField(help_text="telecom, trace, grid or tips.")
    agency = s.CharField(help_text="Code of the agency it comes from, such as 320300-telecom.")
    batch = s.CharField(max_length=80, help_text="Name of the batch.")
    issuer = s.CharField(
        max_length=80, required=False, help_text="Who issued it, by name or agency code; left out: the agency."
    )
    level = s.CharField(required=False, help_text="full (left out: this) or priority.")
    due = s.CharField(required=False, help_text="Day or time by which it has to be answered; left out: by rule.")


class Withdrawal(s.Serializer[Any]):
    reason = s.CharField(help_text="wrong_file, wrong_details, issuer_recalled or trial.")


class ImportDelta(s.Serializer[Any]):
    previous = s.UUIDField(allow_null=True, help_text="The list before, where you may see it.")
    name = s.CharField(allow_null=True, help_text="Its name, where you may see it.")
    fresh = s.IntegerField(help_text="Sites that are new.")
    still = s.IntegerField(help_text="Sites that are still there.")
    gone = s.IntegerField(help_text="Sites of the list before that are gone.")


class Import(s.Serializer[Any]):
    id = s.UUIDField()
    batch = s.CharField()
    kind = s.CharField()
    agency = s.CharField()
    issuer = s.CharField(help_text="Who issued the list; the agency sent it in.")
    level = s.CharField(help_text="full or priority.")
    due_at = s.DateTimeField(allow_null=True, help_text="By when every row has to be answered.")
    due_rule = s.CharField(allow_blank=True, help_text="How that was found, in your language.")
    due_provisional = s.BooleanField(help_text="It rests on a year whose holidays are not published.")
    overdue = s.BooleanField(help_text="Past its day with a site that is not answered.")
    sites = s.IntegerField(help_text="The cases that its rows lead to now, each once.")
    closed = s.IntegerField(help_text="Of them: closed.")
    answered = s.IntegerField(help_text="Of them: closed, or with a decided determination.")
    clearance = s.CharField(
        allow_null=True, help_text="answered / sites, in percent, rounded down; null without sites."
    )
    delta = ImportDelta(allow_null=True, help_text="Against the issuer's list before; null in lists of lists.")
    withdrawn_at = s.DateTimeField(allow_null=True)
    withdrawn_by = s.CharField(allow_null=True, help_text="Username.")
    withdrawn_reason = s.CharField(allow_null=True, help_text="Code of the reason.")
    filename = s.CharField()
    sha256 = s.CharField()
    received_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)
    state = s.CharField(help_text="received, importing, done, refused or withdrawn.")
    problem = s.CharField(allow_null=True, help_text="Why it was refused.")
    rows = s.IntegerField()
    done = s.IntegerField(help_text="Rows that are committed.")
    fates = s.DictField(child=s.IntegerField())
    effects = s.DictField(child=s.IntegerField())
    again = s.BooleanField(help_text="This very file had been sent before; nothing was changed.")


class ImportRow(s.Serializer[Any]):
    row = s.IntegerField(help_text="Number of the row in the file.")
    fate = s.CharField()
    effect = s.CharField()
    reason = s.CharField(help_text="One sentence in your language.")
    notes = s.ListField(child=s.CharField())
    matched = s.JSONField(help_text="By what the row was matched.")
    case = s.CharField(allow_null=True, help_text="Number of the case it belongs to now.")
    case_id = s.UUIDField(allow_null=True)
    cells = s.ListField(child=s.CharField(allow_null=True), help_text="The cells, personal ones masked.")


class ImportRows(s.Serializer[Any]):
    results = ImportRow(many=True)
    next = s.CharField(allow_null=True)


ImportPage = page_of("ImportPage", Import)
