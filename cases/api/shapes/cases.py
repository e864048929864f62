"""Cases as they are listed and as they are shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from agencies.visibility import Part
from agencies.vocabulary import Confidentiality, codes
from cases.api.shapes.common import AgencyRef, PersonRef, RegionRef, page_of
from cases.models.case import CaseOutcome, Level, Stage
from cases.workflow.forms.choices import SUBJECTS

PARTS = [part.value for part in Part]
PART = "How much of the case you read: the whole, or your agency's own part (its acts, what it was sent, the answers)."


class NextTask(s.Serializer[Any]):
    kind = s.CharField()
    agency = AgencyRef(allow_null=True)
    unit = AgencyRef(allow_null=True)
    assignee = PersonRef(allow_null=True)
    due_at = s.DateTimeField()
    provisional = s.BooleanField(help_text="Computed without a published calendar of that year (暂定).")
    paused = s.BooleanField(help_text="Its clock stands still (暂停计时): it is not overdue.")


class SignalState(s.Serializer[Any]):
    strength = s.IntegerField(help_text="0 not seen, 1 weak, 2 medium, 3 strong.")
    awaited = s.BooleanField(help_text="The agency has been asked and has not answered.")


class CaseRow(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.CharField()
    title = s.CharField()
    stage = s.ChoiceField(Stage.values)
    version = s.IntegerField()
    level = s.ChoiceField(Level.values)
    source = s.CharField()
    outcome = s.ChoiceField(CaseOutcome.values, allow_null=True)
    review_on = s.DateField(allow_null=True)
    confidentiality = s.ChoiceField(codes(Confidentiality))
    part = s.ChoiceField(PARTS, help_text=PART)
    opened_at = s.DateTimeField()
    updated_at = s.DateTimeField()
    stage_since = s.DateTimeField()
    closed_at = s.DateTimeField(allow_null=True)
    region = RegionRef()
    lead_agency = AgencyRef(allow_null=True)
    next_task = NextTask(
        allow_null=True,
        help_text="The open task that is due first: whose turn it is. One whose clock stands still comes last.",
    )
    subject = s.ChoiceField(
        [code for code, _ in SUBJECTS], allow_null=True, help_text="Who the user is; null of an own part."
    )
    monthly_kwh = s.CharField(
        allow_null=True,
        help_text="What it draws in a month: as checked, else as listed; null where you may not see it.",
    )
    signals = s.DictField(
        child=SignalState(), allow_null=True, help_text="By family: traffic, hashpower, energy, funds, report, onsite."
    )
    open_tasks = s.IntegerField(allow_null=True, help_text="How many tasks are open; null of an own part.")


class CaseName(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.CharField()


class Participant(s.Serializer[Any]):
    agency = AgencyRef(allow_null=True)
    relation = s.CharField()
    since = s.DateTimeField()


class OpenTask(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.CharField()
    agency = AgencyRef(allow_null=True)
    unit = AgencyRef(allow_null=True)
    roles = s.ListField(child=s.CharField())
    assignee = PersonRef(allow_null=True)
    opened_at = s.DateTimeField()
    due_at = s.DateTimeField()
    due_rule = s.CharField()
    provisional = s.BooleanField()
    accepted_at = s.DateTimeField(allow_null=True)
    returns = s.IntegerField()
    paused = s.BooleanField(help_text="Its clock stands still: it is late with nothing.")
    data = s.DictField()


class DocumentRef(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.CharField()
    number = s.CharField()
    agency = AgencyRef(allow_null=True)
    attachment = s.UUIDField(allow_null=True)
    seq = s.IntegerField()
    at = s.DateTimeField()
    sha256 = s.CharField(allow_null=True, help_text="Of its text as it was issued; null of what had no text yet.")
    voided = s.BooleanField()


class CaseDetail(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.CharField()
    title = s.CharField()
    stage = s.ChoiceField(Stage.values)
    version = s.IntegerField()
    level = s.ChoiceField(Level.values)
    source = s.CharField()
    outcome = s.ChoiceField(CaseOutcome.values, allow_null=True)
    review_on = s.DateField(allow_null=True)
    confidentiality = s.ChoiceField(codes(Confidentiality))
    part = s.ChoiceField(PARTS, help_text=PART)
    facts = s.DictField(
        help_text="Codes and numbers only, at the precision you may see; of an own part, what concerns your agency."
    )
    withheld = s.ListField(child=s.CharField(), help_text="The members of the facts that are masked or left out.")
    signals = s.DictField(
        child=SignalState(), allow_null=True, help_text="As in the list: by family; null of an own part."
    )
    revealable = s.ListField(
        child=s.CharField(), help_text="The items of personal data that you may ask for (reveal_personal_data)."
    )
    head = s.CharField(help_text="Hash of the last event, hexadecimal.")
    opened_at = s.DateTimeField()
    updated_at = s.DateTimeField()
    stage_since = s.DateTimeField()
    closed_at = s.DateTimeField(allow_null=True)
    region = RegionRef()
    lead_agency = AgencyRef(allow_null=True)
    merged_into = CaseName(allow_null=True)
    absorbed = CaseName(many=True)
    relapses = CaseName(many=True, help_text="Cases opened since on the same site.")
    participants = Participant(many=True)
    tasks = OpenTask(many=True)
    documents = DocumentRef(many=True)


class PersonalValue(s.Serializer[Any]):
    item = s.CharField(help_text="By which item of reveal_personal_data it is asked for.")
    kind = s.CharField()
    value = s.CharField(help_text="In clear, masked, down to the district, or a keyed hash.")
    masked = s.BooleanField()
    revealable = s.BooleanField(help_text="You may have it shown in clear for a reason.")
    until = s.DateTimeField(allow_null=True, help_text="When a reveal of yours ends and it is masked again.")


class Personal(s.Serializer[Any]):
    results = PersonalValue(many=True)
    signature = s.CharField(
        allow_blank=True, help_text="Who read it and when: put it beside what you print or export in clear."
    )


CasePage = page_of("CasePage", CaseRow)
