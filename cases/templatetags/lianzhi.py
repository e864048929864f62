"""The components of the pages as template tags: icon, stage, agency, deadline, signals.

Meaning is never carried by colour alone: every tag writes the word, or an accessible name, beside the shape.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from agencies.directory import Directory, get_directory
from agencies.vocabulary import LABELS, Confidentiality
from audit.clock import now as clock_now
from cases.web.show import words
from cases.web.show.due import day_words, due_words, regional, when_words
from cases.web.show.words import say

register = template.Library()

_ICONS = Path(__file__).resolve().parent.parent / "web" / "icons.json"


@cache
def _icons() -> dict[str, str]:
    icons: dict[str, str] = json.loads(_ICONS.read_text(encoding="utf-8"))
    return icons


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An outline icon inlined as SVG, so that its colour follows the text and no request is made."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        # The size stands here for a page whose style sheet did not arrive.
        '<svg class="icon{}" width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        f" icon-{size}" if size else "",
        spoken,
        # The paths come from the icon file built into the product, never from a user.
        mark_safe(_icons()[name]),  # noqa: S308
    )


register.filter("say", say)


@register.simple_tag
def stage(code: str, outcome: str | None = None, *, watched: bool = False) -> SafeString:
    """The stage as a pill; a closed case shows how it ended, a watched lead shows 持续监测."""
    side = words.OUTCOMES.get(outcome or "") if code == "closed" and outcome != "handled" else None
    side = words.WATCH if watched and code == "monitoring" else side
    if side:
        return format_html('<span class="st st-o {}">{}{}</span>', side.css, icon(side.icon), say(side.text))
    look = words.STAGES[code]
    return format_html('<span class="st {}">{}</span>', look.css, say(look.text))


@register.simple_tag
def level(code: str) -> SafeString:
    """How confidential a case is; nothing for an ordinary one."""
    if code == Confidentiality.ORDINARY:
        return mark_safe("")
    name = LABELS[Confidentiality(code)]
    return format_html(' <span class="tagx bad">{}{}</span>', icon("lock", "s", gettext("密级")), say(name))


@register.simple_tag
def ticks(code: str) -> SafeString:
    """How far along the five stages a case is, with the words for those who do not see it."""
    look = words.STAGES[code]
    marks = format_html_join("", '<i class="{}"></i>', (("on" if n < look.step else "",) for n in range(5)))
    label = gettext("第 %(step)s 步，共 5 步") % {"step": look.step}
    return format_html('<span class="ticks {}" role="img" aria-label="{}">{}</span>', look.css, label, marks)


class _Names:
    """Names for display only, read again at most once a second: a page draws dozens of them."""

    directory: Directory | None = None
    read_at = 0.0


def _directory() -> Directory:
    if _Names.directory is None or time.monotonic() - _Names.read_at > 1:
        _Names.directory, _Names.read_at = get_directory(), time.monotonic()
    return _Names.directory


def forget_names() -> None:
    """The next page reads them again."""
    _Names.directory = None


def _agency(who: Any) -> Any:
    """An agency from its id, from a row of a list, or as it is."""
    if isinstance(who, Mapping):
        who = who["id"]
    return _directory().by_id.get(who) if isinstance(who, int) else who


@register.simple_tag
def agency(who: Any, size: str = "") -> SafeString:
    """The square monogram of an agency (id, row or reference); a missing one is the system."""
    ref = _agency(who)
    css = words.AGENCY_CSS.get(ref.kind, "ag-sys") if ref else "ag-sys"
    mark = ref.monogram if ref else gettext("系")
    big = " ag-l" if size == "l" else ""
    return format_html('<span class="ag {}{}" aria-hidden="true">{}</span>', css, big, mark)


@register.filter
def agency_name(who: Any) -> str:
    """The short name of an agency (id, row or reference); the system where there is none."""
    ref = _agency(who) if who else None
    return ref.short_name if ref else gettext("系统")


@register.filter
def region_name(code: str | None) -> str:
    """The name of a region by its code."""
    ref = _directory().regions.get(code or "")
    return ref.name if ref else (code or "--")


def _instant(at: datetime | str | None) -> datetime | None:
    """An instant from a row of the database or from JSON."""
    return datetime.fromisoformat(at) if isinstance(at, str) else at


@register.simple_tag
def due(
    due_at: datetime | str | None, *, provisional: bool = False, region: str = "", paused: bool = False
) -> SafeString:
    """A deadline: words first, the instant second, 暂定 where its calendar is not published yet.

    While the clock stands still the deadline moves on with the time, so no instant is told.
    """
    at = _instant(due_at)
    if at is None:
        return format_html('<span class="due"><b>{}</b></span>', gettext("未定期限"))
    if paused:
        return format_html('<span class="due"><b>{}</b></span>', gettext("暂停计时"))
    said = due_words(at, clock_now(), regional(region))
    mark = format_html(" {}", gettext("暂定")) if provisional else ""
    return format_html('<span class="due {}"><b>{}</b><small>{}{}</small></span>', said.tone, said.text, when(at), mark)


@register.simple_tag
def strengths(found: Mapping[str, Mapping[str, Any]] | None) -> SafeString:
    """How strongly each family of signals speaks for a case; a dash where that is not told."""
    if found is None:
        return mark_safe('<span class="ink-3">--</span>')
    cells, spoken = [], []
    for family, look in words.SIGNALS.items():
        level = words.level(found[family])
        spoken.append(words.pair(look.text, words.STRENGTHS[level]))
        cells.append((level, say(look.mark), spoken[-1]))
    drawn = format_html_join("", _SIGNAL, cells)
    return format_html('<span class="sgs" title="{}">{}</span>', words.listed(spoken), drawn)


_SIGNAL = '<span class="sg sg-{}"><span aria-hidden="true">{}</span><span class="visually-hidden">{} </span></span>'


@register.filter
def when(at: datetime | str | None) -> str:
    """An instant in local time; the running year is left out."""
    instant = _instant(at)
    return "--" if instant is None else when_words(instant)


@register.filter
def day(at: datetime | str | None) -> str:
    """The day of an instant in local time; the running year is left out."""
    instant = _instant(at)
    return "--" if instant is None else day_words(instant)


@register.filter
def figure(value: Any) -> str:
    """A whole number with thousands apart; a text (a capped count) as it is."""
    return f"{value:,}" if isinstance(value, int) else str(value)


@register.filter
def short_hash(value: bytes | memoryview | str | None) -> str:
    """A hash as its first and last characters, for reading; the whole value stands beside it."""
    text = value if isinstance(value, str) else bytes(value or b"").hex()
    return f"{text[:6]}…{text[-4:]}" if len(text) > 12 else text


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """This page's address with some parameters changed; None removes one. Paging positions are dropped."""
    request: HttpRequest = context["request"]
    params = {k: v for k, v in request.GET.items() if k not in ("after", "before")}
    params.update(changes)
    return "?" + urlencode({k: v for k, v in params.items() if v not in (None, "")})
