"""Reading the input of an act against its fields: typed values, or one sentence for each field that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cases.workflow.errors import InvalidInput
from cases.workflow.fields import Field
from cases.workflow.forms.reading import READERS, Unreadable
from cases.workflow.view import Text

MANY: Final = frozenset({"multichoice", "attachments", "list"})
_CHOSEN: Final = frozenset({"choice", "multichoice", "boolean", "task", "agency", "case", "user", "date", "datetime"})
_UPLOADED: Final = frozenset({"attachment", "attachments"})
ROWS_LIMIT: Final = 50


def clean(fields: Sequence[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values of every field (None or an empty list where nothing was given).

    Raises InvalidInput with `fields`: one sentence per field; rows of a list are named `officers[0].staff_no`.
    A key that the act does not ask for is refused, so that a misspelled field is not silently lost.
    """
    if not isinstance(data, Mapping):
        raise InvalidInput(Text("提交的内容应为若干项名称和值。", "Send an object of names and values."))
    problems: dict[str, Text] = {}
    values = _clean(fields, data, "", problems)
    if problems:
        raise InvalidInput(fields=problems)
    return values


def _clean(fields: Sequence[Field], data: Mapping[str, Any], path: str, problems: dict[str, Text]) -> dict[str, Any]:
    known = {field.name for field in fields}
    for key in data:
        if key not in known:
            shown = str(key)[:40]
            problems[f"{path}{shown}"] = Text(f"此事项没有“{shown}”这一项", f"This action has no field “{shown}”")
    return {field.name: _one(field, data.get(field.name), path, problems) for field in fields}


def _one(field: Field, value: Any, path: str, problems: dict[str, Text]) -> Any:
    if value is None or value in ("", [], ()) or (isinstance(value, str) and not value.strip()):
        if field.required:
            problems[f"{path}{field.name}"] = ask_for(field)
        return [] if field.kind in MANY else None
    try:
        return _rows(field, value, path, problems) if field.kind == "list" else READERS[field.kind](field, value)
    except Unreadable as unreadable:
        problems[f"{path}{field.name}"] = unreadable.text
        return None


def _rows(field: Field, value: Any, path: str, problems: dict[str, Text]) -> list[dict[str, Any]]:
    if not isinstance(value, list | tuple) or not all(isinstance(row, Mapping) for row in value):
        raise Unreadable(f"{field.label.zh}应为若干行", f"{field.label.en}: give a list of rows")
    low = field.minimum if isinstance(field.minimum, int) else 0
    high = field.maximum if isinstance(field.maximum, int) else ROWS_LIMIT
    if not low <= len(value) <= high:
        raise Unreadable(
            f"{field.label.zh}应有 {low} 至 {high} 行，现有 {len(value)} 行",
            f"{field.label.en}: {low} to {high} rows, {len(value)} given",
        )
    return [_clean(field.fields, row, f"{path}{field.name}[{n}].", problems) for n, row in enumerate(value)]


def ask_for(field: Field) -> Text:
    """What stands at a required field that was left empty."""
    if field.kind in _UPLOADED:
        return Text(f"请上传{field.label.zh}", f"Upload: {field.label.en}")
    if field.kind in _CHOSEN:
        return Text(f"请选择{field.label.zh}", f"Choose: {field.label.en}")
    return Text(f"请填写{field.label.zh}", f"Fill in: {field.label.en}")


def sealed_values(fields: Sequence[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    """Everything in the cleaned data that must not stand in an event body: free text and personal data."""
    return dict(_sealed(fields, data))


def _sealed(fields: Sequence[Field], data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in fields:
        value = data.get(field.name)
        if value in (None, [], ""):
            continue
        if field.sealed:
            yield field.name, value
        elif field.kind == "list":
            rows = [sealed_values(field.fields, row) for row in value]
            if any(rows):
                yield field.name, rows
