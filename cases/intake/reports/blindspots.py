"""监管盲区清单 as a report to the superior: a cover with the figures and the list, as a workbook or as CSV."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone

from agencies.access.reads import note_export
from agencies.actors import Actor
from agencies.directory import get_directory
from cases.intake.export import csv_line
from cases.intake.feedback.workbook import Workbook
from cases.policy.blindspots import BlindSpot, blind_spots
from cases.policy.dated import CHINA
from cases.policy.law import RULE_SET_VERSION
from cases.selectors.law.blindspots import BlindFilter, Totals, all_blind_spots, totals
from cases.selectors.paging import Row
from cases.selectors.precision.watermark import signature
from cases.workflow.forms.choices import SUBJECTS

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLE: Final = "监管盲区清单"
WHAT: Final = "blind_spots"
HEADS: Final = (
    "案件编号",
    "地区",
    "缺失的法律依据",
    "现行条文",
    "起始日",
    "月用电量（千瓦时）",
    "主体",
    "户名（遮盖）",
    "牵头单位",
)
SPOTS: Final = {spot.code: spot for spot in blind_spots()}


def report(
    *, actor: Actor, wanted: BlindFilter, form: str, staff_no: str, now: datetime, request: HttpRequest | None
) -> bytes:
    """The file (`xlsx` or `csv`), recorded in the access log and as an event before it leaves."""
    rows, figures = all_blind_spots(actor, wanted), totals(actor, wanted)
    signed = signature(actor, staff_no, now, TITLE)
    lines = [_cells(row, now) for row in rows]
    left_out = _left_out(len(rows), figures)
    content = (
        _csv(lines, signed + left_out)
        if form == "csv"
        else _workbook(lines, _cover(wanted, figures, left_out, now, signed), now)
    )
    digest = hashlib.sha256(content).hexdigest()
    more = {"form": form, **{name: value for name in ("region", "reason") if (value := getattr(wanted, name))}}
    note_export(actor=actor, what=WHAT, rows=len(rows), file_hash=digest, now=now, request=request, more=more)
    return content


def filename(form: str, now: datetime) -> str:
    return f"{TITLE}-{timezone.localtime(now):%Y%m%d}.{form}"


def _left_out(rows: int, figures: Totals) -> str:
    return f"；清单只列前 {rows} 件，共 {figures.cases} 件" if rows < figures.cases else ""


def _csv(lines: Sequence[Sequence[Any]], signed: str) -> bytes:
    return b"\xef\xbb\xbf" + b"".join(csv_line(line) for line in ([f"{TITLE}：{signed}"], HEADS, *lines))


def _workbook(lines: Sequence[Sequence[Any]], cover: Iterator[Sequence[Any]], now: datetime) -> bytes:
    out = io.BytesIO()
    with Workbook(out, timezone.localtime(now)) as book:
        with book.sheet("汇总") as page:
            for line in cover:
                page.write(line)
        with book.sheet("清单") as page:
            for line in (HEADS, *lines):
                page.write(line)
    return out.getvalue()


def _cover(wanted: BlindFilter, figures: Totals, left_out: str, now: datetime, signed: str) -> Iterator[Sequence[Any]]:
    """What a superior reads first: how many, how much, of which reason and where."""
    directory = get_directory()
    yield (TITLE,)
    yield ("制表", signed)
    yield ("截至", f"{timezone.localtime(now):%Y-%m-%d %H:%M}")
    yield ("规则版本", RULE_SET_VERSION)
    yield ("地区", _region(wanted.region) if wanted.region else "全部可见地区")
    yield ("原因", SPOTS[wanted.reason].zh if wanted.reason in SPOTS else "全部")
    yield ("案件数", figures.cases)
    yield ("月用电量合计（千瓦时）", "不提供（少于三件或按权限不显示）" if figures.kwh is None else f"{figures.kwh:f}")
    yield ("其中未报用电量的案件", figures.without_kwh)
    if left_out:
        yield ("说明", f"{left_out.removeprefix('；')}，合计为全部")
    yield ()
    yield ("按缺失的法律依据", "件数", "条文")
    day = now.astimezone(CHINA).date()
    for code, count in figures.by_reason:
        yield (SPOTS[code].zh if code in SPOTS else code, count, SPOTS[code].article(day) if code in SPOTS else "")
    yield ()
    yield ("按地区", "件数")
    for code, count in figures.by_region:
        yield (directory.region_path(code) or code, count)


def _region(code: str) -> str:
    return get_directory().region_path(code) or code


def _cells(row: Row, now: datetime) -> list[Any]:
    spot: BlindSpot | None = SPOTS.get(row["reason"])
    subject = dict(SUBJECTS).get(row["subject"])
    day = now.astimezone(CHINA).date()
    return [
        row["number"],
        row["region"]["path"] or row["region_code"],
        spot.zh if spot else row["reason"],
        spot.article(day, row["region_code"]) if spot else "",
        row["since"],
        row["kwh"] or "",
        subject.zh if subject else "",
        row["holder"] or "",
        row["lead_agency"]["name"] if row["lead_agency"] else "",
    ]
