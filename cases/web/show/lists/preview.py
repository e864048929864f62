"""The page of the preview: how many rows have which fate, the rows that need a look, and their cells to set right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.digits import from_digits
from cases.intake.steps.mending import LONGEST
from cases.intake.steps.preview import is_reading
from cases.intake.steps.trial import PAGE_ROWS, WORDS
from cases.models import ListBatch
from cases.web.show.imports import FATES
from cases.web.show.lists.steps import common
from cases.workflow.view import Text

PROBLEM: Final = Text("需处理", "To look at")
ALL: Final = Text("全部", "All")


def position(params: QueryDict) -> tuple[int, str]:
    """The row the page begins after, and what it is narrowed to; the rows that need a look come first."""
    show = params.get("show", "problem")
    return from_digits(params.get("after", ""), 10**9) or 0, show if show in WORDS else "problem"


def mended_cells(form: QueryDict) -> dict[int, str]:
    """`c<cell>` of a form, by the place of the cell."""
    cells = {from_digits(name[1:], 10**4): str(value).strip() for name, value in form.items() if name.startswith("c")}
    return {cell: value for cell, value in cells.items() if cell is not None}


def preview_context(
    actor: Actor,
    batch: ListBatch,
    rows: Sequence[Mapping[str, Any]],
    following: int | None,
    show: str,
    *,
    typed: QueryDict | None = None,
    errors: Mapping[str, Text] | None = None,
    at: str = "rows",
) -> dict[str, Any]:
    """The page; `typed` is what was sent and not taken: it stands in the fields of its row again.

    A refusal leads to the row that was sent, or else to `at`.
    """
    base, preview = common(actor, batch), batch.preview
    counts, total, done = counted(preview), batch.rows_total or 0, preview.get("done", 0)
    mended = _mended(rows, typed)
    return {
        **base,
        "reading": is_reading(batch),
        "seen": preview.get("run", ""),
        "done": done,
        "percent": str(round(100 * done / total)) if total else "0",
        "taken": counts["accept"] + counts["weak"],
        "counts": counts,
        "estimate": estimated(preview),
        "views": [_view(word, label, counts[word], show) for word, label in _labels()],
        "show": show,
        "page": {
            "rows": [_row(row, typed if row is mended else None, refused=bool(errors)) for row in rows],
            "after": following,
            "before": None,
            "total": counts[show],
        },
        "page_rows": PAGE_ROWS,
        "longest": LONGEST,
        "may_correct": base["own"] and base["may"] and bool(counts["problem"]),
        "errors": _refusals(errors or {}, mended, at),
    }


def _mended(rows: Sequence[Mapping[str, Any]], typed: QueryDict | None) -> Mapping[str, Any] | None:
    """The row that was sent, if it is one of those shown."""
    number = from_digits(typed.get("row", ""), 10**9) if typed is not None else None
    return next((row for row in rows if row["row"] == number), None)


def _refusals(errors: Mapping[str, Text], mended: Mapping[str, Any] | None, at: str) -> list[dict[str, Any]]:
    anchor = f"row-{mended['row']}" if mended else at
    return [{"anchor": anchor, "text": _where(mended, name, text)} for name, text in errors.items()]


def _where(row: Mapping[str, Any] | None, name: str, text: Text) -> Text:
    """The sentence with the row and the column it is about, `c<cell>`; one about no row that is shown as it stands."""
    cell = from_digits(name[1:], 10**4)
    if row is None or cell is None:
        return text
    header = next((one["header"] for one in row["suspects"] if one["cell"] == cell), "")
    zh, en = (f"“{header}”", f"“{header}”") if header else (f"第 {cell + 1} 列", f"column {cell + 1}")
    return Text(f"第 {row['row']} 行{zh}：{text.zh}", f"Row {row['row']}, {en}: {text.en}")


def estimated(preview: Mapping[str, Any]) -> dict[str, int] | None:
    """What the import is expected to come to by the cases of now; a reading of an earlier release has none."""
    found: dict[str, int] | None = preview.get("estimate")
    return {**found, "cases": found["new_cases"] + found["known_cases"]} if found else None


def counted(preview: Mapping[str, Any]) -> dict[str, int]:
    """Rows of the dry reading by the beginning of their fate."""
    found = dict.fromkeys(FATES, 0)
    for fate, n in preview.get("fates", {}).items():
        found[fate.partition(":")[0]] += n
    return {"problem": preview.get("problems", 0), **found, "all": sum(found.values())}


def _labels() -> list[tuple[str, Text]]:
    return [("problem", PROBLEM), *((word, label) for word, (label, _tone) in FATES.items()), ("all", ALL)]


def _view(word: str, label: Text, count: int, current: str) -> dict[str, Any]:
    return {
        "label": label,
        "count": count,
        "href": f"?show={word}",
        "current": word == current,
        "bad": word == "reject" and count > 0,
    }


def _row(row: Mapping[str, Any], typed: QueryDict | None, *, refused: bool) -> dict[str, Any]:
    label, tone = FATES.get(row["fate"].partition(":")[0], (row["fate"], ""))
    return {
        "no": row["row"],
        "fate": label,
        "tone": tone,
        "reason": " ".join([row["reason"], *row["notes"]]),
        "raw": " | ".join(cell or "--" for cell in row["cells"]),
        "effect": row["effect"],
        "case_number": row["case"],
        "mends": row["mends"],
        "refused": typed is not None and refused,
        "inputs": [
            {
                "cell": cell["cell"],
                "value": typed.get(f"c{cell['cell']}", cell["value"]) if typed is not None else cell["value"],
                "label": cell["header"] or gettext("第 %(n)s 列") % {"n": cell["cell"] + 1},
            }
            for cell in row["suspects"]
        ],
    }
