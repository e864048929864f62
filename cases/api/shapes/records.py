"""Audit events, files, entered rules, reference data, problems."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.api.shapes.common import AgencyRef, PersonRef, RegionRef, page_of
from cases.api.shapes.work import Done
from cases.documents.fate import REASONS
from cases.models.rules import RuleVersion
from cases.policy.dated import CERTAINTY
from cases.policy.entered import KINDS


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


class LoadFile(s.Serializer[Any]):
    file = s.FileField()


class LoadDay(s.Serializer[Any]):
    day = s.DateField()
    kw = s.ListField(
        child=s.CharField(allow_null=True),
        help_text="96 quarters from 00:00 on (or 48 half hours, or 24 hours); mean power in kW, null where nothing was"
        " measured.",
    )
    corrected = s.IntegerField(help_text="How many of its points a later file gave another value.")


class LoadCurve(s.Serializer[Any]):
    unit = s.CharField()
    withheld = s.BooleanField(help_text="There are readings, and you may not read them.")
    days = LoadDay(many=True)


class LoadFault(s.Serializer[Any]):
    row = s.IntegerField(help_text="As a spreadsheet counts it.")
    reason = s.CharField()
    reason_en = s.CharField()


class LoadBrought(s.Serializer[Any]):
    first = s.DateField()
    last = s.DateField()
    days = s.IntegerField(help_text="Days of the file.")
    added = s.IntegerField(help_text="Points that were not known before.")
    corrected = s.IntegerField(help_text="Points that had another value before.")
    left_out = s.IntegerField(help_text="Rows that are no readings.")
    faults = LoadFault(many=True, help_text="The first of them, with the reason.")
    receipt = Done(allow_null=True, help_text="The act that put them on record; null where nothing was new.")


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


_RULE = (
    "What the rule says, by its kind. surcharge_document: number, rate, volume whole|share, share, covers_persons,"
    " status. local_suspension_rule: title, number, content, status. tariff: a plan (kind, zh, en, prices, limits,"
    " accumulation, periods, hours, components, capacity, demand, voltages, variant, status). proxy_price: month, kind,"
    " voltages, components or periods. Decimals are texts."
)


class RuleProposal(s.Serializer[Any]):
    kind = s.ChoiceField(list(KINDS))
    region = s.CharField(help_text="Code (GB/T 2260) or full name. Prices are a province's.")
    body = s.JSONField(required=False, help_text=_RULE)
    effective_from = s.DateField(required=False, help_text="Not for proxy_price: the month says it.")
    effective_to = s.DateField(required=False, allow_null=True, help_text="The last day it holds.")
    source = s.CharField(max_length=200)
    article = s.CharField(max_length=200)
    certainty = s.ChoiceField(sorted(CERTAINTY))
    supersedes = s.UUIDField(required=False, help_text="The approved version that it corrects, follows or ends.")
    repeal = s.BooleanField(required=False, help_text="It says only that `supersedes` ends the day before.")


class RulePaper(s.Serializer[Any]):
    proposal = s.CharField(help_text="The proposal (RuleProposal) as JSON.")
    file = s.FileField(help_text="The scanned paper, 20 MB at most.")


class RuleRejection(s.Serializer[Any]):
    reason = s.CharField(max_length=300)


class RuleApproval(s.Serializer[Any]):
    seen = s.BooleanField(required=False, help_text="The cases that rest on what ends in retrospect were seen.")


class RuleEntry(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.ChoiceField(list(KINDS))
    key = s.CharField(help_text="What the versions of one rule have in common.")
    region = RegionRef()
    repeal = s.BooleanField()
    body = s.JSONField(help_text=_RULE)
    effective_from = s.DateField()
    effective_to = s.DateField(allow_null=True)
    holds_to = s.DateField(allow_null=True, help_text="The last day it holds, also because another one follows it.")
    source = s.CharField()
    article = s.CharField()
    certainty = s.ChoiceField(sorted(CERTAINTY))
    unverified = s.BooleanField(help_text="Nobody has read the clause in its original.")
    status = s.ChoiceField(RuleVersion.Status.values)
    supersedes = s.UUIDField(allow_null=True)
    proposed_by = PersonRef()
    proposed_agency = AgencyRef()
    proposed_at = s.DateTimeField()
    decided_by = PersonRef(allow_null=True)
    decided_at = s.DateTimeField(allow_null=True)
    reason = s.CharField(allow_blank=True)
    file_sha256 = s.CharField(allow_null=True)


class RuleChange(s.Serializer[Any]):
    label = s.CharField()
    before = s.CharField()
    after = s.CharField()


class RulePreview(s.Serializer[Any]):
    region = s.CharField()
    effective_from = s.DateField()
    effective_to = s.DateField(allow_null=True)
    changes = RuleChange(many=True, help_text="A month of 35,000 kWh by the rules now and with the version.")


RulePage = page_of("RulePage", RuleEntry)
EventPage = page_of("EventPage", EventRow)


class DocumentVersionRow(s.Serializer[Any]):
    version = s.IntegerField()
    sha256 = s.CharField(help_text="Of the text; that of version 1 is in the event of the act.")
    earlier = s.CharField(allow_blank=True, help_text="The hash of the version before.")
    reason = s.CharField(allow_blank=True, help_text="Why it was corrected.")
    at = s.DateTimeField()
    by = PersonRef(allow_null=True)


class DocumentVoidRow(s.Serializer[Any]):
    reason = s.CharField()
    explanation = s.CharField()
    at = s.DateTimeField()
    by = PersonRef(allow_null=True)


class DocumentDetail(s.Serializer[Any]):
    id = s.UUIDField()
    case = s.UUIDField()
    case_number = s.CharField()
    kind = s.CharField()
    number = s.CharField()
    agency = AgencyRef(allow_null=True)
    attachment = s.UUIDField(allow_null=True, help_text="The signed copy that was uploaded with the act.")
    seq = s.IntegerField(help_text="The event of the case that issued it.")
    at = s.DateTimeField()
    template = s.CharField(allow_null=True)
    latest = s.IntegerField(allow_null=True, help_text="The newest version; null of what had no text yet.")
    readable = s.BooleanField(help_text="You may open its text; else number and hashes are all that you have of it.")
    waiting = s.BooleanField(help_text="It is to be handed over by a further act, and was not yet.")
    state = s.ChoiceField(["valid", "corrected", "voided"])
    void = DocumentVoidRow(allow_null=True)
    versions = DocumentVersionRow(many=True)


class RegisterSeries(s.Serializer[Any]):
    agency = AgencyRef(allow_null=True)
    kind = s.CharField()
    year = s.IntegerField()
    last = s.IntegerField(help_text="The last number; every one before it was issued, too.")
    voided = s.IntegerField()


class RegisterNumber(s.Serializer[Any]):
    serial = s.IntegerField()
    number = s.CharField()
    at = s.DateTimeField()
    voided_at = s.DateTimeField(allow_null=True)
    reason = s.CharField(allow_null=True)
    versions = s.IntegerField()
    document = s.UUIDField(allow_null=True, help_text="Null where you do not see its case.")
    case = s.CharField(allow_null=True)


class Register(s.Serializer[Any]):
    series = RegisterSeries(many=True)
    results = RegisterNumber(many=True, help_text="Of the series that was asked for, the newest first.")


class Voiding(s.Serializer[Any]):
    reason = s.ChoiceField(list(REASONS))
    explanation = s.CharField(max_length=400)


class Correction(s.Serializer[Any]):
    sections = s.ListField(child=s.CharField(), help_text="The paragraphs of each part, one a line.")
    reason = s.CharField(max_length=400)
