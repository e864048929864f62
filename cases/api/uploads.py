"""A form with a file, read as strictly as JSON: each name once, none that is not asked for."""

from __future__ import annotations

from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from rest_framework.request import Request

from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

FILE = "file"
# Beside the file: its name, the other fields, the lines between them.
AROUND = 1024 * 1024


class Sent(NamedTuple):
    """The file, None where none was chosen, and what was typed beside it."""

    file: UploadedFile | None
    typed: dict[str, str]


def read_form(request: Request, *names: str) -> Sent:
    """The form. Raises InvalidInput: of two files one would be lost, and a misspelled name is no answer."""
    problems = {}
    for name, values in (*request.POST.lists(), *request.FILES.lists()):
        if name not in (FILE, *names):
            problems[name[:40]] = Text("没有这一项", "there is no such field")
        elif len(values) > 1:
            problems[name] = Text("只能给一次，请分次上传", "give it once; send one file at a time")
        elif isinstance(values[0], str) and "\x00" in values[0]:
            problems[name] = Text("含有不能使用的字符", "holds characters that cannot be used")
    if problems:
        raise InvalidInput(fields=problems)
    return Sent(request.FILES.get(FILE), {name: request.POST[name] for name in names if name in request.POST})
