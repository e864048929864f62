"""Short ways to write a field down; every one names its kind and both languages."""

from __future__ import annotations

from typing import Any

from cases.workflow.fields import Choices, Field
from cases.workflow.forms.choices import CONFIDENTIALITY
from cases.workflow.view import Text


def _field(name: str, kind: str, zh: str, en: str, hint: tuple[str, str] | None = None, **more: Any) -> Field:
    return Field(name, kind, Text(zh, en), help=Text(*hint) if hint else None, **more)


def text(name: str, zh: str, en: str, **more: Any) -> Field:
    return _field(name, "text", zh, en, **more)


def longtext(name: str, zh: str, en: str, **more: Any) -> Field:
    """Free text, always sealed: nobody can promise that no name stands in it."""
    return _field(name, "longtext", zh, en, sealed=True, **more)


def choice(name: str, zh: str, en: str, choices: Choices, **more: Any) -> Field:
    return _field(name, "choice", zh, en, choices=choices, **more)


def several(name: str, zh: str, en: str, choices: Choices, **more: Any) -> Field:
    return _field(name, "multichoice", zh, en, choices=choices, **more)


def day(name: str, zh: str, en: str, **more: Any) -> Field:
    return _field(name, "date", zh, en, **more)


def moment(name: str, zh: str, en: str, **more: Any) -> Field:
    return _field(name, "datetime", zh, en, **more)


def number(name: str, zh: str, en: str, **more: Any) -> Field:
    return _field(name, "decimal", zh, en, **{"minimum": 0, **more})


def whole(name: str, zh: str, en: str, **more: Any) -> Field:
    return _field(name, "integer", zh, en, **{"minimum": 0, **more})


def yes_no(name: str, zh: str, en: str, **more: Any) -> Field:
    return _field(name, "boolean", zh, en, **more)


def file(name: str, zh: str, en: str, **more: Any) -> Field:
    return _field(name, "attachment", zh, en, **more)


def files(name: str, zh: str, en: str, **more: Any) -> Field:
    return _field(name, "attachments", zh, en, **more)


def agency(name: str, zh: str, en: str, **more: Any) -> Field:
    return _field(name, "agency", zh, en, **more)


def case(name: str, zh: str, en: str, **more: Any) -> Field:
    return _field(name, "case", zh, en, **more)


def person(name: str, zh: str, en: str, **more: Any) -> Field:
    return _field(name, "user", zh, en, **more)


def rows(name: str, zh: str, en: str, fields: tuple[Field, ...], **more: Any) -> Field:
    return _field(name, "list", zh, en, fields=fields, **more)


def task(*, required: bool = False) -> Field:
    return _field("task", "task", "待办事项", "Task", required=required)


def confidentiality() -> Field:
    """The level of confidentiality; left empty it stays as it is."""
    return choice(
        "confidentiality",
        "密级",
        "Confidentiality",
        CONFIDENTIALITY,
        hint=("不填则不变，不得高于本人的密级上限", "Left empty it stays; never above your own ceiling"),
    )


NOTE = longtext("note", "说明", "Note")
FILES = files("attachments", "材料", "Files")
