"""What a list is called: its kind, the name of the batch, the name of the file."""

from __future__ import annotations

from cases.intake.lists.synonyms import KINDS
from cases.workflow.errors import InvalidInput
from cases.workflow.forms.reading import Unreadable, impersonal
from cases.workflow.view import Text


def checked(kind: str, batch_name: str, filename: str) -> str:
    """The name of the batch in one form. Raises InvalidInput."""
    name = " ".join(batch_name.split())
    problems = {}
    if kind not in KINDS:
        choices = "、".join(KINDS)
        problems["kind"] = Text(f"名单类型应为：{choices}。", f"The kind is one of: {', '.join(KINDS)}.")
    if not 1 <= len(name) <= 80 or not name.isprintable():
        problems["batch"] = Text(
            "批次名称应为1至80字，不含控制字符。", "The name of a batch has 1 to 80 characters, none of them invisible."
        )
    try:
        impersonal(name)
    except Unreadable as wrong:
        problems["batch"] = wrong.text
    if not filename:
        problems["file"] = Text("请选择文件。", "Choose a file.")
    if problems:
        raise InvalidInput(fields=problems)
    return name
