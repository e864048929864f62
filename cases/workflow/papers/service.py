"""How a document was served, from the facts of its case, and the sheet on which its receiver signs (送达回证)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.documents.papers.composing import in_words
from cases.documents.papers.templates import name_of
from cases.documents.papers.text import Paper, Section
from cases.policy.dated import CHINA
from cases.workflow.forms import choices, surcharge, suspension
from cases.workflow.view import Text

KIND = "service_receipt"
_BLANKS = ("受送达人", "送达地点", "签收人及时间", "见证人", "送达人（二人）", "备注")
Line = tuple[Text, Text | str]


def served(kind: str, attachment: str | None, facts: Mapping[str, Any]) -> list[Line]:
    """What is on record of the service of this document; nothing for kinds whose service is no act of its own.

    Names of who signed or witnessed are sealed with the act and not told here.
    """
    if kind == "suspension_notice":
        notice = (facts.get("suspension") or {}).get("notice") or {}
        return _notice(notice) if attachment and notice.get("file") == attachment else []
    if kind == "surcharge_notice":
        listed = facts.get("surcharge") or {}
        return _told(listed) if listed.get("notified_on") else []
    return []


def _notice(notice: Mapping[str, Any]) -> list[Line]:
    lines: list[Line] = [(Text("送达方式", "Method"), _named(suspension.SERVICE, notice.get("method")))]
    if notice.get("served_at"):
        lines.append((Text("送达时间", "Served at"), _moment(notice["served_at"])))
    if notice.get("signature"):
        lines.append((Text("签收情况", "Signature"), _named(choices.SIGNATURES, notice["signature"])))
    for name, label in (
        ("tracking_no", Text("邮件编号", "Tracking number")),
        ("publication", Text("公告载体", "Published in")),
    ):
        if notice.get(name):
            lines.append((label, str(notice[name])))
    copied = Text("已抄送", "Copied") if notice.get("copied") else Text("未抄送", "Not copied")
    return [*lines, (Text("抄送电力管理部门", "Copy to the power authority"), copied)]


def _told(listed: Mapping[str, Any]) -> list[Line]:
    return [
        (Text("送达方式", "Method"), _named(surcharge.NOTICES, listed.get("notified_by"))),
        (Text("送达日期", "Served on"), str(listed["notified_on"])),
    ]


def receipt(about: Mapping[str, Any], paper: Paper, facts: Mapping[str, Any]) -> Paper:
    """The sheet for one document: what is on record is printed, names and signatures are written by hand."""
    known = [
        f"{label.zh}：{value.zh if isinstance(value, Text) else value}"
        for label, value in served(about["kind"], about["attachment"], facts)
    ]
    lines = (
        f"送达文书：{name_of(about['kind'])}（{about['number']}，第{paper.version}版）",
        f"文书正文 SHA-256：{paper.sha256}",
        f"案件编号：{about['case_number']}",
        *(known or ["送达方式：□直接送达　□留置送达　□邮寄送达　□电子送达　□公告送达"]),
        "受送达人拒绝签收的，由见证人签名并注明拒收事由和日期。",
        "依据：《民事诉讼法》第八十七条。",
    )
    return Paper(
        kind=KIND,
        template=KIND,
        template_sha256="",
        agency=paper.agency,
        number=about["number"],
        title="送达回证",
        to="",
        date=paper.date,
        case=paper.case,
        sections=(Section("", lines),),
        blanks=_BLANKS,
    )


def _named(known: Any, code: Any) -> Text:
    return next((label for value, label in known if value == code), Text("--", "--"))


def _moment(value: Any) -> str:
    at = datetime.fromisoformat(str(value)).astimezone(CHINA)
    return f"{in_words(at.date())}{at.hour}时{at.minute:02d}分"
