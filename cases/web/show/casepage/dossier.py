"""卷宗: what the dossier of a case says to whoever has it made; in Chinese, masked as the page is for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.vocabulary import LABELS, Confidentiality
from audit.verification import verify
from cases.documents.papers.composing import in_words, printable
from cases.documents.papers.text import paper_of
from cases.selectors.attachments import list_attachments
from cases.selectors.casepage.papers import EVERYTHING, documents_compared, files_compared, latest_texts
from cases.selectors.documents import TYPED
from cases.selectors.paging import Row
from cases.selectors.precision.files import may_open
from cases.selectors.precision.personal import Opened, personal
from cases.selectors.reach.parts import Reading
from cases.selectors.timeline import timeline
from cases.templatetags.lianzhi import agency_name, day, short_hash
from cases.web.show import words
from cases.web.show.case import record
from cases.web.show.casepage.history import event_row
from cases.web.show.casepage.papers import listed as papers_listed
from cases.web.show.evidence import every_row
from cases.web.show.privacy.personal import lines
from cases.web.show.words import clauses, say
from cases.workflow.telling import free_texts

# So many acts are printed, the latest; where there are more, the dossier says so.
MOST_ACTS: Final = 400
_PARTS: Final = (
    ("一、基本情况", "p-base"),
    ("二、办理阶段", "p-stage"),
    ("三、四部门核查意见", "p-find"),
    ("四、认定与处置", "p-dec"),
    ("五、证据清单", "p-ev"),
    ("六、办理记录", "p-line"),
    ("七、留痕位置", "p-audit"),
)


def dossier(actor: Actor, case: Row, read: Reading, now: datetime) -> tuple[dict[str, Any], list[str]]:
    """What is printed but who printed it and its number, and the personal items that stand in it in clear."""
    with translation.override("zh-hans"):
        found = record(actor, case, now, read, QueryDict())
        # A reveal on the page of the case opens nothing on paper.
        values = personal(actor, case["id"], opened=Opened({}), read=read)
        acts = timeline(actor, case["id"], texts=free_texts, size=MOST_ACTS, newest_first=True, read=read)
        events = [event_row(row) for row in reversed(acts.rows)] if acts else []
        told = acts.total if acts else 0
        more = f"办理记录共 {told} 条，以上为最近 {len(events)} 条。" if told > len(events) else ""
        said = {
            "title": "案件卷宗",
            "number": case["number"],
            "name": printable(case["title"]),
            "grade": f"密级：{say(LABELS[Confidentiality(case['confidentiality'])])}",
            "agency": case["lead_agency"]["name"] if case["lead_agency"] else "",
            "contents": [list(part) for part in _PARTS],
            "base": [*_base(found, case), *([say(row["label"]), "\n".join(row["values"])] for row in lines(values))],
            **_told(found),
            **_papers(actor, case, read),
            "evidence": [_signal(row) for row in every_row(actor, case, read)],
            "timeline": [_act(row) for row in events],
            "cut": more,
            "audit": _audit(case, events),
        }
        said["cover"] = _cover(found["case"], case, len(said["catalogue"]), told)
    return said, sorted({row["item"] for row in values if not row["masked"]})


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    """Stages, findings, what was decided, bills."""
    names = ("no", "month", "kwh", "surcharge", "amount", "paid")
    return {
        "stages": [[say(step["text"]), step["span"], step["note"]] for step in found["steps"]],
        "verdict": found["findings"]["verdict"],
        "findings": [_finding(row) for row in found["findings"]["rows"]],
        "decision": [[line.label, f"{say(line.value)} {line.note}".strip()] for line in found["decision"]],
        "bills": [[*(str(bill[name]) for name in names), say(bill["state"])] for bill in found["bills"]],
    }


def _papers(actor: Actor, case: Row, read: Reading) -> dict[str, Any]:
    """The catalogue, every file compared; the hashes; the texts of the documents."""
    files = list_attachments(actor, case["id"], read=read)
    compared = documents_compared(actor, case["id"]), files_compared(actor, case["id"], most=EVERYTHING)
    rows, texts = papers_listed(case, files, *compared), _texts(actor, case, read)
    marks = {text["id"]: text["mark"] for text in texts}
    return {
        "catalogue": [_catalogued(n, row, _mark(case, n, marks)) for n, row in enumerate(rows, 1)],
        "hashes": [_hash(n, row) for n, row in enumerate(rows, 1) if row["sha256"]],
        "texts": texts,
    }


def _cover(head: Mapping[str, Any], case: Row, papers: int, acts: int) -> list[list[str]]:
    return [
        ["属地", head["region_path"]],
        ["阶段", say(words.STAGES[case["stage"]].text) + _outcome(case)],
        ["名单级别", say(head["level_text"])],
        ["立案日期", _day(case["opened_at"])],
        ["办结日期", _day(case["closed_at"]) if case["closed_at"] else "--"],
        ["牵头单位", case["lead_agency"]["name"] if case["lead_agency"] else "--"],
        ["卷内材料", f"{papers} 件"],
        ["办理记录", f"{acts} 条"],
        *([["范围", "只含经办单位办理的部分"]] if head["own_part"] else []),
    ]


def _outcome(case: Row) -> str:
    ended = words.OUTCOMES.get(case["outcome"] or "")
    return f"（{say(ended.text)}）" if ended else ""


def _base(found: Mapping[str, Any], case: Row) -> list[list[str]]:
    head = found["case"]
    rows = [
        ["案件编号", case["number"]],
        ["主体", say(head["subject"])],
        ["来源", say(head["source"])],
        ["名单批次", head["batch"]["name"] if head["batch"] else ""],
        [
            "参与单位",
            "、".join(f"{agency_name(row['agency_id'])}（{say(row['text'])}）" for row in found["participants"]),
        ],
    ]
    return [row for row in rows if row[1]]


def _catalogued(n: int, row: Mapping[str, Any], mark: str) -> dict[str, Any]:
    cells = [
        str(n),
        printable(say(row["name"])),
        row["number"] or "--",
        agency_name(row["agency_id"]),
        day(row["at"]),
        say(row["state"][0]),
        say(row["verdict"][0]),
    ]
    return {"cells": cells, "mark": mark}


def _mark(case: Row, n: int, marks: Mapping[str, str]) -> str:
    """Documents stand first in the catalogue, in the order of the case."""
    return marks.get(case["documents"][n - 1]["id"], "") if n <= len(case["documents"]) else ""


def _hash(n: int, row: Mapping[str, Any]) -> list[str]:
    place = f"第 {row['seq']} 号" if row["seq"] else "--"
    return [str(n), printable(say(row["name"])), row["sha256"], say(row["verdict"][0]), place]


def _finding(row: Mapping[str, Any]) -> list[str]:
    body = "\n".join(f"{say(line['label'])} {say(line['value'])}" for line in row["lines"]) or row["waiting"]
    signed = f"{row['who']}\n{day(row['at'])}" if row.get("who") else "--"
    return [say(row["name"]), say(row["result"]), body, signed]


def _signal(row: Mapping[str, Any]) -> list[str]:
    figures = clauses(f"{say(one['label'])} {one['value']} {one['unit']}".rstrip() for one in row["figures"])
    return [
        say(words.SIGNALS[row["family"]].text),
        row["span"],
        figures or "--",
        agency_name(row["agency_id"]),
        row["source"],
    ]


def _act(row: Mapping[str, Any]) -> list[str]:
    who = " ".join(filter(None, (agency_name(row["agency_id"]), row["who"] if row["agency_id"] else "")))
    at = timezone.localtime(row["at"]).strftime("%Y-%m-%d %H:%M")
    return [str(row["seq"]), at, who, say(row["label"]), printable(row["line"]) or "--", short_hash(row["leaf"])]


def _audit(case: Row, events: list[dict[str, Any]]) -> list[list[str]]:
    """Where the case stands in the trail, and whether its chain was whole when this was made."""
    report = verify(stream=f"case/{case['id']}")
    first, last = (events[0], events[-1]) if events else (None, None)
    said = (
        gettext("各链连续，无缺号、无改动")
        if report.ok
        else gettext("未通过：发现 %(n)s 处问题") % {"n": report.problem_count}
    )
    return [
        ["案件留痕", f"第 1 至 {case['version']} 号"],
        ["链首散列", case["head"]],
        *([["所列首条", f"案内第 {first['seq']} 号，全库第 {first['id']} 号"]] if first else []),
        *([["所列末条", f"案内第 {last['seq']} 号，全库第 {last['id']} 号"]] if last else []),
        ["完整性", f"{said}（制作时重新计算）"],
    ]


def _texts(actor: Actor, case: Row, read: Reading) -> list[dict[str, Any]]:
    """The latest text of each document that is opened to this person."""
    kept = latest_texts(actor, case["id"])
    found: list[dict[str, Any]] = []
    for row in case["documents"]:
        owner = {"agency": row["agency"], "kind": row["kind"]}
        if row["id"] not in kept or (row["kind"] in TYPED and not may_open(owner, read.viewpoint)):
            continue
        version, content = kept[row["id"]]
        paper = paper_of(content)
        stamp = "已作废" if row["voided"] else f"第 {version} 版（已更正）" if version > 1 else ""
        found.append(
            {
                "id": row["id"],
                "mark": f"d-{len(found)}",
                "stamp": stamp,
                "sha256": paper.sha256,
                **{name: getattr(paper, name) for name in ("number", "title", "to", "agency", "date")},
                "sections": [{"heading": s.heading, "paragraphs": list(s.paragraphs)} for s in paper.sections],
            }
        )
    return found


def _day(at: str) -> str:
    return in_words(timezone.localtime(datetime.fromisoformat(at)).date())
