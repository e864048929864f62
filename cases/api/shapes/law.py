"""The periods of the law."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.policy.tariff.simulate import COMPARED


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


class TariffLine(s.Serializer[Any]):
    item = s.CharField()
    label = s.CharField()
    kwh = s.CharField()
    price = s.CharField(help_text="CNY/kWh, four digits.")
    quantity = s.CharField(help_text="What the price multiplies: kWh, or the kVA or kW of a basic charge.")
    unit = s.CharField()
    amount = s.CharField(help_text="quantity × price, half-up to 0.01 CNY.")
    first_day = s.DateField(allow_null=True, help_text="Only where a cycle is billed in parts.")
    last_day = s.DateField(allow_null=True)


class TariffOption(s.Serializer[Any]):
    key = s.CharField(help_text="Price class and rate, such as commercial+0.30.")
    price_class = s.ChoiceField(COMPARED)
    label = s.CharField()
    rate = s.CharField(help_text="CNY/kWh; 0.0000 without a surcharge.")
    lines = TariffLine(many=True)
    total = s.CharField()
    average = s.CharField()
    difference = s.CharField(help_text="To the present class without a surcharge.")
    lawful = s.BooleanField(help_text="A price document in force carries this rate on the cycle's last day.")
    certainty = s.CharField(help_text="Label of the least certain price; V-P: the clause was read.")


class TariffRemark(s.Serializer[Any]):
    code = s.CharField()
    text = s.CharField()


class TariffGap(s.Serializer[Any]):
    price_class = s.CharField()
    code = s.CharField()
    text = s.CharField()


class TariffSimulation(s.Serializer[Any]):
    region = s.CharField()
    cycle_from = s.DateField()
    cycle_to = s.DateField()
    voltage = s.CharField()
    current = s.CharField()
    kwh = s.CharField()
    used_before = s.CharField()
    options = TariffOption(many=True)
    break_even = s.CharField(allow_null=True, help_text="kWh a year above which commercial costs less than tiers.")
    even_rate = s.CharField(allow_null=True)
    warnings = TariffRemark(many=True)
    notes = TariffRemark(many=True)
    missing = TariffGap(many=True)
    rules = s.CharField(help_text="Version of the rules.")
