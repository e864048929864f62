"""The access log for its page and its file: the words for ways and items, what stands out, the CSV."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import orjson
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.access import reads
from agencies.access.oversight import oversight
from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.vocabulary import LABELS, Role
from audit import clock
from audit.access.writing import Way
from cases.intake.export import csv_line
from cases.selectors.paging import Row
from cases.web.filters import Select
from cases.web.pages import PageRequest
from cases.web.show.privacy.personal import LABELS as PERSONAL
from cases.web.show.records.exports import FILES
from cases.web.show.words import listed, say
from cases.workflow.errors import NotAllowed
from cases.workflow.forms.cooperation import PURPOSES, REPORTER_PURPOSES
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

WAYS: Final = {
    Way.PAGE.value: Text("查看页面", "Page"),
    Way.LIST.value: Text("名单页面", "List"),
    Way.API.value: Text("接口", "API"),
    Way.DOWNLOAD.value: Text("下载", "Download"),
    Way.EXPORT.value: Text("导出", "Export"),
    Way.COMMAND.value: Text("服务器命令", "Server command"),
}
ITEMS: Final = {
    **PERSONAL,
    "holder": Text("用户名称", "Subscriber"),
    "meter": Text("户号", "Meter account"),
    "ip": Text("网络地址", "Network address"),
    "port": Text("端口", "Port"),
    "first": Text("首次时间", "First seen"),
    "last": Text("最近时间", "Last seen"),
    "refused_rows": Text("未采用的行（原文）", "Refused rows in clear"),
    "rows_elsewhere": Text("属地不在本系统的行（原文）", "Rows of regions not on this system, in clear"),
    "list_rows": Text("名单行（原文）", "Rows of a list in clear"),
    "masked_rows": Text("名单行（已遮盖）", "Rows of a list, masked"),
    "tip_picture": Text("举报图片", "Picture of a tip"),
    **FILES,
}
PURPOSE: Final = dict((*PURPOSES, *REPORTER_PURPOSES))
TARGETS: Final = {
    "file": Text("材料", "File"),
    "import": Text("名单", "List"),
    "timeline": Text("办理记录", "Timeline"),
    "tip": Text("举报", "Tip"),
    "trail": Text("审计记录", "Audit trail"),
}
CLOSED: Final = Text(
    "查阅日志供督查人员以及牵头发展改革委的审核、签发人员查看；需要了解某次查阅的，请联系他们。",
    "The access log is for supervisors and for reviewers and approvers of the leading commission; ask them about it.",
)


def check(actor: Actor) -> None:
    """Raises NotAllowed where this person oversees nobody's reading."""
    if oversight(actor, get_directory()).empty:
        raise NotAllowed(CLOSED, code="may_not_oversee")


def offered(actor: Actor) -> list[Select]:
    """The agencies this person oversees, and the ways."""
    directory = get_directory()
    agencies = [directory.by_id[id_] for id_ in oversight(actor, directory).agencies]
    return [
        Select("agency", gettext("机构"), gettext("全部机构"), [(str(a.id), a.short_name) for a in agencies]),
        Select("way", gettext("方式"), gettext("全部方式"), list(WAYS.items())),
    ]


def line(row: Row) -> dict[str, Any]:
    """One line in words."""
    sort, _, name = row["target"].partition("/")
    return {
        **row,
        "agency_id": row["agency_id"],
        "who": row["person"]["name"] if row["person"] else gettext("服务器运维"),
        "way_label": WAYS.get(row["way"], Text(row["way"], row["way"])),
        "tone": "warn" if row["way"] in (Way.EXPORT, Way.COMMAND) else "",
        "role_label": LABELS[Role(row["role"])] if row["role"] in set(Role) else "",
        "item_words": listed(_item(code) for code in orjson.loads(row["items"])),
        "purpose_word": PURPOSE.get(row["purpose"], Text(row["purpose"], row["purpose"])),
        "case_href": reverse("web:case", args=[row["number"]]) if row["number"] else "",
        "object": f"{say(TARGETS[sort])} {name[:8]}".strip() if sort in TARGETS else "",
    }


def _item(code: str) -> str:
    act = TRANSITIONS.get(code)
    return say(ITEMS[code]) if code in ITEMS else say(act.label) if act else code


def days(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Who read how much on one day; `bad` marks what is more than this installation takes for usual."""
    return [
        {
            **row,
            "who": row["display_name"] or gettext("服务器运维"),
            "bad": row["n"] > settings.ACCESS_LOG_NOTABLE,
        }
        for row in rows
    ]


HEADERS: Final = (
    ("时间", "Time"), ("人员", "Person"), ("账号", "Account"), ("机构", "Agency"), ("角色", "Role"),
    ("方式", "Way"), ("案件", "Case"), ("对象", "Object"), ("项目", "Items"), ("用途", "Purpose"),
    ("条数", "Rows"), ("来源地址摘要", "Digest of the address"), ("文件 SHA-256", "SHA-256 of the file"),
)  # fmt: skip


def export(request: PageRequest, rows: Sequence[Row]) -> bytes:
    """The lines as a file; that it was taken is itself a line and an event."""
    content = as_csv([say(Text(*head)) for head in HEADERS], [_cells(line(row)) for row in rows])
    note_export(request, "access_log", len(rows), content)
    return content


def note_export(request: PageRequest, what: str, rows: int, content: bytes) -> None:
    """Record that a register left as a file, before it does."""
    digest = hashlib.sha256(content).hexdigest()
    reads.note_export(actor=request.actor, what=what, rows=rows, file_hash=digest, now=clock.now(), request=request)


def as_csv(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """UTF-8 with a mark; no cell is one that a spreadsheet would run."""
    return b"\xef\xbb\xbf" + b"".join(csv_line(row) for row in (heads, *rows))


def _cells(shown: dict[str, Any]) -> list[Any]:
    agency = shown["agency"]
    return [
        timezone.localtime(shown["at"]).strftime("%Y-%m-%d %H:%M:%S"),
        shown["who"],
        shown["username"],
        agency["name"] if agency else "",
        say(shown["role_label"]),
        say(shown["way_label"]),
        shown["number"] or "",
        shown["target"],
        shown["item_words"],
        say(shown["purpose_word"]),
        str(shown["rows"]),
        shown["address"],
        shown["file_hash"],
    ]
