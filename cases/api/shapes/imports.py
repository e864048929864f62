"""Lists and their rows."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.api.shapes.common import page_of
from cases.intake.feeds.signals import fields_by_kind


class ListFile(s.Serializer[Any]):
    file = s.FileField(help_text="CSV, TSV, XLSX, XLS or ODS, UTF-8 or GB18030, as it was received.")
    kind = s.CharField(help_text="telecom, trace, grid or tips.")
    agency = s.CharField(help_text="Code of the agency it comes from, such as 320300-telecom.")
    batch = s.CharField(max_length=80, help_text="Name of the batch.")


class Import(s.Serializer[Any]):
    id = s.UUIDField()
    batch = s.CharField()
    kind = s.CharField()
    agency = s.CharField()
    filename = s.CharField()
    sha256 = s.CharField()
    received_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)
    state = s.CharField(help_text="received, importing, done or refused.")
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


class Push(s.Serializer[Any]):
    kind = s.CharField(help_text="telecom, trace, grid or tips.")
    agency = s.CharField(
        required=False, help_text="Code of the agency they come from; left out, your own where only one is meant."
    )
    signals = s.ListField(
        child=s.JSONField(),
        min_length=1,
        max_length=1000,
        help_text="Objects with the members of the kind, text or numbers, all optional. "
        + " ".join(f"{kind}: {', '.join(names)}." for kind, names in fields_by_kind().items()),
    )


class SignalFate(s.Serializer[Any]):
    index = s.IntegerField(help_text="Place of the signal in the request, from 0.")
    fate = s.CharField(help_text="accept, accept:out_of_area, weak:…, duplicate or reject:….")
    effect = s.CharField(help_text="new_case, added or none.")
    reason = s.CharField(help_text="One sentence in your language.")
    notes = s.ListField(child=s.CharField())
    case = s.CharField(allow_null=True, help_text="Number of the case it belongs to now, where you take part in it.")
    case_id = s.UUIDField(allow_null=True)


class Pushed(s.Serializer[Any]):
    id = s.UUIDField()
    batch = s.CharField()
    kind = s.CharField()
    agency = s.CharField()
    state = s.CharField(help_text="received, importing or done.")
    received_at = s.DateTimeField()
    signals = s.IntegerField(help_text="How many were sent.")
    done = s.IntegerField(help_text="How many of them are committed.")
    fates = SignalFate(many=True)
