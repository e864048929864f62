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
    steps = s.ChoiceField(["true", "false"], required=False, help_text="true: wait at the columns; default false.")
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
    fresh = s.IntegerField(help_text="Sites that are new; here, too, of the cases that you may see.")
    still = s.IntegerField(help_text="Sites that are still there.")
    gone = s.IntegerField(help_text="Sites of the list before that are gone.")


class Import(s.Serializer[Any]):
    id = s.UUIDField()
    batch = s.CharField(help_text="Its first name.")
    names = s.ListField(child=s.CharField(), help_text="Other names under which the very same file was sent again.")
    note = s.CharField(allow_null=True, help_text="Where it came again: as which batch it had come, and when.")
    kind = s.CharField()
    agency = s.CharField()
    issuer = s.CharField(help_text="Who issued the list; the agency sent it in.")
    level = s.CharField(help_text="full or priority.")
    due_at = s.DateTimeField(
        allow_null=True, help_text="By when every row has to be answered; null for pushes and tips."
    )
    due_rule = s.CharField(allow_blank=True, help_text="How that was found, in your language.")
    due_provisional = s.BooleanField(help_text="It rests on a year whose holidays are not published.")
    overdue = s.BooleanField(help_text="Past its day with a site that you see and that is not answered.")
    sites = s.IntegerField(help_text="The cases that its rows lead to now, each once; only those that you may see.")
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
    state = s.CharField(help_text="received, mapping, preview, importing, cancelled, done, refused or withdrawn.")
    problem = s.CharField(allow_null=True, help_text="Why it was refused.")
    rows = s.IntegerField()
    done = s.IntegerField(help_text="Rows that are committed.")
    fates = s.DictField(child=s.IntegerField())
    effects = s.DictField(
        child=s.IntegerField(), help_text="As it came in; of a withdrawn list no row has an effect any more."
    )
    again = s.BooleanField(help_text="This very file had been sent before; no row was imported again.")


class ImportRegion(s.Serializer[Any]):
    region = s.CharField(help_text="Code of the region; empty where you see none of its cases.")
    name = s.CharField()
    where = s.CharField(
        help_text="home, routed (to the commission there), not_here (the region is not on this system), unseen."
    )
    rows = s.IntegerField()


class ImportDetail(Import):
    regions = ImportRegion(many=True, help_text="Where the rows lie by now; empty until the list is done.")


class ImportRow(s.Serializer[Any]):
    row = s.IntegerField(help_text="Number of the row in the file.")
    fate = s.CharField()
    effect = s.CharField(help_text="new_case, added or none; none for every row of a withdrawn list.")
    reason = s.CharField(help_text="In your language: why it has its fate, and what has happened to it since.")
    notes = s.ListField(child=s.CharField())
    matched = s.JSONField(help_text="By what the row was matched: codes of reasons.")
    score = s.FloatField(allow_null=True, help_text="What these reasons weigh, in bits.")
    grounds = s.CharField(allow_blank=True, help_text="The reasons as a sentence in your language.")
    case = s.CharField(allow_null=True, help_text="Number of the case it belongs to now.")
    case_id = s.UUIDField(allow_null=True)
    cells = s.ListField(child=s.CharField(allow_null=True), help_text="The cells, personal ones masked.")


class ImportRows(s.Serializer[Any]):
    results = ImportRow(many=True)
    next = s.CharField(allow_null=True)


class MappedColumn(s.Serializer[Any]):
    column = s.IntegerField(help_text="From 0.")
    header = s.CharField()
    field = s.CharField(allow_null=True, help_text="What it was taken for; null: it is not imported.")
    confidence = s.FloatField(help_text="1 where the header is the field's own word or a person said so.")


class AskedDate(s.Serializer[Any]):
    field = s.CharField()
    examples = s.ListField(child=s.CharField(), help_text="Dates that could be two days.")
    mixed = s.BooleanField(help_text="Other dates of the column prove both orders.")


class MappedSheet(s.Serializer[Any]):
    name = s.CharField()
    known = s.BooleanField(help_text="The header was mapped before for this agency and kind.")
    columns = MappedColumn(many=True)
    orders = s.DictField(child=s.CharField(), help_text="mdy or dmy by field, proved or told.")
    asked = AskedDate(many=True)


class ImportMapping(s.Serializer[Any]):
    state = s.CharField()
    sheets = MappedSheet(many=True)
    hidden = s.ListField(child=s.CharField(), help_text="Hidden sheets, which are not read.")


class SheetColumns(s.Serializer[Any]):
    columns = s.DictField(child=s.IntegerField(), help_text="Column by field; empty: the sheet is left out.")
    orders = s.DictField(child=s.CharField(), required=False, help_text="mdy, dmy or unknown, by field.")


class MappingAnswer(s.Serializer[Any]):
    sheets = SheetColumns(many=True)
    save = s.BooleanField(required=False, help_text="Keep it for the next list with this header; default false.")


class MendedCell(s.Serializer[Any]):
    cell = s.IntegerField(help_text="From 0.")
    header = s.CharField()
    before = s.CharField(help_text="The raw cell, which is kept.")
    value = s.CharField()
    who = s.CharField()
    at = s.DateTimeField()


class SuspectCell(s.Serializer[Any]):
    cell = s.IntegerField(help_text="From 0.")
    header = s.CharField()
    value = s.CharField()


class TrialRow(s.Serializer[Any]):
    row = s.IntegerField()
    fate = s.CharField(help_text="What would become of the row.")
    reason = s.CharField()
    notes = s.ListField(child=s.CharField())
    cells = s.ListField(child=s.CharField(), help_text="In clear for the sender, masked for others.")
    mends = MendedCell(many=True)
    suspects = SuspectCell(many=True)
    effect = s.CharField(help_text="What the row would do by the cases of now: new_case, added or none.")
    case = s.CharField(allow_null=True, help_text="The known case it would be added to, where you take part in it.")


class ImportEstimate(s.Serializer[Any]):
    new_cases = s.IntegerField(help_text="Cases that would be opened.")
    known_cases = s.IntegerField(help_text="Known cases that would get rows.")
    added = s.IntegerField(help_text="Rows that would be added to a case.")


class ImportPreview(s.Serializer[Any]):
    state = s.CharField()
    rows = s.IntegerField()
    done = s.IntegerField(help_text="Rows that were read on trial.")
    finished = s.BooleanField()
    fates = s.DictField(child=s.IntegerField())
    problems = s.IntegerField()
    estimate = ImportEstimate(
        allow_null=True, help_text="By the cases of now, once the reading is through; the import decides anew."
    )
    results = TrialRow(many=True)
    next = s.CharField(allow_null=True)


class Mend(s.Serializer[Any]):
    row = s.IntegerField()
    cells = s.DictField(child=s.CharField(), help_text="Value by cell, cells counted from 0.")


class CorrectedFile(s.Serializer[Any]):
    file = s.FileField(help_text="The workbook of problem rows with cells set right; or the same table as CSV.")


class Corrected(s.Serializer[Any]):
    state = s.CharField()
    rows = s.IntegerField(help_text="Rows with cells that were set right.")
    cells = s.IntegerField(help_text="Cells that were set right.")


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
