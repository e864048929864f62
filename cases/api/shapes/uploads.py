"""Lists that are sent in parts."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s


class AnnouncedList(s.Serializer[Any]):
    kind = s.CharField(help_text="telecom, trace, grid or tips.")
    agency = s.CharField(help_text="Code of the agency it comes from, such as 320300-telecom.")
    batch = s.CharField(max_length=80, help_text="Name of the batch.")
    filename = s.CharField(help_text="Name of the file.")
    size = s.IntegerField(
        min_value=0, max_value=199_999_999, help_text="Bytes of the whole file: less than 200 MB (200,000,000)."
    )
    sha256 = s.RegexField(
        "^[0-9A-Fa-f]{64}$", required=False, help_text="SHA-256 of the whole file; checked at the end."
    )
    steps = s.BooleanField(required=False, help_text="true: wait at the columns; default false.")
    issuer = s.CharField(
        max_length=80, required=False, help_text="Who issued it, by name or agency code; left out: the agency."
    )
    level = s.CharField(required=False, help_text="full (left out: this) or priority.")
    due = s.CharField(required=False, help_text="Day or time by which it has to be answered; left out: by rule.")


class ListUpload(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.CharField()
    agency = s.CharField()
    batch = s.CharField()
    filename = s.CharField()
    size = s.IntegerField(help_text="Bytes of the whole file, as announced.")
    offset = s.IntegerField(help_text="Bytes that are here: where the next part begins.")
    smallest_part = s.IntegerField(help_text="Bytes of every part but the last at least.")
    largest_part = s.IntegerField(help_text="Bytes of a part at most.")
    begun_at = s.DateTimeField()
    expires_at = s.DateTimeField(help_text="When it is thrown away, finished or not.")
    imported = s.UUIDField(allow_null=True, help_text="The import that came of it; null until it is finished.")


class ListUploads(s.Serializer[Any]):
    results = ListUpload(many=True)
