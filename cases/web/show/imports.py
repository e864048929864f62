"""The import pages: who may import for whom, the batch in figures, its rows in words, the download of refused rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import get_language, gettext

from agencies.actors import Actor
from agencies.digits import from_digits
from agencies.directory import AgencyRef, Directory, get_directory
from audit import clock
from cases.intake.export import away_csv, error_csv, take_out
from cases.intake.ledger.names import came_before, other_names
from cases.intake.ledger.statement import LONGEST_ISSUER
from cases.intake.receiving import LIMIT_MB, SENDING, check_sender, is_own
from cases.intake.regions import RegionCount, region_counts
from cases.intake.selectors import headers_of
from cases.intake.services import summarise
from cases.models import ListBatch
from cases.web.pages import PageRequest
from cases.web.show.lists import feedback
from cases.web.show.privacy.watermark import staff_number
from cases.web.show.tips.sealed import links_of_batch
from cases.web.show.words import listed
from cases.workflow.errors import NotAllowed
from cases.workflow.view import Text

KINDS: Final = (
    ("telecom", Text("通信监测名单", "Telecom list")),
    ("trace", Text("溯源反馈", "Trace replies")),
    ("grid", Text("用电异常名单", "Grid list")),
    ("tips", Text("举报清单", "Public tips")),
)
# The part of a fate before the colon says what became of the row, the part after it why.
FATES: Final = {
    "accept": (Text("已采用", "Accepted"), "ok"),
    "weak": (Text("弱线索", "Weak lead"), "warn"),
    "duplicate": (Text("重复", "Duplicate"), ""),
    "reject": (Text("不予接收", "Refused"), "bad"),
}
EFFECTS: Final = {
    "new_case": Text("新建案件", "New case"),
    "added": Text("并入既有案件", "Added to a case"),
    "none": Text("无", "None"),
}
WHY_NOT: Final = Text(
    "名单由报送单位或本地区发展改革委的经办人导入，你没有该角色；可查看本页列出的批次结果。",
    "Lists are imported by a handler of the sending agency or of the local commission; the results are listed here.",
)


def senders(actor: Actor) -> list[AgencyRef]:
    """The agencies for which this person may import, the own ones first."""
    own = {post.principal_id for post in actor.posts}
    found = [ref for ref in get_directory().by_code.values() if ref.active and ref.kind in SENDING and not ref.is_unit]
    return sorted((ref for ref in found if may_import_for(actor, ref)), key=lambda ref: (ref.id not in own, ref.code))


def may_import_for(actor: Actor, agency: AgencyRef) -> bool:
    """Whether this person imports lists of the agency."""
    try:
        check_sender(actor, agency)
    except NotAllowed:
        return False
    return True


def check(actor: Actor, batch: ListBatch) -> None:
    """Raises NotAllowed where this person may not work on the batch."""
    check_sender(actor, get_directory().by_id[batch.agency_id])


def upload_context(
    actor: Actor, typed: Mapping[str, Any], *, errors: Mapping[str, Text] | None = None, refused: Text | None = None
) -> dict[str, Any]:
    """The upload page with what was typed."""
    agencies = senders(actor)
    return {
        "may_import": bool(agencies),
        "why_not": WHY_NOT,
        "typed": typed,
        "refused": refused,
        "errors": [{"anchor": name, "text": text} for name, text in (errors or {}).items()],
        "kinds": [{"value": code, "label": label} for code, label in KINDS],
        "agencies": [{"value": ref.code, "label": ref.name} for ref in agencies],
        "limit_mb": LIMIT_MB,
        "longest_issuer": LONGEST_ISSUER,
    }


def heading(batch: ListBatch, directory: Directory) -> dict[str, Any]:
    """A batch in one line: name, kind, who, when, figures."""
    fates = batch.counts.get("fates", {})
    total = batch.rows_total or 0
    return {
        "id": batch.id,
        "name": batch.name,
        "other_names": listed(other_names(batch)),
        "kind_label": dict(KINDS)[batch.kind],
        "filename": batch.filename,
        "sha256": batch.sha256,
        "agency_name": directory.by_id[batch.agency_id].short_name,
        "who": batch.received_by.display_name,
        "at": batch.received_at,
        "rows": total,
        "done": batch.rows_done,
        "percent": str(round(100 * batch.rows_done / total)) if total else "0",
        "running": batch.state in (ListBatch.State.RECEIVED, ListBatch.State.IMPORTING),
        "unreadable": batch.state == ListBatch.State.REFUSED,
        "step": batch.state if batch.state in (ListBatch.State.MAPPING, ListBatch.State.PREVIEW) else "",
        "cancelled": batch.state == ListBatch.State.CANCELLED,
        "new_cases": batch.counts.get("effects", {}).get("new_case", 0),
        "refused": _group(fates, "reject"),
        "weak": _group(fates, "weak"),
    }


def _group(fates: Mapping[str, int], word: str) -> int:
    return sum(n for fate, n in fates.items() if fate.partition(":")[0] == word)


def reader(actor: Actor) -> Actor:
    """The same person reading in the language of the page, which may differ from that of the account."""
    return replace(actor, language="en" if (get_language() or "").startswith("en") else "zh")


def position(params: QueryDict) -> tuple[int, str]:
    """The row the page begins after, and the fate it is narrowed to."""
    after, fate = params.get("after", ""), params.get("fate", "")
    number = from_digits(after, 10**9) or 0
    return number, fate if fate in FATES else ""


def result_context(
    actor: Actor, batch: ListBatch, rows: Sequence[dict[str, Any]], following: int | None, fate: str
) -> dict[str, Any]:
    """The result page."""
    fates, effects = batch.counts.get("fates", {}), batch.counts.get("effects", {})
    shown = {word: _group(fates, word) for word in FATES}
    total = shown[fate] if fate else batch.rows_done
    directory = get_directory()
    agency = directory.by_id[batch.agency_id]
    tips = links_of_batch(actor, batch)
    # While the rows come in, every second a reader asks anew how far they are.
    regions = region_counts(actor, batch) if batch.state == ListBatch.State.DONE else []
    return {
        "regions": [_region(count) for count in regions] if any(count.where != "home" for count in regions) else [],
        "may_export_away": is_own(actor, batch) and any(count.where == "not_here" for count in regions),
        "batch": heading(batch, directory),
        "problem": summarise(batch).problem,
        "came": came_before(batch),
        "may_go_on": may_import_for(actor, agency),
        "may_export": is_own(actor, batch) and bool(shown["reject"] + shown["weak"]),
        "tiles": _tiles(shown, effects, withdrawn=batch.state == ListBatch.State.WITHDRAWN),
        "views": [_view("", Text("全部", "All"), batch.rows_done, fate)]
        + [_view(word, label, shown[word], fate) for word, (label, _tone) in FATES.items()],
        "page": {"rows": [_row(row, tips) for row in rows], "after": following, "before": None, "total": total},
        "headers": _headers(batch),
        "feedback": feedback.section(actor, batch),
    }


WHERE: Final = {
    "home": (Text("本市办理", "Dealt with here"), ""),
    "routed": (Text("已转属地发展改革委", "Passed on to the commission there"), "ok"),
    "not_here": (Text("属地不在本系统，暂由本市登记", "Not on this system, kept here"), "warn"),
    "unseen": (Text("由其他单位办理，你所在机构未参与", "Dealt with by others; you take no part"), ""),
}


def _region(count: RegionCount) -> dict[str, Any]:
    says, tone = WHERE[count.where]
    return {"name": count.name or "--", "rows": count.rows, "says": says, "tone": tone, "where": count.where}


def _headers(batch: ListBatch) -> list[str]:
    """The heads over the raw rows, where all rows have the same."""
    return headers_of(batch) if len(batch.columns.get("sheets", ())) == 1 else []


def _tiles(shown: Mapping[str, int], effects: Mapping[str, int], *, withdrawn: bool) -> list[dict[str, Any]]:
    """The counts as the list came in; of one that was withdrawn none of them holds any more, and each says so."""
    tiles = _counted(shown, effects)
    return (
        [{**tile, "tone": "", "hint": gettext("导入时的数，撤回后不再作数")} for tile in tiles] if withdrawn else tiles
    )


def _counted(shown: Mapping[str, int], effects: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "key": "new_case",
            "label": gettext("新建案件数"),
            "count": effects.get("new_case", 0),
            "tone": "",
            "hint": gettext("列入监测名单，待分办"),
        },
        {
            "key": "added",
            "label": gettext("并入既有案件"),
            "count": effects.get("added", 0),
            "tone": "",
            "hint": gettext("同一场所的线索归为一案"),
        },
        {
            "key": "none",
            "label": gettext("无效果"),
            "count": effects.get("none", 0),
            "tone": "",
            "hint": gettext("重复或不予接收"),
        },
        {
            "key": "weak",
            "label": gettext("弱线索"),
            "count": shown["weak"],
            "tone": "warn" if shown["weak"] else "",
            "hint": gettext("已接收，缺要素"),
        },
        {
            "key": "reject",
            "label": gettext("不予接收"),
            "count": shown["reject"],
            "tone": "bad" if shown["reject"] else "",
            "hint": gettext("更正后可再报送"),
        },
    ]


def _view(word: str, label: Text, count: int, current: str) -> dict[str, Any]:
    return {
        "label": label,
        "count": count,
        "href": f"?fate={word}" if word else "?",
        "current": word == current,
        "bad": word == "reject" and count > 0,
    }


def _row(row: Mapping[str, Any], tips: Mapping[int, str]) -> dict[str, Any]:
    label, tone = FATES.get(row["fate"].partition(":")[0], (row["fate"], ""))
    return {
        "no": row["row"],
        "fate": label,
        "tone": tone,
        "effect": EFFECTS.get(row["effect"], row["effect"]),
        "case_number": row["case"],
        "tip": tips.get(row["row"], ""),
        "reason": " ".join([row["reason"], *row["notes"], row["grounds"]]).rstrip(),
        "raw": " | ".join(cell or "--" for cell in row["cells"]),
    }


def export_refused(request: PageRequest, batch: ListBatch) -> bytes:
    """The rows that need work, in clear, for the sender."""
    counted = heading(batch, get_directory())
    return _export(request, batch, "refused_rows", error_csv, counted["refused"] + counted["weak"])


def export_away(request: PageRequest, batch: ListBatch) -> bytes:
    """The rows whose region is not on the system, in clear, for the sender who passes them on by letter."""
    rows = sum(count.rows for count in region_counts(request.actor, batch) if count.where == "not_here")
    return _export(request, batch, "rows_elsewhere", partial(away_csv, request.actor), rows)


def _export(
    request: PageRequest, batch: ListBatch, what: str, write: Callable[[ListBatch, str], Iterable[bytes]], rows: int
) -> bytes:
    return take_out(
        actor=request.actor,
        batch=batch,
        what=what,
        write=write,
        rows=rows,
        staff_no=staff_number(request),
        now=clock.now(),
        request=request,
    )
