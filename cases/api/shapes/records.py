"""Audit events, files, reference data, problems."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.api.shapes.common import AgencyRef, PersonRef, page_of


class EventCase(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.CharField(allow_null=True)
    title = s.CharField(allow_null=True)


class EventRow(s.Serializer[Any]):
    id = s.IntegerField()
    stream = s.CharField()
    seq = s.IntegerField()
    at = s.DateTimeField()
    action = s.CharField()
    label = s.CharField()
    actor = PersonRef(allow_null=True)
    on_behalf = PersonRef(allow_null=True, help_text="Whose substitute the actor was.")
    agency = AgencyRef(allow_null=True)
    case = EventCase(allow_null=True)
    leaf = s.CharField()


class EventDetail(EventRow):
    prev = s.CharField()
    body = s.CharField(
        allow_null=True,
        help_text="The RFC 8785 bytes that were hashed, as text; null where a part of them is withheld from you.",
    )
    shown = s.DictField(help_text="The body as you may see it; a keyed hash stands for what is withheld.")
    withheld = s.ListField(child=s.CharField(), help_text="The members that are masked or withheld.")
    intact = s.BooleanField(help_text="The server has computed hash and links again from the bytes, and they fit.")
    next_prev = s.CharField(allow_null=True, help_text="`prev` of the event after it; null where it is the last.")


class Attachment(s.Serializer[Any]):
    id = s.UUIDField()
    case = s.UUIDField()
    kind = s.CharField(help_text="The act that the file is for.")
    filename = s.CharField()
    content_type = s.CharField()
    size = s.IntegerField(help_text="Bytes.")
    sha256 = s.CharField()
    at = s.DateTimeField()
    erased_at = s.DateTimeField(
        allow_null=True, help_text="When name and content were erased after the retention; the hash stays."
    )
    agency = AgencyRef(allow_null=True)
    uploaded_by = PersonRef(allow_null=True)
    readable = s.BooleanField(help_text="You may open it; else its name and hash are all that you have of it.")


class Attachments(s.Serializer[Any]):
    results = Attachment(many=True)


class Upload(s.Serializer[Any]):
    file = s.FileField()
    kind = s.CharField(required=False, help_text="The act that the file is for; attach_document where it is left out.")


class Region(s.Serializer[Any]):
    code = s.CharField(help_text="Without trailing zero pairs: what lies in it begins with it.")
    gb_code = s.CharField()
    name = s.CharField()
    level = s.CharField(help_text="province, city, county or functional.")
    parent = s.CharField(allow_null=True)


class Regions(s.Serializer[Any]):
    results = Region(many=True)


class Agency(AgencyRef):
    kind_label = s.CharField()
    region = s.CharField()
    parent = s.IntegerField(allow_null=True)
    duties = s.ListField(child=s.CharField())
    partner_sort = s.CharField(allow_blank=True)


class Agencies(s.Serializer[Any]):
    results = Agency(many=True)


EventPage = page_of("EventPage", EventRow)
