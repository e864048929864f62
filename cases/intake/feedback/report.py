"""The cover report of a version (核查情况反馈报告) as blocks of text and tables; page and file draw the same ones.

An official paper, hence in Chinese alone. It holds figures and row numbers; nothing in it names anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from agencies.directory import get_directory
from cases.intake.feedback import answers
from cases.intake.feedback.comparing import unanswered_rows
from cases.intake.lists.sentences import LISTS
from cases.models import Feedback
from cases.policy.dated import CHINA

# More row numbers than these are named in the workbook alone.
NAMED: Final = 60
_NUMERALS: Final = ("一", "二", "三", "四", "五")


@dataclass(frozen=True, slots=True)
class Block:
    """`kind`: title, number, to, heading, text, table, annex or sign. The first row of a table is its header."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def blocks_of(version: Feedback) -> list[Block]:
    """The whole report, from above to below."""
    directory = get_directory()
    batch = version.batch
    found = [Block("title", f"关于“{batch.name}”核查情况的反馈报告")]
    if version.document_number:
        found.append(Block("number", version.document_number))
    found += [Block("to", f"{directory.by_id[batch.agency_id].name}："), Block("text", _opening(version))]
    sections = [_findings(version), _disposals(version), _progress(version), _unanswered(version)]
    if version.previous is not None:
        sections.append(_changes(version, version.previous))
    for numeral, (heading, *blocks) in zip(_NUMERALS, sections, strict=False):
        found += [Block("heading", f"{numeral}、{heading.text}"), *blocks]
    found.append(Block("annex", f"附件：逐行反馈表（第{version.number}版，{version.rows}行）"))
    found.append(Block("annex", f"附件散列（SHA-256）：{version.sha256}"))
    signed_on = version.sent_on or _day(version.drawn_at or version.started_at)
    found += [Block("sign", directory.by_id[version.agency_id].name), Block("sign", _long(signed_on))]
    return found


def _opening(version: Feedback) -> str:
    batch = version.batch
    share = f"{100 * version.answered / version.rows:.1f}%" if version.rows else "0%"
    due = f"反馈期限为{_long(version.due_on)}。" if version.due_on else ""
    late = f"，其中逾期{version.overdue}行" if version.overdue else ""
    rest = f"未答复{version.unanswered}行{late}" if version.unanswered else "全部答复"
    return (
        f"{_long(_day(batch.received_at))}收到的“{batch.name}”（{LISTS[batch.kind].zh}，共{version.rows}行）已按行核查。{due}"
        f"截至{_moment(version.started_at)}，已答复{version.answered}行，占{share}，{rest}。现将有关情况反馈如下。"
    )


def _findings(version: Feedback) -> list[Block]:
    cross: Mapping[str, Mapping[str, int]] = version.counts.get("cross", {})
    cases: Mapping[str, int] = version.counts.get("cases", {})
    subjects = [code for code in (*answers.SUBJECTS, "") if any(code in row for row in cross.values())]
    head = ("核查结果", *(answers.SUBJECTS[code].zh if code else "未列主体" for code in subjects), "行数", "案件数")
    rows = [head]
    for finding in (*answers.FINDINGS, ""):
        if finding in cross:
            counted = cross[finding]
            named = answers.FINDINGS[finding].zh if finding else "尚未答复"
            figures = [counted.get(code, 0) for code in subjects]
            rows.append((named, *map(str, figures), str(sum(counted.values())), str(cases.get(finding, 0))))
    sums = [sum(row.get(code, 0) for row in cross.values()) for code in subjects]
    rows.append(("合计", *map(str, sums), str(version.rows), str(sum(cases.values()))))
    return [Block("heading", "核查结果和主体性质"), Block("table", rows=tuple(rows))]


def _disposals(version: Feedback) -> list[Block]:
    counted: Mapping[str, int] = version.counts.get("disposals", {})
    heading = Block("heading", "处置措施")
    if not counted:
        return [heading, Block("text", "暂无已确定的处置措施。")]
    rows = [("处置措施", "行数"), *_lines(counted, answers.DISPOSALS)]
    return [heading, Block("text", "同一行可有多项措施。"), Block("table", rows=tuple(rows))]


def _progress(version: Feedback) -> list[Block]:
    counted: Mapping[str, int] = version.counts.get("progress", {})
    rows = [("办理进度", "行数"), *_lines(counted, answers.PROGRESS), ("合计", str(sum(counted.values())))]
    return [Block("heading", "办理进度"), Block("table", rows=tuple(rows))]


def _lines(counted: Mapping[str, int], words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((word.zh, str(counted[code])) for code, word in words.items() if code in counted)


def _unanswered(version: Feedback) -> list[Block]:
    heading = Block("heading", "未答复和逾期的行")
    if not version.unanswered:
        return [heading, Block("text", "名单各行均已答复，无逾期。")]
    rows = list(unanswered_rows(version, most=NAMED))
    late = [row for row in rows if row["overdue_since"]]
    more = f"等{version.unanswered}行，全部行号见附件“未答复行”表" if version.unanswered > len(rows) else ""
    found = [heading, Block("text", f"尚未答复的行：第{'、'.join(str(row['number']) for row in rows)}行{more}。")]
    if version.overdue:
        named = "、".join(f"第{row['number']}行（期限{_long(row['overdue_since'])}）" for row in late)
        found.append(Block("text", f"其中逾期{version.overdue}行：{named or '行号见附件'}。"))
    return found


def _changes(version: Feedback, previous: Feedback) -> list[Block]:
    counted = version.counts.get("changes", {})
    sent = f"第{previous.number}版（{previous.document_number}，{_long(previous.sent_on)}）"
    return [
        Block("heading", "与上一版的差异"),
        Block(
            "text",
            f"与{sent}相比，新答复{counted.get('newly', 0)}行，更正{counted.get('changed', 0)}行，"
            "逐行见附件“与上一版差异”表。",
        ),
    ]


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _long(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _moment(at: datetime) -> str:
    here = at.astimezone(CHINA)
    return f"{_long(here.date())}{here:%H时%M分}"
