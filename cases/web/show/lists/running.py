"""An import that goes on: how far it is, how fast, how long it will take, and which step is at hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.timezone import localtime
from django.utils.translation import gettext

from cases.models import ListBatch
from cases.web.show.imports import FATES
from cases.web.show.lists.preview import counted, estimated

# From then on the page says that nothing moves; a sweep takes the list up again a little later.
QUIET: Final = timedelta(minutes=1)
GOING: Final = (ListBatch.State.RECEIVED, ListBatch.State.IMPORTING)


def running(batch: ListBatch, now: datetime) -> dict[str, Any] | None:
    """The card of a running import; None for any other list."""
    if batch.state not in GOING:
        return None
    began, first = begun(batch)
    speed = _speed(batch.rows_done - first, batch.moved_at - began)
    idle = now - batch.moved_at
    return {
        "speed": round(speed),
        "left": _left((batch.rows_total or 0) - batch.rows_done, speed, idle),
        "moved": f"{localtime(batch.moved_at):%H:%M:%S}",
        "quiet": idle > QUIET,
        "minutes": int(idle.total_seconds() // 60),
        "jobs": _jobs(batch, began),
        "estimate": estimated(batch.preview),
        "look": counted(batch.preview)["problem"] if batch.preview else 0,
    }


def begun(batch: ListBatch) -> tuple[datetime, int]:
    """When this run of the import began, and behind how many rows; a list that waited for nobody began as it came."""
    if (held := batch.preview.get("began")) is None:
        return batch.received_at, 0
    at, rows = held
    return datetime.fromisoformat(at), rows


def _speed(rows: int, spent: timedelta) -> float:
    seconds = spent.total_seconds()
    return rows / seconds if rows > 0 and seconds > 0 else 0.0


def _left(rows: int, speed: float, idle: timedelta) -> str:
    """About how long it will take; empty while nobody can tell."""
    if not speed or idle > QUIET:
        return ""
    seconds = max(1, round(rows / speed - idle.total_seconds()))
    if seconds < 60:
        return gettext("约剩 %(n)s 秒") % {"n": seconds}
    return gettext("约剩 %(n)s 分钟") % {"n": -(-seconds // 60)}


def _jobs(batch: ListBatch, began: datetime) -> list[dict[str, Any]]:
    """The steps of the work with their states; a chunk is compared, joined to cases and written in one go."""
    total, fates, effects = batch.rows_total or 0, batch.counts.get("fates", {}), batch.counts.get("effects", {})
    shown = {word: sum(n for fate, n in fates.items() if fate.partition(":")[0] == word) for word in FATES}
    read = {"n": f"{total:,}"}
    jobs = [_job("ok", gettext("接收原件"), gettext("%(n)s 行，原件已留存") % read, batch.received_at)]
    if batch.preview.get("finished"):
        jobs.append(_job("ok", gettext("匹配列、校验预览"), gettext("%(n)s 行已试读") % read, began))
    going = {
        "new": f"{effects.get('new_case', 0):,}",
        "added": f"{effects.get('added', 0):,}",
        "same": f"{shown['duplicate']:,}",
        "refused": f"{shown['reject']:,}",
    }
    says = gettext("已新建 %(new)s 件、并入 %(added)s 行；重复 %(same)s 行、不予接收 %(refused)s 行") % going
    return [
        *jobs,
        _job("now", gettext("逐行比对、归并立案"), says, None),
        _job("", gettext("登记导入结果"), gettext("计算清零率，与上一批比较"), None),
    ]


def _job(css: str, label: str, says: str, at: datetime | None) -> dict[str, Any]:
    icons = {"ok": "circle-check", "now": "refresh"}
    when = f"{localtime(at):%H:%M:%S}" if at else gettext("进行中") if css == "now" else ""
    return {"css": css, "icon": icons.get(css, "circle-dashed"), "label": label, "says": says, "at": when}
