"""Supervision at work in a browser: a sample from the draw to its report, and the dashboard with its lists.

Every page is looked at by axe and for its width in both languages, at the desk and on a telephone.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from cases.policy.sampling import Member, draw
from tests.browser.conftest import Enter
from tests.browser.every.walking import in_both_languages
from tests.days import today
from tests.web import story


def closed(title: str, region: str) -> Any:
    case = story.opened(title=title, region=region)
    story.do("drc-handler1", "propose_exclusion", case, reason_code="research", explanation="高校研究用机")
    return story.do("drc-reviewer1", "decide_exclusion", case, decision="approve")


def taken(page: Page, link: str, where: Path) -> list[list[str]]:
    with page.expect_download() as waiting:
        page.locator(f"a[href$='{link}']").click()
    waiting.value.save_as(where)
    return list(csv.reader(where.read_text(encoding="utf-8-sig").splitlines()))


def test_a_sample_is_drawn_found_wrong_and_reported(enter: Enter, site: str, tmp_path: Path) -> None:
    for n in range(4):
        closed(f"抽查第{n}案", "320381")
    page = enter("sup-supervisor1")
    page.goto("/sampling/")
    page.fill("#s-closed_from", today().isoformat())
    page.fill("#s-closed_to", today().isoformat())
    page.select_option("#s-by", "county")
    page.fill("#s-size", "3")
    page.locator("form[data-once] button[data-primary]").click()
    rows = page.locator("tr[data-state]")
    expect(rows).to_have_count(3)
    sample, numbers = page.url, page.locator("tr[data-state] td > a").all_inner_texts()

    # Anybody draws the same from the population that was fixed and the number that came after it.
    page.get_by_role("link", name="复算").click()
    expect(page.locator(".note.ok")).to_contain_text("复算一致")
    seed = page.locator("dd.mono").last.inner_text()
    population = taken(page, "/population.csv", tmp_path / "population.csv")
    assert len(population) > 4
    assert draw([Member(row[0], row[1]) for row in population[1:]], 3, seed) == numbers

    page.locator("tr[data-state] td > a").first.click()
    unit = page.url
    page.get_by_label("问题", exact=True).check()
    page.select_option("#s-kind", "evidence")
    page.select_option("#s-severity", "serious")
    page.fill("#s-correct_by", today(20).isoformat())
    page.locator("button[data-primary]").click()
    expect(page.locator(".esum")).to_contain_text("请写明问题")
    expect(page.locator("#s-kind")).to_have_value("evidence")
    page.fill("#s-opinion", "现场照片没有拍到电表")
    page.locator("button[data-primary]").click()
    expect(page.locator("form.card textarea")).to_have_count(0)
    page.goto(sample)
    expect(rows.first).to_contain_text("整改中，待答复")
    expect(rows.first).to_contain_text("证据 · 一般")
    report = taken(page, "/results.csv", tmp_path / "results.csv")
    assert [row for row in report if row[6:9] == ["问题", "证据", "一般"]]
    wrong = in_both_languages(page, site, "/sampling/", sample, unit)
    assert not wrong, "\n".join(wrong)


def test_the_dashboard_leads_to_the_cases_that_it_counts(enter: Enter, site: str) -> None:
    story.dispatched(title="驾驶舱一案", region="320312")
    page = enter("drc-handler1")
    page.goto("/dashboard/")
    tile = page.locator("[data-tile=open]")
    counted = tile.locator("b").inner_text()
    tile.locator("a").first.click()
    expect(page.locator(".pager")).to_contain_text(f"共 {counted} 件")
    cases = page.url
    wrong = in_both_languages(page, site, "/dashboard/", cases, cases.replace("of=open", "of=missed"))
    assert not wrong, "\n".join(wrong)
