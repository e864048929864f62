"""Tasks, acts, history, clocks."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.api.shapes.common import AgencyRef, PersonRef, RegionRef, page_of
from cases.models.case import Stage
from cases.workflow.fields import FIELD_KINDS


class TaskCase(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.CharField()
    title = s.CharField()
    level = s.CharField()
    confidentiality = s.CharField()
    version = s.IntegerField()


class TaskRow(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.CharField()
    label = s.CharField()
    case = TaskCase()
    agency = AgencyRef(allow_null=True)
    unit = AgencyRef(allow_null=True)
    roles = s.ListField(child=s.CharField(), help_text="Who inside the agency can do it.")
    assignee = PersonRef(allow_null=True)
    stage = s.ChoiceField(Stage.values)
    region = RegionRef()
    opened_at = s.DateTimeField()
    due_at = s.DateTimeField()
    overdue = s.BooleanField()
    provisional = s.BooleanField(help_text="Computed without a published calendar of that year (暂定).")
    accepted_at = s.DateTimeField(allow_null=True)
    returns = s.IntegerField(help_text="How often it was returned.")
    paused = s.BooleanField(help_text="Its clock stands still: it is late with nothing.")


class Refusal(s.Serializer[Any]):
    code = s.CharField()
    detail = s.CharField(help_text="The reason in your language, and what to do.")
    article = s.CharField(allow_blank=True, help_text="The legal basis of the refusal.")
    missing = s.ListField(child=s.CharField())
    figures = s.DictField(child=s.CharField())


class Choice(s.Serializer[Any]):
    value = s.CharField()
    label = s.CharField()


class Input(s.Serializer[Any]):
    name = s.CharField()
    kind = s.ChoiceField(sorted(FIELD_KINDS))
    label = s.CharField()
    required = s.BooleanField()
    help = s.CharField(allow_blank=True)
    choices = Choice(many=True)
    minimum = s.CharField(allow_null=True)
    maximum = s.CharField(allow_null=True)
    fields = s.ListField(child=s.DictField(), help_text="The fields of a row, for the kind `list`.")


class ActionOnCase(s.Serializer[Any]):
    action = s.CharField()
    label = s.CharField()
    allowed = s.BooleanField()
    in_stage = s.BooleanField(help_text="Belongs to the present stage of the case.")
    one_way = s.BooleanField(help_text="Cannot be taken back: ask before sending.")
    step_up = s.BooleanField(help_text="Wants POST /session/step-up within the last five minutes.")
    href = s.CharField()
    tasks = s.ListField(child=s.CharField(), help_text="The open tasks it can be done on.")
    refusal = Refusal(allow_null=True)
    inputs = Input(many=True)


class Actions(s.Serializer[Any]):
    case = s.UUIDField()
    number = s.CharField()
    version = s.IntegerField(help_text="To be sent as If-Match with the act.")
    stage = s.ChoiceField(Stage.values)
    actions = ActionOnCase(many=True)


class HandedOn(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.CharField()
    label = s.CharField()
    agency = AgencyRef(allow_null=True)
    unit = AgencyRef(allow_null=True)
    roles = s.ListField(child=s.CharField(), help_text="Who inside the agency can do it.")
    due_at = s.DateTimeField()
    due_rule = s.CharField()
    provisional = s.BooleanField(help_text="Computed without a published calendar of that year (暂定).")


class Ended(s.Serializer[Any]):
    id = s.UUIDField()
    state = s.CharField()


class Done(s.Serializer[Any]):
    case_id = s.UUIDField()
    number = s.CharField()
    version = s.IntegerField()
    stage = s.ChoiceField(Stage.values)
    action = s.CharField()
    at = s.DateTimeField()
    event_id = s.IntegerField()
    leaf = s.CharField(help_text="The receipt: hash of the event in the chain of the case.")
    opened = HandedOn(many=True, help_text="Tasks this act handed on: who has to act next, and by when.")
    closed = Ended(many=True, help_text="Tasks it ended.")
    document_number = s.CharField(allow_null=True)
    replayed = s.BooleanField(help_text="Answered before under this Idempotency-Key; nothing was done again.")


class OpenedTask(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.CharField()
    agency = AgencyRef(allow_null=True)
    due_at = s.CharField(allow_null=True)


class ClosedTask(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.CharField(allow_blank=True)
    agency = AgencyRef(allow_null=True)
    state = s.CharField()


class TimelineEntry(s.Serializer[Any]):
    event_id = s.IntegerField()
    seq = s.IntegerField()
    at = s.DateTimeField()
    action = s.CharField()
    sentence = s.CharField(help_text="What happened, in your language.")
    actor = PersonRef(allow_null=True)
    on_behalf = PersonRef(allow_null=True, help_text="Whose substitute the actor was.")
    agency = AgencyRef(allow_null=True)
    role = s.CharField(allow_blank=True)
    from_stage = s.CharField(allow_null=True)
    to_stage = s.CharField(allow_null=True)
    opened = OpenedTask(many=True)
    closed = ClosedTask(many=True)
    document = s.CharField(allow_null=True)
    basis = s.ListField(child=s.CharField(), help_text="Legal bases.")
    rules = s.CharField(allow_blank=True, help_text="The rule set that decided.")
    text = s.CharField(allow_blank=True, help_text="Free text of the act; long numbers are masked.")
    leaf = s.CharField()


TaskPage = page_of("TaskPage", TaskRow)
TimelinePage = page_of("TimelinePage", TimelineEntry)


class ClockCase(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.CharField()
    title = s.CharField()
    stage = s.ChoiceField(Stage.values)
    outcome = s.CharField(allow_null=True)
    confidentiality = s.CharField()


class ClockHolder(s.Serializer[Any]):
    agency = AgencyRef(allow_null=True)
    unit = AgencyRef(allow_null=True)
    person = PersonRef(allow_null=True, help_text="Whoever it was assigned to, else whoever accepted it.")
    running = s.IntegerField()
    paused = s.IntegerField()
    waiting = s.IntegerField()


class ClockSegment(s.Serializer[Any]):
    begins = s.DateTimeField()
    ends = s.DateTimeField()
    state = s.CharField(help_text="running, paused or waiting.")
    reason = s.CharField()
    seq = s.IntegerField(help_text="The event that began it.")
    seconds = s.IntegerField()
    agency = AgencyRef(allow_null=True)
    unit = AgencyRef(allow_null=True)
    person = PersonRef(allow_null=True)


class TaskClock(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.CharField()
    agency = AgencyRef(allow_null=True)
    unit = AgencyRef(allow_null=True)
    person = PersonRef(allow_null=True)
    opened_at = s.DateTimeField()
    closed_at = s.DateTimeField(allow_null=True)
    ended_as = s.CharField(allow_null=True, help_text="done, returned or cancelled.")
    state = s.CharField(help_text="running, paused, waiting or ended.")
    reason = s.CharField()
    due_at = s.DateTimeField(help_text="As it stood then; of a clock that stands still it moves on with the time.")
    provisional = s.BooleanField()
    elapsed = s.IntegerField()
    remaining = s.IntegerField()
    late = s.IntegerField()
    overdue = s.BooleanField()
    paused = s.DictField(child=s.IntegerField(), help_text="By reason; waiting periods are among them.")
    holders = ClockHolder(many=True)
    segments = ClockSegment(many=True)


class CaseTurn(s.Serializer[Any]):
    begins = s.DateTimeField()
    ends = s.DateTimeField()
    agencies = AgencyRef(many=True, help_text="Empty: nobody's turn, for the reasons.")
    reasons = s.ListField(child=s.CharField())
    seconds = s.IntegerField()


class CaseHeld(s.Serializer[Any]):
    agency = AgencyRef(allow_null=True)
    reasons = s.ListField(child=s.CharField())
    seconds = s.IntegerField()


class ClockExtension(s.Serializer[Any]):
    task = s.UUIDField()
    kind = s.CharField()
    agency = AgencyRef(allow_null=True)
    asked_at = s.DateTimeField()
    decided_at = s.DateTimeField(allow_null=True)
    decide_by = s.DateTimeField()
    state = s.CharField(help_text="asked, granted, refused or fell_away.")
    to = s.DateField(help_text="The day that was asked for.")
    due_at = s.DateTimeField(allow_null=True, help_text="The new deadline; null: the former one lies later already.")

    def get_fields(self) -> Any:
        """`from` cannot be the name of an attribute."""
        before = s.DateTimeField(allow_null=True, help_text="The deadline when it was asked for.")
        return {"from": before, **super().get_fields()}


class CaseClocks(s.Serializer[Any]):
    case = ClockCase()
    region = RegionRef()
    opened_at = s.DateTimeField()
    at = s.DateTimeField()
    whole = s.BooleanField(help_text="False: own tasks and questions only.")
    calendar = s.CharField()
    tasks = TaskClock(many=True)
    turns = CaseTurn(many=True)
    held = CaseHeld(many=True)
    extensions = ClockExtension(many=True)


class DwellRow(s.Serializer[Any]):
    """Of the names only the one that was asked for is filled."""

    agency = AgencyRef(allow_null=True)
    unit = AgencyRef(allow_null=True)
    person = PersonRef(allow_null=True)
    stage = s.CharField(allow_null=True)
    kind = s.CharField(allow_null=True)
    region = RegionRef(allow_null=True)
    tasks = s.IntegerField()
    median = s.IntegerField()
    p90 = s.IntegerField()
    longest = s.IntegerField()
    running = s.IntegerField(help_text="Seconds of working time, of all tasks; so are the lengths beside it.")
    paused = s.IntegerField()
    waiting = s.IntegerField()
    ended_here = s.IntegerField(help_text="Tasks that were with this group last.")
    late_tasks = s.IntegerField(help_text="Of these, the late ones.")
    late = s.FloatField(allow_null=True, help_text="Their share, from 0 to 1.")


class Dwell(s.Serializer[Any]):
    since = s.DateTimeField()
    until = s.DateTimeField()
    by = s.CharField()
    of = s.CharField()
    results = DwellRow(many=True)
