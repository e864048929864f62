"""The rows of an uploaded file below its header, each as its cells by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from cases.intake.lists.judging.files import FILE
from cases.intake.lists.reading import is_blank, open_list
from cases.intake.lists.sentences import NotAList, sentence
from cases.intake.lists.values import text_of
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

MOST_ROWS: Final = 200_000
# A header stands among the first lines; what is above it is a title.
HEAD_LINES: Final = 15
Head = Callable[[list[str]], dict[str, int] | None]


def rows_of(content: bytes, head_of: Head, no_head: Text) -> list[dict[str, str]]:
    """The rows below the line that `head_of` knows as the header. Raises InvalidInput for what is no such file."""
    try:
        found = list(_below_the_header(content, head_of, no_head))
    except NotAList as wrong:
        raise InvalidInput(fields={"file": sentence(FILE[wrong.code], wrong.figures)}, code="not_a_list") from wrong
    if not found:
        raise InvalidInput(fields={"file": Text("表头之下没有数据行", "There is no row below the header")})
    if len(found) > MOST_ROWS:
        says = Text(f"超过 {MOST_ROWS} 行，请拆分后上传", f"It has more than {MOST_ROWS} rows; split it")
        raise InvalidInput(fields={"file": says})
    return found


def _below_the_header(content: bytes, head_of: Head, no_head: Text) -> Iterator[dict[str, str]]:
    for sheet in open_list(content):
        if sheet.hidden:
            continue
        rows = (row for row in sheet.rows() if not is_blank(row))
        for line in islice(rows, HEAD_LINES):
            places = head_of([text_of(cell) for cell in line])
            if places is not None:
                for row in islice(rows, MOST_ROWS + 1):
                    yield {name: text_of(row[at]) if at < len(row) else "" for name, at in places.items()}
                return
    raise InvalidInput(fields={"file": no_head}, code="no_header")
