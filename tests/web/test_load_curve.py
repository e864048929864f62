"""The load curve of a case: brought by the grid company, kept with its event, shown to whom it is for, day by day."""

from __future__ import annotations

import hashlib
import html
import re
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.actors import find_actor
from agencies.models import User
from audit import clock
from audit.models import Event
from audit.verification import verify
from cases.documents.attachments import store_attachment
from cases.intake.loadcurves.bringing import bring
from cases.models import Attachment
from cases.policy.energy.days import QUARTERS, Day, written
from cases.policy.energy.figures import of_day
from cases.selectors.casepage.load import load_of
from cases.selectors.precision.files import LOAD_READINGS
from cases.selectors.reach.parts import reading
from cases.web.show.casepage.loads import cut_of, day_chart, heat_chart
from cases.workflow.engine import Result
from cases.workflow.errors import GuardRefused, InvalidInput, NotVisible
from tests.servers import Servers
from tests.web import story

GRID, COMMISSION = "grid-handler1", "drc-handler1"


def entered(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def yesterday() -> date:
    return timezone.localtime(clock.now()).date() - timedelta(1)


def a_day(kw: str = "48", **other: str | None) -> Day:
    values: list[Decimal | None] = [Decimal(kw)] * QUARTERS
    for name, value in other.items():
        values[int(name[1:])] = None if value is None else Decimal(value)
    return tuple(values)


def file_of(days: dict[date, Day], name: str = "负荷.csv") -> SimpleUploadedFile:
    """Not the form in which readings are kept: the encoding is another."""
    return SimpleUploadedFile(name, written(days).decode("utf-8-sig").encode("gb18030"))


def brought(case: Result, days: dict[date, Day], who: str = GRID) -> Any:
    return bring(actor=find_actor(who), case_id=case.case_id, upload=file_of(days), now=clock.now())


def curve(case: Result, who: str, **more: Any) -> Any:
    actor = find_actor(who)
    return load_of(actor, case.case_id, reading(actor, case.case_id), **more)


def energy_page(case: Result, who: str, more: str = "") -> str:
    answer = entered(who).get(f"/cases/{case.number}/?signal=energy{more}")
    assert answer.status_code == 200
    return answer.content.decode()


def words(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def section(page: str) -> str:
    found = re.search(r'<section class="loadc".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def month_of(last: date) -> dict[date, Day]:
    return {last - timedelta(n): a_day(str(40 + n)) for n in range(30)}


def test_a_month_is_brought_on_the_page_and_read_there(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    client = entered(GRID)
    page = energy_page(case, GRID)
    link = re.search(r'href="(/cases/[^"]+/load/)"', page)
    assert link and "还没有日负荷数据" in section(page)
    form = client.get(link[1])
    assert form.status_code == 200 and "下载模板" in form.content.decode()
    template = client.get(f"{link[1]}template.csv")
    assert template.content == written({}) and "attachment" in template.headers["Content-Disposition"]

    answer = client.post(link[1], {"file": file_of(month_of(last)), "whose": str(User.objects.get(username=GRID).pk)})
    assert answer.status_code == 302 and f"load={last}" in answer.headers["Location"]
    shown = client.get(answer.headers["Location"]).content.decode()
    assert f"共 30 日的负荷数据，新增 {30 * 96} 点，更正 0 点" in words(shown)
    part = section(shown)
    assert f"日负荷，{last}" in part and 'role="img"' in part
    # 40 kW all day; the days before have a kW more each.
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd><b>([^<]+)</b>", part))
    assert figures == {
        "日平均负荷": "40.0 kW",
        "负荷率": "1.00",
        "0 至 6 时电量占比": "25.0 %",
        "当日电量": "960 kWh",
        "近 30 日电量": f"{sum(range(40, 70)) * 24:,} kWh",
    }
    assert "供电公司" in words(shown) and re.search(r"\S+ 于 .+? 提供", words(part))


def test_the_chosen_day_and_view_stand_in_the_address(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    brought(case, {last: a_day("48", q13="9.6"), last - timedelta(2): a_day("20", q7=None)})
    latest = energy_page(case, COMMISSION)
    assert f"日负荷，{last}" in latest
    assert "03:15 起低于当日中位负荷的 30%，15 分钟内恢复" in words(section(latest))
    assert re.search(r'aria-label="[^"]*最低 9\.6 kW（03:15）[^"]*"', section(latest)), "the drawing says it, too"
    back = re.search(r'rel="prev" href="([^"]+)"', section(latest))
    assert back and f"load={last - timedelta(2)}" in back[1], "the nearest day with readings, not the one before"
    before = entered(COMMISSION).get(f"/cases/{case.number}/{html.unescape(back[1]).split('#')[0]}").content.decode()
    assert f"日负荷，{last - timedelta(2)}" in before and "缺测 1 点" in section(before)
    assert 'rel="next"' in section(before) and 'rel="prev"' not in section(before)

    table = section(energy_page(case, COMMISSION, f"&show=table&load={last - timedelta(2)}"))
    rows = re.findall(
        r'<tr><th scope="row">([^<]+)</th><td class="num">([^<]+)</td><td class="num">([^<]+)</td>', table
    )
    assert len(rows) == 96 and '<svg class="chart"' not in table
    assert rows[7] == ("01:45–02:00", "--", "--") and rows[8] == ("02:00–02:15", "20.000", "5.000")
    month = section(energy_page(case, COMMISSION, "&show=month"))
    assert month.count('<rect class="ch-col') == 2 and len(re.findall('<th scope="row">', month)) == 30
    assert "有数据 2 日，其中各点齐全 1 日" in words(month)
    other = energy_page(case, COMMISSION, "&load=2020-01-01&show=nothing")
    assert f"2020-01-01 没有负荷数据，显示的是 {last}" in words(section(other))


def test_the_same_file_twice_is_one_and_a_later_value_is_a_correction(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    first = brought(case, {last: a_day("48", q1=None), last - timedelta(1): a_day()})
    files, events = Attachment.objects.count(), Event.objects.count()
    assert first.result is not None and (first.added, first.corrected) == (191, 0)
    again = brought(case, {last: a_day("48", q1=None), last - timedelta(1): a_day()})
    assert again.result is None and (Attachment.objects.count(), Event.objects.count()) == (files, events)

    second = brought(case, {last: a_day("48", q0="50", q1="47"), last - timedelta(1): a_day()})
    assert (second.added, second.corrected) == (1, 1)
    found = curve(case, COMMISSION)
    assert found.days[last] == a_day("48", q0="50", q1="47")
    assert (found.corrected[last], len(found.sources[last]), len(found.sources[last - timedelta(1)])) == (1, 2, 1)
    assert "更正过 1 点，更正前的数据在原文件中" in words(section(energy_page(case, COMMISSION)))
    kept = Attachment.objects.filter(kind="load_curve").order_by("at", "id")
    assert [bytes(file.content) for file in kept] == [
        written({last: a_day("48", q1=None), last - timedelta(1): a_day()}),
        written({last: a_day("48", q0="50", q1="47")}),
    ], "what was said first stays, and of the second file only the day that brings something"


def test_the_event_names_the_readings_and_the_file_they_came_in(
    servers: Servers, fresh_db: Any, demo_city: None
) -> None:
    case, last = story.dispatched(), yesterday()
    days = {last: a_day()}
    brought(case, days)
    event = Event.objects.filter(stream=f"case/{case.case_id}").latest("seq")
    stored = {str(file.pk): file for file in Attachment.objects.all()}
    assert event.action == "attach_document"
    named = {stored[row["id"]].kind: row["sha256"] for row in orjson.loads(bytes(event.body))["files"]}
    assert named == {kind: file.sha256 for file in stored.values() for kind in [file.kind]}
    assert set(named) == {"load_curve", "load_source"}
    assert named[LOAD_READINGS] == hashlib.sha256(written(days)).hexdigest(), "the digest of the series"
    said = f"{last.month}月{last.day}日共 1 日，一日 96 点，新增 96 点，更正 0 点；文件未写户号"
    assert said in words(energy_page(case, COMMISSION)), "the history says which days and how much"
    assert not [problem for problem in verify().problems if problem.code == "file"]
    with closing(servers.cluster.connect(fresh_db.name)) as root, root.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_attachment SET content = convert_to(replace(convert_from(content, 'UTF8'), ',48,', ',49,'),"
            " 'UTF8') WHERE kind = 'load_curve'"
        )
        assert cursor.rowcount == 1
        root.commit()
    assert any(problem.code == "file" for problem in verify().problems)


def test_a_file_in_the_form_that_is_kept_is_kept_once(demo_city: None) -> None:
    case, days = story.dispatched(), {yesterday(): a_day()}
    upload = SimpleUploadedFile("模板.csv", written(days))
    bring(actor=find_actor(GRID), case_id=case.case_id, upload=upload, now=clock.now())
    assert [file.kind for file in Attachment.objects.all()] == ["load_curve"]


def test_what_is_refused_leaves_nothing(demo_city: None) -> None:
    case = story.reported()
    over = {yesterday(): a_day("48", q13="501")}
    acts = Event.objects.filter(stream=f"case/{case.case_id}")
    before = (Attachment.objects.count(), acts.count())
    with pytest.raises(InvalidInput, match="改正") as refused:
        brought(case, over)
    assert "超过 500 kW" in next(iter(refused.value.fields.values())).zh, "twice the contract capacity of 250 kVA"
    answer = entered(GRID).post(f"/cases/{case.number}/load/", {"file": file_of(over)})
    assert answer.status_code == 400 and "第 2 行：03:15 的值合 501 kW" in words(answer.content.decode())
    nothing = entered(GRID).post(f"/cases/{case.number}/load/", {})
    assert nothing.status_code == 400 and "请选择要上传的文件" in nothing.content.decode()
    assert (Attachment.objects.count(), acts.count()) == before


def test_only_the_grid_company_brings_readings_and_only_what_was_read(demo_city: None) -> None:
    case, days = story.dispatched(), {yesterday(): a_day()}
    assert "/load/" not in energy_page(case, COMMISSION)
    with pytest.raises(GuardRefused) as refused:
        brought(case, days, who=COMMISSION)
    assert refused.value.code == "load_is_the_grids"
    assert not Attachment.objects.exists()
    answer = entered(COMMISSION).post(f"/cases/{case.number}/load/", {"file": file_of(days)})
    assert answer.status_code == 409 and "日负荷数据由供电公司提供" in answer.content.decode()
    with pytest.raises(NotVisible):
        brought(story.opened(), days)

    upload = SimpleUploadedFile("负荷.csv", written(days))
    unread = store_attachment(
        actor=find_actor(GRID), case_id=case.case_id, kind="attach_document", upload=upload, now=clock.now()
    )
    with pytest.raises(GuardRefused) as refused:
        story.do(GRID, "attach_document", case, attachments=[unread], paper="load_curve")
    assert refused.value.code == "load_is_imported"
    brought(case, days)
    on_record = [str(file.pk) for file in Attachment.objects.filter(kind__startswith="load_")]
    for paper in ("load_curve", "evidence"):
        with pytest.raises(GuardRefused) as refused:
            story.do(GRID, "attach_document", case, attachments=on_record, paper=paper)
        assert refused.value.code == "load_is_imported", "a file is put on record once, and as what it is"


def test_readings_are_for_those_who_may_open_their_file(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    brought(case, {last: a_day()})
    for who in (COMMISSION, GRID, "grid-crew1"):
        found = curve(case, who)
        assert found is None or found.days == {last: a_day()}, who
    assert curve(case, COMMISSION).days and curve(case, GRID).days
    for who in ("cac-handler1", "sup-supervisor1"):
        found = curve(case, who)
        assert found.withheld and not found.days, who
        page = section(energy_page(case, who))
        assert "按权限不对你所在单位显示" in page and '<svg class="chart"' not in page and "48.0" not in page, who
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    assert curve(case, "telecom-handler1") is None, "of an own part it is not told that there are any"
    assert not section(energy_page(case, "telecom-handler1")), "nor that there are none"


def test_a_past_day_shows_what_was_on_record_then(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    brought(case, {last: a_day()})
    then = clock.now()
    brought(case, {last: a_day("48", q0="50")})
    assert curve(case, COMMISSION, until=then).days[last] == a_day()
    assert curve(case, COMMISSION).days[last] == a_day("48", q0="50")
    first = Attachment.objects.earliest("at").at
    assert curve(case, COMMISSION, until=first) is None


def test_what_is_erased_is_not_read_any_more(servers: Servers, fresh_db: Any, demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    brought(case, {last: a_day()})
    with closing(servers.cluster.connect(fresh_db.name)) as root, root.cursor() as cursor:
        cursor.execute("UPDATE cases_attachment SET content = '', filename = '', erased_at = now()")
        root.commit()
    assert curve(case, COMMISSION) is None
    assert "还没有日负荷数据" in energy_page(case, COMMISSION)


def test_the_page_asks_as_much_of_one_file_as_of_many(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    client = entered(COMMISSION)
    counts = []
    for n in range(4):
        brought(case, {last - timedelta(n): a_day()})
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"/cases/{case.number}/?signal=energy").status_code == 200
        # Of the files: the rest of the page asks now and then for what a process keeps for some seconds.
        counts.append(sum("cases_attachment" in query["sql"] for query in caught))
    assert len(set(counts)) == 1 and counts[0], counts
    with CaptureQueriesContext(connection) as caught:
        client.get(f"/cases/{case.number}/?signal=traffic")
    assert not any("a.content FROM cases_attachment" in query["sql"] for query in caught), "others read no curve"


def test_rows_that_cannot_be_read_are_told_and_stay_in_the_file_that_is_kept(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    rows = written({last - timedelta(1): a_day(), last: a_day()}).decode("utf-8-sig").splitlines()
    rows[2] = rows[2].replace(",48,", ",-48,", 1)
    content = "\n".join(rows).encode()
    client = entered(GRID)
    form = {"file": SimpleUploadedFile("负荷.csv", content), "whose": str(User.objects.get(username=GRID).pk)}
    answer = client.post(f"/cases/{case.number}/load/", form)
    page = words(answer.content.decode())
    assert answer.status_code == 200 and "未读入 1 行" in page and "第 3 行：00:00 的值为负数" in page
    assert list(curve(case, COMMISSION).days) == [last - timedelta(1)]
    source = Attachment.objects.get(kind="load_source")
    assert bytes(source.content) == content, "nothing of what was brought is lost"
    assert "；未读入 1 行；" in words(energy_page(case, COMMISSION))
    # Mended and brought again, the row that was left out is what is new.
    again = brought(case, {last - timedelta(1): a_day(), last: a_day()})
    assert (again.added, again.corrected, again.left_out) == (96, 0, 0)


def test_a_file_of_another_account_is_refused(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    rows = written({last: a_day()}).decode("utf-8-sig").splitlines()

    def file(account: str) -> SimpleUploadedFile:
        text = f"户号,{rows[0]}\n{account},{rows[1]}"
        return SimpleUploadedFile("负荷.csv", text.encode())

    def bring_it(account: str) -> Any:
        return bring(actor=find_actor(GRID), case_id=case.case_id, upload=file(account), now=clock.now())

    assert bring_it("3203 9999 0001").result is not None, "no account is known: nothing to compare"
    story.do(
        GRID, "report_consumption", case, result="abnormal", user_class="ordinary", price_class="commercial",
        serves_residents="false", theft="false", monthly_kwh="35000", capacity_kva="250", account="3203145824572",
    )  # fmt: skip
    files = Attachment.objects.count()
    with pytest.raises(InvalidInput) as refused:
        bring_it("3203999900015")
    told = refused.value.fields["file"]
    assert refused.value.code == "other_account" and "与本案登记的户号不符" in told.zh and "account" in told.en
    assert "3203999900015" not in told.zh + told.en, "masked where it is said"
    assert Attachment.objects.count() == files
    again = bring_it("3203-1458-24572")
    assert again.result is None and (again.added, again.corrected) == (0, 0), (
        "the readings were known, the account fits"
    )


def test_thirty_days_are_a_map_whose_rows_lead_to_their_days(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    brought(case, {last: a_day("48", q13=None), last - timedelta(2): a_day("20")})
    page = section(energy_page(case, COMMISSION, f"&show=heat&load={last}"))
    assert 'class="chart heat"' in page and 'class="ht-gap"' in page
    label = re.search(r'class="chart heat"[^>]*aria-label="([^"]+)"', page)
    assert label and f"有数据 2 日；日平均最高 48.0 kW（{last:%m-%d}）" in label[1]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page)
    assert len(rows) == 30, "every day has its row"
    assert [words(cells).split() for day, cells in rows if "href" in day] == [
        ["480", "20.0", "20.0", "1.00", "0"],
        ["1,140", "48.0", "48.0", "1.00", "1"],
    ]
    (href,) = [html.unescape(found) for found in re.findall(rf'href="([^"]*load={last - timedelta(2)}[^"]*)"', page)][
        -1:
    ]
    assert (
        f"日负荷，{last - timedelta(2)}"
        in entered(COMMISSION).get(f"/cases/{case.number}/{href.split('#')[0]}").content.decode()
    )


def test_the_time_of_the_cut_is_marked_where_there_was_one(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    brought(case, {last: a_day("48"), last - timedelta(1): a_day("48")})
    facts = {"suspension": {"executed_at": f"{last - timedelta(1)}T09:40:00+08:00"}}
    days = curve(case, COMMISSION).days
    cut = cut_of(facts)
    marked = day_chart(days, last - timedelta(1), of_day(days[last - timedelta(1)]), cut)
    assert marked.svg.count('class="ch-span"') == 1 and f"{last - timedelta(1):%m-%d} 09:40 起停电" in marked.sentence
    assert 'class="ch-span"' not in day_chart(days, last, of_day(a_day()), None).svg
    whole = heat_chart(days, last, cut, {})
    assert 'class="ht-span"' in whole.svg
    before = heat_chart(days, last - timedelta(2), cut, {})
    assert "没有读数" in before.sentence
    assert 'class="ht-span"' not in before.svg, "a cut that comes after these days is not theirs"
    back = cut_of({**facts, "restoration": {"restored_at": f"{last}T08:00:00+08:00"}})
    assert f"至 {last:%m-%d} 08:00 停电" in heat_chart(days, last, back, {}).sentence
    assert cut_of({}) is None


def test_all_points_are_taken_along_by_whoever_may_read_them_and_that_is_on_record(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    brought(case, {last: a_day("48", q1=None)})
    address = f"/cases/{case.number}/load/readings.csv"
    assert f'href="{address}"' in energy_page(case, COMMISSION)
    answer = entered(COMMISSION).get(address)
    lines = answer.content.decode("utf-8-sig").splitlines()
    sha256 = Attachment.objects.get(kind="load_curve").sha256
    assert answer.status_code == 200 and len(lines) == 97
    assert lines[1] == f"{last},00:00,00:15,48,{sha256}" and lines[2] == f"{last},00:15,00:30,,{sha256}", (
        "a gap is empty"
    )
    event = Event.objects.filter(action="export_made").latest("id")
    assert b'"what":"load_curve"' in bytes(event.body) and case.number.encode() in bytes(event.body)
    for who in ("cac-handler1", "telecom-handler1"):
        assert entered(who).get(address).status_code == 404, who
    assert Event.objects.filter(action="export_made").count() == 1


def test_the_api_reads_what_the_page_shows_and_takes_what_the_page_takes(demo_city: None) -> None:
    case, last = story.dispatched(), yesterday()
    client = entered(GRID)
    address = f"/api/v1/cases/{case.number}/load-curve"
    assert client.get(address).json() == {"unit": "kW", "withheld": False, "days": []}
    answer = client.post(address, {"file": file_of({last: a_day("48", q1=None)})})
    assert answer.status_code == 201 and answer.json()["receipt"]["action"] == "attach_document"
    assert (answer.json()["added"], answer.json()["left_out"], answer.json()["faults"]) == (95, 0, [])
    again = client.post(address, {"file": file_of({last: a_day("48", q1=None)})})
    assert again.status_code == 200 and again.json()["receipt"] is None
    found = entered(COMMISSION).get(address).json()
    assert [(day["day"], day["kw"][:3], len(day["kw"])) for day in found["days"]] == [
        (str(last), ["48", None, "48"], 96)
    ]
    assert entered("cac-handler1").get(address).json() == {"unit": "kW", "withheld": True, "days": []}
