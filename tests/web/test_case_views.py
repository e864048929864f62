"""Saved views, the height of rows, and words that never stand in an address."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from agencies.models import User
from audit import clock
from cases.models import ListBatch, ListSetting, SavedView
from tests.intake.samples import bring
from tests.web import story

TELECOM = "源IP地址,源端口,矿池地址,首次发现时间\n58.218.77.9,51317,qpool.example:7777,2026-10-16 07:53:00\n"

pytestmark = pytest.mark.usefixtures("demo_city")


def entered(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def numbers(page: str) -> list[str]:
    return re.findall(r'<tr data-number="([^"]+)"', page)


def tabs(page: str) -> dict[str, str]:
    nav = page[page.index('<nav class="views"') :]
    found = re.findall(
        r'<a href="([^"]+)"[^>]*>(?:<svg.*?</svg>)?([^<]+)<b[^>]*>([\d,]+)</b>', nav[: nav.index("</nav>")], re.DOTALL
    )
    return {label.strip(): (href, count) for href, label, count in found}  # type: ignore[misc]


def test_a_view_is_kept_counted_renamed_ordered_shared_and_given_up():
    made = [story.opened(title=f"点位{n}", region="320312" if n else "320303") for n in range(3)]
    client = entered("drc-handler1")
    asked = "?view=open&district=320312&sort=-updated"
    form = client.get(f"/cases/views/{asked}").content.decode()
    assert "铜山区" in form
    answer = client.post("/cases/views/save/", {"query": asked, "name": " 铜山  在办 "})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert sorted(numbers(page)) == sorted(case.number for case in made[1:])
    href, count = tabs(page)["铜山 在办"]
    assert count == "2"
    assert href.endswith(answer["Location"].partition("view=")[2])
    assert f'href="{href}" aria-current="page"' in page
    # The same conditions are seen by a colleague once they are shared, with the cases the colleague sees.
    view = SavedView.objects.get(name="铜山 在办")
    assert "铜山 在办" not in tabs(entered("drc-handler2").get("/cases/").content.decode())
    client.post(f"/cases/views/{view.id}/", {"do": "share"})
    assert tabs(entered("drc-handler2").get("/cases/").content.decode())["铜山 在办"][1] == "2"
    assert "铜山 在办" not in tabs(entered("grid-handler1").get("/cases/").content.decode())
    # A colleague's view is read, not changed.
    for act in ("rename", "remove", "share", "up"):
        assert entered("drc-handler2").post(f"/cases/views/{view.id}/", {"do": act, "name": "别的"}).status_code == 404
    client.post("/cases/views/save/", {"query": "?view=all", "name": "全部的"})
    second = SavedView.objects.get(name="全部的")
    client.post(f"/cases/views/{second.id}/", {"do": "up"})
    labels = [label for label in tabs(client.get("/cases/").content.decode()) if label in ("全部的", "铜山 在办")]
    assert labels == ["全部的", "铜山 在办"]
    refused = client.post(f"/cases/views/{second.id}/", {"do": "rename", "name": "铜山 在办"})
    assert refused.status_code == 422
    assert "已有同名的视图" in refused.content.decode()
    client.post(f"/cases/views/{second.id}/", {"do": "rename", "name": "所有"})
    assert "所有" in tabs(client.get("/cases/").content.decode())
    client.post(f"/cases/views/{view.id}/", {"do": "remove"})
    assert "铜山 在办" not in tabs(client.get("/cases/").content.decode())
    assert "铜山 在办" not in tabs(entered("drc-handler2").get("/cases/").content.decode())


def test_the_list_opens_with_the_view_that_was_chosen_and_a_chip_of_it_goes_alone():
    story.opened(title="点位一", region="320312")
    story.opened(title="点位二", region="320303")
    client = entered("drc-handler1")
    client.post("/cases/views/save/", {"query": "?view=open&district=320312&level=normal", "name": "铜山"})
    view = SavedView.objects.get(name="铜山")
    client.post(f"/cases/views/{view.id}/", {"do": "open"})
    page = client.get("/cases/").content.decode()
    assert len(numbers(page)) == 1
    chip = re.search(r'<a class="chip" href="([^"]+)"[^>]*>[^<]*铜山区', page)
    assert chip
    without = client.get("/cases/" + chip[1].replace("&amp;", "&")).content.decode()
    assert len(numbers(without)) == 2
    assert "全量" in without
    client.post("/cases/views/first/", {"view": "closed"})
    assert numbers(client.get("/cases/").content.decode()) == []
    assert ListSetting.objects.get().view == "closed"


def test_a_view_keeps_no_words_and_refuses_a_name_that_is_none():
    client = entered("drc-handler1")
    token = client.post("/cases/search/", {"q": "钱桂兰", "view": "open"})["Location"].partition("?")[2]
    kept = client.get(f"/cases/views/?{token}").content.decode()
    assert "关键词不随视图保存" in kept
    client.post("/cases/views/save/", {"query": token, "name": "有词的"})
    assert SavedView.objects.get().params == {"view": "open"}
    refused = client.post("/cases/views/save/", {"query": "?view=all", "name": "  "})
    assert refused.status_code == 422
    assert "1 至 20 个字" in refused.content.decode()
    for n in range(11):
        client.post("/cases/views/save/", {"query": "?view=all", "name": f"视图{n}"})
    assert client.post("/cases/views/save/", {"query": "?view=all", "name": "再一个"}).status_code == 422
    # Of the same name it takes the conditions over.
    client.post("/cases/views/save/", {"query": "?view=closed", "name": "视图0"})
    assert SavedView.objects.get(name="视图0").params == {"view": "closed"}


def test_words_are_sealed_in_the_address_for_the_person_who_typed_them():
    case = story.opened(title="大庙街道机房")
    client = entered("drc-handler1")
    answer = client.post("/cases/search/", {"q": "大庙", "stage": "monitoring"})
    address = answer["Location"]
    assert "大庙" not in address
    assert "%E5" not in address
    page = client.get(address).content.decode()
    assert numbers(page) == [case.number]
    assert re.search(r'id="f-q"[^>]* value="大庙"', page)
    assert page.count('class="chip"') == 2
    # To somebody else the address says nothing.
    other = entered("drc-handler2").get(address).content.decode()
    assert "大庙" not in other.replace("大庙街道机房", "")
    assert "搜索条件已失效" in other
    # A whole number goes to its case, and one that is not seen to an empty list.
    assert client.post("/cases/search/", {"q": case.number.lower()})["Location"] == f"/cases/{case.number}/"
    nowhere = entered("nj-drc-handler1").post("/cases/search/", {"q": case.number}, follow=True).content.decode()
    assert numbers(nowhere) == []


def test_the_height_of_rows_is_kept_for_the_person():
    story.opened()
    client = entered("drc-handler1")
    assert "rows-standard" in client.get("/cases/").content.decode()
    answer = client.post("/cases/rows/", {"density": "compact", "next": "/cases/?view=all"})
    assert answer["Location"] == "/cases/?view=all"
    assert "rows-compact" in entered("drc-handler1").get("/cases/").content.decode()
    assert "rows-standard" in entered("drc-handler2").get("/cases/").content.decode()
    assert client.post("/cases/rows/", {"density": "huge"}).status_code == 400


def test_an_empty_list_names_the_condition_that_emptied_it():
    story.opened(region="320312")
    client = entered("drc-handler1")
    page = client.get("/cases/?district=320312&stage=suspension").content.decode()
    assert numbers(page) == []
    assert "移除“阶段：暂停供电”，有 1 件" in page
    assert "移除“区县：铜山区”" not in page
    both = client.get("/cases/?district=320303&stage=suspension").content.decode()
    assert "单独去掉其中任一项仍没有结果" in both


def test_a_day_is_jumped_to_in_the_order_of_deadlines():
    cases = [story.opened(title=f"点位{n}") for n in range(3)]
    client = entered("drc-handler1")
    first = client.get("/cases/").content.decode()
    assert len(numbers(first)) == 3
    beyond = client.get("/cases/?view=open&jump=2099-01-01", follow=True).content.decode()
    assert numbers(beyond) == []
    before = client.get("/cases/?view=open&jump=2020-01-01", follow=True).content.decode()
    assert numbers(before) == numbers(first)
    assert "跳至期限" in before
    assert "跳至期限" not in client.get("/cases/?sort=-kwh").content.decode()
    assert len(cases) == 3


def test_a_view_counts_what_it_lists_for_each_who_may_use_it():
    """A colleague's view names a list that one may not know of, or one that is not among the latest: as it is read."""
    bring("telecom", TELECOM.encode(), name="早先的名单")
    story.opened(title="不在名单上", region="320303")
    batch, client = str(ListBatch.objects.get().pk), entered("drc-handler1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cases.web.show.listing.offered.LATEST_LISTS", 0)
        client.post("/cases/views/save/", {"query": f"?view=all&list={batch}", "name": "早先的"})
        view = SavedView.objects.get()
        assert view.params == {"view": "all", "list": batch}
        page = client.get(f"/cases/?view={view.id}").content.decode()
        assert "早先的名单" in page
        assert tabs(client.get("/cases/?view=all").content.decode())["早先的"][1] == str(len(numbers(page))) == "1"
    # Of a list that is nobody's to know the page says that it does not narrow, and the count is that of the page.
    SavedView.objects.update(params={"view": "all", "list": str(view.id)})
    page = client.get(f"/cases/?view={view.id}").content.decode()
    assert tabs(page)["早先的"][1] == str(len(numbers(page))) == "2"
    assert "有条件无法识别" in page


def test_views_beyond_the_row_of_tabs_are_told_listed_and_open_by_their_address():
    for owner in ("drc-handler2", "drc-reviewer1", "drc-approver1"):
        keeper = User.objects.get(username=owner)
        SavedView.objects.bulk_create(
            SavedView(owner=keeper, agency_id=keeper.agency_id, name=f"{owner} {n:02}", position=n, shared=True,
                      params={"view": "open"}, saved_at=clock.now())
            for n in range(1, 10)
        )  # fmt: skip
    client = entered("drc-handler1")
    page = client.get("/cases/").content.decode()
    shown = [name for name in tabs(page) if name.startswith("drc-")]
    assert len(shown) == 24
    assert re.search(r"data-views-left>另有 3 个<", page)
    listed = client.get("/cases/views/").content.decode()
    assert all(f">{owner} {n:02}<" in listed for owner in ("drc-handler2", "drc-approver1") for n in range(1, 10))
    last = SavedView.objects.get(name="drc-reviewer1 09")
    opened = client.get(f"/cases/?view={last.id}").content.decode()
    assert f'href="/cases/?view={last.id}" aria-current="page"' in opened
    assert re.search(r"data-views-left>另有 2 个<", opened)
