"""What is asked of every page: accessible, no wider than the screen, in the language that was chosen.

Sources: WCAG 2.2 AA as axe-core checks it; the widths are those of a small phone, a phone and an office screen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from babel.messages.pofile import read_po
from playwright.sync_api import BrowserContext, Page

from tests.installation import ROOT

PO = ROOT / "cases" / "locale" / "en" / "LC_MESSAGES" / "django.po"
WIDTHS = (320, 375, 1440)
AXE_WIDTHS = (375, 1440)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
# How an article is cited is put together from its number.
ARTICLE = re.compile(r"第[一二三四五六七八九十百零]+[条款项章节]|[（(][一二三四五六七八九十]+[）)]")
_READ = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const of = node.parentElement;
    if (!of || of.closest('script, style, [lang^="zh"], textarea')) continue;
    if (node.data.trim()) found.push(node.data.trim());
  }
  for (const each of document.querySelectorAll('[title], [aria-label], [placeholder], [alt]'))
    for (const name of ['title', 'aria-label', 'placeholder', 'alt'])
      if (each.getAttribute(name) && !each.closest('[lang^="zh"]')) found.push(each.getAttribute(name));
  found.push(document.title);
  return found;
}"""


_VIOLATIONS = """async (tags) => {
  const options = {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']};
  const {violations} = await axe.run({exclude: ['.wm']}, options);
  return violations.map(({id, nodes}) =>
    ({id, target: nodes[0].target.join(' '), html: nodes[0].html, count: nodes.length}));
}"""


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def inaccessible(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands, at its top: rule, first place, how many places.

    Further down a link may stand half under the bar that stays at the top, and would be measured by the other half.

    The watermark is left out: the same words stand readable above the page, and text that only decorates needs no
    contrast (WCAG 1.4.3).
    """
    page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
    if not page.evaluate("'axe' in window"):  # it stays from one width to the next
        page.evaluate(_axe())
    # All that axe tells is some hundred kilobytes, of which nobody reads what is right.
    violations: list[dict[str, Any]] = page.evaluate(_VIOLATIONS, list(RULES))
    return [f"{each['id']}: {each['target']} {each['html'][:150]} ({each['count']})" for each in violations]


def faults_left(contexts: Iterable[BrowserContext]) -> list[str]:
    """What axe finds wrong with the pages that a test leaves open; without scripts it cannot look."""
    found = []
    for context in contexts:
        for page in context.pages:
            if page.url.startswith("http") and page.evaluate("document.contentType") == "text/html":
                found += [f"{page.url}: {each}" for each in inaccessible(page)]
    return found


def too_wide(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    extra: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return extra


def wrong_with(page: Page, widths: Iterable[int] = WIDTHS) -> list[str]:
    """All complaints about the open page at these widths."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if extra := too_wide(page):
            found.append(f"{width} px: {extra} px too wide")
        if width in AXE_WIDTHS:
            found += [f"{width} px: {each}" for each in inaccessible(page)]
    return found


def chinese_left(page: Page, known: str, names: Collection[str] = ()) -> list[str]:
    """The Chinese words on a page that do not come from the data; `known`: all texts of the data, joined.

    Names put together from known ones (a province, its city, its county) are known too. A text that is a sentence of
    the catalogue is the product's own, also where the data hold the same words, unless it is one of these names.
    """
    texts = [text for text in page.evaluate(_READ) if CHINESE.search(text)]
    own = {text for text in texts if text in _sentences() and text not in names}
    words = {run for text in texts for run in CHINESE.findall(ARTICLE.sub(" ", text))}
    return sorted(own | {word for word in words if not _is_known(word, known)})


@cache
def _sentences() -> frozenset[str]:
    """What the pages say in Chinese and have English for."""
    with PO.open("rb") as file:
        return frozenset(str(message.id) for message in read_po(file) if message.id and message.string != message.id)


def _is_known(word: str, known: str) -> bool:
    if word in known:
        return True
    return any(word[:at] in known and _is_known(word[at:], known) for at in range(len(word) - 2, 1, -1))
