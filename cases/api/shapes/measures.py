"""What the law leaves open: measures on a case, the register of blind spots, changes of the rules."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.api.shapes.common import AgencyRef, RegionRef, Total
from cases.models.case import Stage
from cases.workflow.measures.comparing import PROPOSALS
from cases.workflow.measures.past import FactsOf


class MeasureSupplier(s.Serializer[Any]):
    agency = s.CharField(allow_null=True, help_text="Kind of agency; `legislator`: whoever may make the rule.")
    duty = s.CharField(allow_null=True, help_text="Duty that an agency of the region holds, such as power_authority.")
    roles = s.ListField(child=s.CharField())
    act = s.CharField(allow_null=True, help_text="The act that supplies it.")
    agency_code = s.CharField(allow_null=True, help_text="Which agency that is in this region.")
    agency_name = s.CharField(allow_null=True)
    zh = s.CharField()
    en = s.CharField()


class MeasurePiece(s.Serializer[Any]):
    code = s.CharField(help_text="The code with which the act itself would be refused.")
    zh = s.CharField()
    en = s.CharField()
    article = s.CharField(allow_blank=True)
    inputs = s.ListField(child=s.CharField(), help_text="Inputs that would remove it.")
    figures = s.DictField(child=s.CharField())
    suppliers = MeasureSupplier(many=True, help_text="Empty: nobody can, it is a bar.")


class MeasureMatter(s.Serializer[Any]):
    zh = s.CharField()
    en = s.CharField()


class MeasureRow(s.Serializer[Any]):
    measure = s.CharField()
    ground = s.CharField(allow_null=True, help_text="The ground of a suspension, G1 to G7.")
    zh = s.CharField()
    en = s.CharField()
    available = s.BooleanField()
    articles = s.ListField(child=s.CharField(), help_text="Articles in force on the day.")
    invoked_by = MeasureSupplier(many=True)
    act = s.CharField(help_text="The act that takes the measure.")
    missing = MeasurePiece(many=True, help_text="What stands against it, the gravest first.")
    then = MeasurePiece(many=True, help_text="What the procedure and its papers ask for later.")
    matters = MeasureMatter(many=True, help_text="Of a referral: what belongs to another authority.")


class BlindReason(s.Serializer[Any]):
    code = s.CharField()
    zh = s.CharField()
    en = s.CharField()
    article = s.CharField(allow_blank=True)


class BlindSpotAnswer(s.Serializer[Any]):
    applies = s.BooleanField(help_text="Mining is proven and no adverse measure is open.")
    reasons = BlindReason(many=True)


class Measures(s.Serializer[Any]):
    case = s.UUIDField()
    number = s.CharField()
    stage = s.ChoiceField(Stage.values)
    version = s.IntegerField(help_text="The version of the case whose facts were looked at.")
    facts_of = s.ChoiceField(
        [of.value for of in FactsOf],
        help_text="`day`: as on record at the end of that day; `now`: those of today; `before_case`: the case was not"
        " open yet, today's facts are put under the rules of that day.",
    )
    on = s.DateField(help_text="The day whose rules were used.")
    rules = s.CharField(help_text="The version of the rule files.")
    entered = s.ListField(child=s.CharField(), help_text="Ids of entered rule versions that it rests on.")
    measures = MeasureRow(many=True, help_text="The available ones first.")
    blind_spot = BlindSpotAnswer()
    withheld = s.ListField(child=s.CharField(), help_text="Kinds of data that were left out of sentences.")


class BlindSpotRow(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.CharField()
    title = s.CharField()
    stage = s.ChoiceField(Stage.values)
    region = RegionRef()
    lead_agency = AgencyRef(allow_null=True)
    reason = s.CharField(help_text="Code of the missing legal basis.")
    zh = s.CharField()
    en = s.CharField()
    article = s.CharField(allow_blank=True)
    subject = s.CharField()
    since = s.DateField()
    review_on = s.DateField(allow_null=True)
    kwh = s.CharField(allow_null=True, help_text="Last reported month, as precise as you may see it.")
    holder = s.CharField(allow_null=True, help_text="Masked; null where you see no name.")


class BlindSpotCount(s.Serializer[Any]):
    code = s.CharField()
    cases = s.IntegerField()


class BlindSpotTotals(s.Serializer[Any]):
    cases = s.IntegerField()
    kwh = s.CharField(
        allow_null=True, help_text="null: you see no single figure, and the sum is over fewer than three."
    )
    without_kwh = s.IntegerField()
    by_reason = BlindSpotCount(many=True)
    by_region = BlindSpotCount(many=True)


class BlindSpots(s.Serializer[Any]):
    results = BlindSpotRow(many=True)
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)
    total = Total()
    totals = BlindSpotTotals(help_text="Of everything that matches, not of this page.")


class RuleChangeRow(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.CharField()
    title = s.CharField()
    stage = s.ChoiceField(Stage.values)
    region = RegionRef()
    measure = s.CharField()
    ground = s.CharField(allow_null=True)
    zh = s.CharField()
    en = s.CharField()
    opened = s.BooleanField(help_text="true: it opens; false: it closes.")
    articles = s.ListField(child=s.CharField(), help_text="In force afterwards.")
    because = BlindReason(many=True, help_text="What stood against it before, or stands against it afterwards.")
    proposal = s.ChoiceField(list(PROPOSALS))
    proposal_zh = s.CharField()
    proposal_en = s.CharField()


class RuleChanges(s.Serializer[Any]):
    before = s.DateField()
    after = s.DateField()
    without = s.CharField(allow_null=True, help_text="The entered version that the state before does not have.")
    results = RuleChangeRow(many=True)
    regions = s.ListField(child=s.CharField(), help_text="Where a rule differs; other cases were not looked at.")
    cases = s.IntegerField(help_text="Open cases you answer for.")
    compared = s.IntegerField()
    left = s.IntegerField(help_text="Cases of these regions that were not compared: ask region by region.")
