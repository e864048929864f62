"""A page's form from the fields of an act: what to draw, what was typed, what is wrong with it.

Names in the HTML are `f.` and the path that the workflow's own messages use (`f.officers[0].staff_no`), so that an
error finds its field without a table in between.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cases.web.show.words import clauses, listed, say
from cases.workflow.deciding.inputs import MANY
from cases.workflow.fields import Field
from cases.workflow.view import Text

PREFIX: Final = "f."
WIDGETS: Final = {
    "longtext": "textarea",
    "multichoice": "checks",
    "boolean": "radios",
    "task": "radios",
    "attachment": "file",
    "attachments": "file",
    "agency": "select",
    "user": "select",
    "list": "list",
}
TYPES: Final = {"date": "date", "datetime": "datetime-local"}
INPUT_MODES: Final = {"decimal": "decimal", "integer": "numeric"}
YES_NO: Final = (("true", Text("是", "Yes")), ("false", Text("否", "No")))
# Up to this many choices are laid open as buttons; more become a list.
OPEN_CHOICES: Final = 6
# Characters: a longer choice gets a line of its own; more in all than half a line holds take the whole.
LONG_CHOICE: Final = 14
HALF_LINE: Final = 36
WIDE: Final = frozenset({"longtext", "list", "attachments", "attachment"})
# What is on record is offered under the line, and anything else may be typed.
OFFERED: Final = frozenset({"local_document"})
ROWS_AT_FIRST: Final = 1
Option = tuple[str, Any]
Options = Mapping[str, Sequence[Option]]


@dataclass(slots=True)
class Drawn:
    """One field as the template draws it."""

    name: str
    label: Text
    kind: str
    widget: str
    value: str = ""
    required: bool = False
    help: Text | None = None
    sealed: bool = False
    error: Text | None = None
    options: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    rows: list[list[Drawn]] = field(default_factory=list)
    type: str = "text"
    inputmode: str = ""
    many: bool = False
    long: bool = False
    wide: bool = False

    @property
    def anchor(self) -> str:
        return anchor(self.name)


def anchor(name: str) -> str:
    """The id of the element that shows a field."""
    return "i-" + re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")


# --- from the request ------------------------------------------------------------------------------------------------


def read(fields: Sequence[Field], post: QueryDict, path: str = PREFIX) -> dict[str, Any]:
    """What was typed, as the workflow reads it; nothing is judged here. Empty rows of a list are left out."""
    return {f.name: value for f in fields if (value := _read_one(f, post, path)) not in ("", [], None)}


def _read_one(field_: Field, post: QueryDict, path: str) -> Any:
    name = path + field_.name
    if field_.kind == "list":
        rows = [read(field_.fields, post, f"{name}[{n}].") for n in range(row_count(post, name))]
        return [row for row in rows if row]
    if field_.kind in MANY:
        return [value for value in post.getlist(name) if value]
    return post.get(name, "").strip()


def row_count(post: QueryDict, name: str) -> int:
    """How many rows of a list the form had."""
    found = re.compile(re.escape(name) + r"\[([0-9]{1,4})\]\.")
    numbers = [int(match.group(1)) for key in post if (match := found.match(key))]
    return min(max(numbers, default=-1) + 1, 100)


def upload_names(fields: Sequence[Field]) -> list[str]:
    """The HTML names of the fields that take files."""
    return [PREFIX + f.name for f in fields if f.kind in ("attachment", "attachments")]


def holds_personal(fields: Sequence[Field], data: Mapping[str, Any]) -> bool:
    """Whether something was typed into a field whose values are sealed."""
    return any(
        any(holds_personal(f.fields, row) for row in data[f.name]) if f.kind == "list" else f.sealed
        for f in fields
        if data.get(f.name)
    )


# --- to the page -----------------------------------------------------------------------------------------------------


def draw(
    fields: Sequence[Field],
    data: Mapping[str, Any],
    *,
    errors: Mapping[str, Text] | None = None,
    options: Options | None = None,
    files: Mapping[str, Mapping[str, Any]] | None = None,
    extra_row: str = "",
    path: str = PREFIX,
) -> list[Drawn]:
    """The fields with what was typed. `options`: agencies, people, tasks to choose from; `extra_row`: a longer list."""
    about = _About(errors or {}, options or {}, files or {}, extra_row)
    return [_draw_one(f, data.get(f.name), path, about) for f in fields]


class _About(NamedTuple):
    """What drawing a field needs to know beside its value."""

    errors: Mapping[str, Text]
    options: Options
    files: Mapping[str, Mapping[str, Any]]
    extra_row: str


def _draw_one(f: Field, value: Any, path: str, about: _About) -> Drawn:
    name = path + f.name
    drawn = Drawn(
        name,
        f.label,
        f.kind,
        _widget(f, about.options, inner="[" in path),
        required=f.required,
        help=f.help,
        sealed=f.sealed,
        error=about.errors.get(name.removeprefix(PREFIX)),
        type=TYPES.get(f.kind, "text"),
        inputmode=INPUT_MODES.get(f.kind, ""),
        many=f.kind == "attachments",
        wide=f.kind in WIDE or f.kind == "multichoice",
    )
    if f.kind == "list":
        _draw_rows(drawn, f, list(value or []), about)
    elif f.kind == "task" and len(about.options.get("task", ())) <= 1:
        # Only one can be meant: nothing to choose.
        drawn.widget, drawn.value = "hidden", value or ""
    elif drawn.widget == "file":
        ids = value if isinstance(value, list) else [value] if value else []
        drawn.files = [{"id": i, **about.files.get(i, {"filename": i, "size": 0})} for i in ids]
    elif drawn.widget in ("checks", "radios", "select"):
        _draw_choices(drawn, value, _options(f, about.options))
    else:
        drawn.value = "" if value is None else str(value)
        offered = about.options.get(f.name, ()) if f.name in OFFERED else ()
        drawn.options = [{"value": code, "label": label} for code, label in offered]
    return drawn


def _draw_rows(drawn: Drawn, f: Field, rows: list[Any], about: _About) -> None:
    """The rows that were typed, as many empty ones as the act asks for, and one more where it was wished."""
    wanted = max(len(rows), _rows_at_first(f)) + (about.extra_row == drawn.name)
    rows += [{}] * (wanted - len(rows))
    drawn.rows = [
        draw(f.fields, row, errors=about.errors, options=about.options, path=f"{drawn.name}[{n}].")
        for n, row in enumerate(rows)
    ]


def _draw_choices(drawn: Drawn, value: Any, given: Sequence[Option]) -> None:
    chosen = set(value) if isinstance(value, list) else {"" if value is None else str(value).lower()}
    drawn.options = [
        {"value": code, "label": label, "selected": code in chosen or code.lower() in chosen} for code, label in given
    ]
    lengths = [len(say(label)) for _, label in given]
    drawn.long = any(length > LONG_CHOICE for length in lengths)
    drawn.wide = drawn.wide or (drawn.widget == "radios" and sum(lengths) + 4 * len(lengths) > HALF_LINE)


def _rows_at_first(f: Field) -> int:
    return f.minimum if isinstance(f.minimum, int) and f.minimum else ROWS_AT_FIRST


def _widget(f: Field, options: Options, *, inner: bool) -> str:
    if f.kind == "choice":
        # Inside a row of a list there is no room for open choices.
        return "radios" if len(f.choices) <= OPEN_CHOICES and not inner else "select"
    # Where the page can offer a list (regions), a text is chosen instead of typed.
    if f.kind == "text" and f.name in options and f.name not in OFFERED:
        return "select"
    return WIDGETS.get(f.kind, "input")


def _options(f: Field, options: Options) -> Sequence[Option]:
    if f.kind == "boolean":
        return YES_NO
    return f.choices or options.get(f.name) or options.get(f.kind, ())


# --- to be read ------------------------------------------------------------------------------------------------------


def hidden(fields: Sequence[Field], data: Mapping[str, Any], path: str = PREFIX) -> SafeString:
    """What was typed, carried through the check page."""
    pairs: list[tuple[str, str]] = []
    _flatten(fields, data, path, pairs)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs) or format_html("")


def _flatten(fields: Sequence[Field], data: Mapping[str, Any], path: str, pairs: list[tuple[str, str]]) -> None:
    for f in fields:
        value, name = data.get(f.name), path + f.name
        if value in (None, "", []):
            continue
        if f.kind == "list":
            for n, row in enumerate(value or []):
                _flatten(f.fields, row, f"{name}[{n}].", pairs)
        else:
            pairs.extend((name, str(item)) for item in (value if isinstance(value, list) else [value]))


def summary(
    fields: Sequence[Field], data: Mapping[str, Any], options: Options, files: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Everything that was filled in, in words, to be read where it can no longer be changed."""
    rows = []
    for f in fields:
        value = data.get(f.name)
        if value not in (None, "", []):
            rows.append({"label": f.label, "lines": _lines(f, value, options, files)})
    return rows


def _lines(f: Field, value: Any, options: Options, files: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if f.kind == "list":
        return [
            clauses(f"{say(row['label'])} {listed(row['lines'])}" for row in summary(f.fields, item, options, files))
            for item in value
        ]
    names = {code: say(label) for code, label in _options(f, options)}
    items = value if isinstance(value, list) else [value]
    if f.kind in ("attachment", "attachments"):
        return [str(files.get(item, {}).get("filename", item)) for item in items]
    if f.kind == "longtext":
        return str(value).splitlines()
    if f.kind == "datetime":
        return [_moment(str(item)) for item in items]
    return [names.get(str(item), names.get(str(item).lower(), str(item))) for item in items]


def _moment(typed: str) -> str:
    """A time as people write it; as it was typed where it is none."""
    try:
        at = datetime.fromisoformat(typed)
        return f"{timezone.localtime(at) if at.tzinfo else at:%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return typed
