"""From a template and what is known of the act to the text of the paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cases.documents.papers.templates import Template, rights
from cases.documents.papers.text import Paper, Section
from cases.policy import law
from cases.policy.calendar import WorkingCalendar
from cases.policy.statutory import StatutoryDeadline, statutory_deadline

_DIGITS = "一二三四五六七八九"
# What is verified in its own wording; whatever else is said of a text has to be checked before it is relied on.
VERIFIED = "V-P"
# Rules of this product are no law: they bind those who work with it and are cited to nobody else.
OWN_RULES = "project"


@dataclass(frozen=True, slots=True)
class Issue:
    """Who issues the paper, on which day, on which articles, by which calendar, and what fills its template."""

    agency: str
    number: str
    case: str
    day: date
    region: str
    calendar: WorkingCalendar
    values: Mapping[str, str]
    basis: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    signer: str = ""
    court: str = "有管辖权的人民法院"


def compose(template: Template, issue: Issue) -> Paper:
    """The paper of this act. Raises KeyError where the template asks for a value that nobody has given."""
    cited, unsure = articles(issue.basis, issue.day, issue.region)
    values = {**issue.values, "agency": issue.agency, "basis": "、".join(cited), "case": issue.case}
    sections = _with_headings(template, issue, values, cited) if template.rights else _running(template, values)
    doubts = (*issue.doubts, *unsure)
    if doubts:
        sections = (*sections, Section("", tuple(f"说明：{doubt}" for doubt in doubts)))
    to = template.to.format_map(values)
    known = (issue.agency, to)  # nobody gets a copy of what they write or receive themselves
    return Paper(
        kind=template.kind,
        template=template.reference,
        template_sha256=template.sha256,
        agency=issue.agency,
        number=issue.number,
        title=template.title.format_map(values),
        to=to,
        date=in_words(issue.day),
        case=issue.case,
        sections=sections,
        blanks=template.blanks,
        attachments=issue.attachments,
        copies="，".join(name for name in dict.fromkeys(_filled(template.copies, values)) if name not in known),
        signer=issue.signer if template.signer else "",
    )


def in_words(day: date) -> str:
    """A date as papers have it, without leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def articles(keys: Iterable[str], day: date, region: str) -> tuple[list[str], list[str]]:
    """The articles in force on that day as they are cited, and what has to be said about those not yet verified."""
    asked = (law.in_force(key, day, region) for key in dict.fromkeys(keys))
    found = [basis for basis in asked if basis is not None and basis.document != OWN_RULES]
    cited = list(dict.fromkeys(basis.cite() for basis in found))
    doubtful = dict.fromkeys(basis.title_zh for basis in found if basis.certainty != VERIFIED)
    return cited, [f"《{title}》的条文文本尚待与原件核对（标注：未核实）。" for title in doubtful]


def _running(template: Template, values: Mapping[str, str]) -> tuple[Section, ...]:
    """A letter: one paragraph after another, and what it rests on."""
    paragraphs = [*_filled(template.facts, values), *_filled(template.decision, values)]
    if values["basis"]:
        paragraphs.append(f"依据：{values['basis']}。")
    return (Section("", tuple(paragraphs)),)


def _with_headings(
    template: Template, issue: Issue, values: Mapping[str, str], cited: list[str]
) -> tuple[Section, ...]:
    """An adverse paper: facts, basis, what is decided, and what can be done against it, where and by when."""
    basis = [f"{values['basis']}。"] if cited else ["本文书不另引条文。"]
    parts = (
        ("事实", _filled(template.facts, values)),
        ("依据", basis),
        ("决定事项", _filled(template.decision, values)),
        ("权利告知", [_right(key, template, issue, values) for key in template.rights]),
    )
    return tuple(
        Section(f"{_DIGITS[n]}、{heading}", tuple(paragraphs)) for n, (heading, paragraphs) in enumerate(parts)
    )


def _right(key: str, template: Template, issue: Issue, values: Mapping[str, str]) -> str:
    right = rights()[key]
    more = {**values, "against": template.against, "court": issue.court}
    if right.clock:
        more |= _clock(statutory_deadline(right.clock, issue.day, issue.calendar, issue.region), issue.day)
    return right.text.format_map(more)


_UNITS = {"calendar_days": "日", "working_days": "个工作日", "months": "个月", "years": "年"}


def _clock(deadline: StatutoryDeadline, day: date) -> dict[str, str]:
    later = "，遇届时公布的节假日顺延" if deadline.provisional else ""
    return {
        "length": f"{deadline.amount}{_UNITS[deadline.unit]}",
        "last": f"{in_words(deadline.last_day)}{later}",
        "article": "本单位办理规则" if deadline.article == law.cite("project.analogy", day) else deadline.article,
    }


def _filled(rows: Iterable[tuple[str, str]], values: Mapping[str, str]) -> list[str]:
    """The paragraphs that are printed; each line of a typed text is a paragraph of its own."""
    said = (text.format_map(values) for name, text in rows if not name or values[name])
    lines = (printable(line) for text in said for line in text.splitlines())
    return [line for line in lines if line]


def printable(text: str) -> str:
    """Without what no printer can show (control and format characters, lone halves); spaces of any width are spaces."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text).strip()
