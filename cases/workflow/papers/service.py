"""How a document was served, from the facts of its case, and the sheet on which its receiver signs (送达回证)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from cases.documents.papers.composing import in_words
from cases.documents.papers.templates import name_of
from cases.documents.papers.text import Paper, Section
from cases.policy import law
from cases.policy.cutting.service import ways
from cases.policy.dated import CHINA
from cases.workflow.forms import choices, surcharge
from cases.workflow.forms import suspension as suspension_form
from cases.workflow.view import Text

KIND = "service_receipt"
_BLANKS = ("受送达人", "送达地点", "签收人及时间", "与受送达人的关系", "见证人及单位", "送达人（二人）", "备注")
Line = tuple[Text, Text | str]
_DAYS: Final = (("served_at", Text("送达时间", "Served at")), ("published_at", Text("公告刊登时间", "Published at")))
_BY_HOUSEHOLD: Final = Text("同住成年家属签字", "Signed by an adult of the household")
_WORDS: Final = (
    ("tracking_no", Text("邮件编号", "Tracking number")),
    ("publication", Text("公告载体", "Published in")),
)
_FILES: Final = (
    ("proof_files", Text("送达凭证", "Proof of service")),
    ("consent_file", Text("同意电子送达的书面材料", "Consent to electronic service")),
    ("copy_receipt", Text("电力管理部门签收回执", "Receipt of the power authority")),
)


def served(about: Mapping[str, Any]) -> list[Line]:
    """What is on record of the service of this document; nothing for kinds whose service is no act of its own.

    Names of who signed or witnessed are sealed with the act and not told here.
    """
    of = _of(about)
    if not of:
        return []
    return _told(of) if about["kind"] == "surcharge_notice" else _notice(about["service"]["suspension"], of)


def _of(about: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the act that handed this very document over wrote of its service."""
    facts: Mapping[str, Any] = about["service"]
    if about["kind"] == "suspension_notice":
        return (facts.get("suspension") or {}).get("notice") or {}
    return facts.get("surcharge") or {}


def _notice(suspension: Mapping[str, Any], notice: Mapping[str, Any]) -> list[Line]:
    lines: list[Line] = [(Text("送达方式", "Method"), _named(suspension_form.SERVICE, notice.get("method")))]
    lines += [(label, _moment(notice[name])) for name, label in _DAYS if notice.get(name)]
    if notice.get("deemed_on"):
        last = date.fromisoformat(str(notice["deemed_on"]))
        lines.append((Text("公告期满日", "Last day of the public notice"), in_words(last)))
    if notice.get("window_from"):
        lines.append((Text("停电时段", "Time of the cut"), _span(notice["window_from"], notice["window_to"])))
    if notice.get("signature"):
        by = _BY_HOUSEHOLD if notice.get("method") == "adult" else _named(choices.SIGNATURES, notice["signature"])
        lines.append((Text("签收情况", "Signature"), by))
    lines += [(label, str(notice[name])) for name, label in _WORDS if notice.get(name)]
    for name, label in _FILES:
        if kept := notice.get(name):
            n = len(kept) if isinstance(kept, list) else 1
            lines.append((label, Text(f"{n} 份，存案", f"{n} on file")))
    lines += [_failure(row) for row in suspension.get("failures", ()) if _before(row, notice)]
    copied = Text("已抄送", "Copied") if notice.get("copied") else Text("未抄送", "Not copied")
    return [*lines, (Text("抄送电力管理部门", "Copy to the power authority"), copied)]


def _failure(row: Mapping[str, Any]) -> Line:
    """A way that was tried in vain before: what a public notice rests on."""
    how, why = _named(suspension_form.SERVICE, row.get("method")), _named(suspension_form.FAILURES, row.get("reason"))
    at = _moment(row["tried_at"])
    return Text("此前未送达", "Tried before"), Text(f"{how.zh}，{why.zh}，{at}", f"{how.en}, {why.en}, {at}")


def _before(row: Mapping[str, Any], notice: Mapping[str, Any]) -> bool:
    given = notice.get("published_at") or notice.get("served_at")
    return bool(given) and datetime.fromisoformat(row["tried_at"]) <= datetime.fromisoformat(str(given))


def _span(earliest: Any, latest: Any) -> Text:
    first, last = _moment(earliest), _moment(latest)
    return Text(f"{first}至{last}", f"{first} to {last}")


def _told(listed: Mapping[str, Any]) -> list[Line]:
    return [
        (Text("送达方式", "Method"), _named(surcharge.NOTICES, listed.get("notified_by"))),
        (Text("送达日期", "Served on"), str(listed["notified_on"])),
    ]


def receipt(about: Mapping[str, Any], paper: Paper) -> Paper:
    """The sheet for one document: what is on record is printed, names and signatures are written by hand."""
    known = [f"{label.zh}：{value.zh if isinstance(value, Text) else value}" for label, value in served(about)]
    lines = (
        f"送达文书：{name_of(about['kind'])}（{about['number']}，第{paper.version}版）",
        f"文书正文 SHA-256：{paper.sha256}",
        f"案件编号：{about['case_number']}",
        *(known or [f"送达方式：{'　'.join(f'□{way.zh}' for way in ways().values())}"]),
        "受送达人拒绝签收的，由见证人签名并注明拒收事由和日期。",
        f"依据：{_basis(about, _of(about))}。",
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


def _basis(about: Mapping[str, Any], of: Mapping[str, Any]) -> str:
    """That a proof of service is due, and the article of the way that was taken."""
    day = about["at"].astimezone(CHINA).date()
    way = ways().get(str(of.get("method") or of.get("notified_by") or ""))
    return "、".join(law.cite(key, day) for key in ("civil_procedure.proof", *([way.basis] if way else [])))


def _named(known: Any, code: Any) -> Text:
    return next((label for value, label in known if value == code), Text("--", "--"))


def _moment(value: Any) -> str:
    at = datetime.fromisoformat(str(value)).astimezone(CHINA)
    return f"{in_words(at.date())}{at.hour}时{at.minute:02d}分"
