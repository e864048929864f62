"""A list on the pages: columns, preview with cells set right, import, cancel; each form works without a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.models import Access
from cases.models import Case, ListBatch, ListMend, SourceMapping
from tests.web.steps import chosen, imported, sent
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")

HEADER = "源IP地址,源端口,矿池地址,首次发现时间"
GOOD = "36.154.192.217,1159,p.example,2026-10-03 08:00"
BAD = "36.154.192.300,1160,p.example,2026-10-03 08:00"


def form(*rows: str, header: str = HEADER, name: str = "一批", kind: str = "telecom") -> dict[str, Any]:
    file = SimpleUploadedFile("名单.csv", "\n".join([header, *rows]).encode())
    return {"file": file, "kind": kind, "batch": name, "agency": "320300-telecom"}


def shown(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def previewed(client: Client, *rows: str) -> str:
    mapping = sent(client, form(*rows))
    return str(client.post(mapping, chosen(shown(client, mapping)))["Location"])


def test_each_column_stands_with_its_first_cells_its_field_and_how_sure_it_is() -> None:
    client = entered("telecom-handler1")
    address = sent(client, form(GOOD, header="源IP地址,出口源端口号,矿池地址,首次发现时间"))
    assert address.endswith("/mapping/")
    page = shown(client, address)
    assert "36.154.192.217" in page
    assert re.search(r'<option value="ip" selected>源IP地址 （必填）', page)
    assert re.search(r"按近似列名匹配，把握 \d+%，请确认", page)
    assert "自动 3" in page
    assert 'aria-current="step"' in page
    assert "下一步：校验预览" in page


def test_the_columns_of_the_last_time_are_named_as_such() -> None:
    client = entered("telecom-handler1")
    header = "甲,乙,丙,丁"
    mapping = sent(client, form(GOOD, header=header))
    fields = {"s0c0": "ip", "s0c1": "port", "s0c2": "pool", "s0c3": "first", "save": "1"}
    assert client.post(mapping, fields)["Location"].endswith("/preview/")
    second = shown(client, sent(client, form(GOOD.replace("1159", "1160"), header=header, name="二批")))
    assert "沿用上次的列对应" in second
    assert chosen(second) == fields
    SourceMapping.objects.get()


def test_what_cannot_be_taken_comes_back_with_what_was_chosen() -> None:
    client = entered("telecom-handler1")
    mapping = sent(client, form(GOOD))
    answer = client.post(mapping, {"s0c0": "", "s0c1": "port", "s0c3": "port"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "一个字段只能对应一列" in page
    answer = client.post(mapping, {"s0c1": "port"})
    assert "请指定“源IP地址”所在的列" in answer.content.decode()
    assert ListBatch.objects.get().state == "mapping"


def test_a_date_that_could_be_two_days_is_asked_on_the_page() -> None:
    client = entered("telecom-handler1")
    mapping = sent(client, form(GOOD.replace("2026-10-03", "10/3/2026")))
    page = shown(client, mapping)
    assert "“首次发现时间”中的日期（如 10/3/2026 08:00）月和日可以互换，是哪种顺序？" in page
    fields = chosen(page)
    answer = client.post(mapping, fields)
    assert answer.status_code == 400
    assert "请说明顺序" in answer.content.decode()
    preview = client.post(mapping, fields | {"order-0-first": "mdy"})["Location"]
    assert "没有需要处理的行" in shown(client, preview)


def test_dates_are_asked_in_the_order_of_their_columns() -> None:
    client = entered("telecom-handler1")
    two = "36.154.192.217,1159,p.example,10/3/2026 08:00,10/4/2026 08:00"
    page = shown(client, sent(client, form(two, header="源IP地址,端口号,矿池地址,首次时间,末次时间")))
    assert re.findall(r"“(.次时间)”中的日期", page) == ["首次时间", "末次时间"]
    assert "自动 5" in page, "端口号 is a word that lists use"


def test_a_problem_is_mended_in_place_and_the_raw_cell_stands_beside_it() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, GOOD, BAD)
    page = shown(client, preview)
    assert "1 行需要处理" in page
    assert re.search(r'name="c0" value="36.154.192.300"', page)
    assert client.post(preview, {"row": "2", "c0": "36.154.192.30"}).status_code == 302
    page = shown(client, f"{preview}?show=all")
    assert "没有需要处理的行" in page
    assert "更正：原为 36.154.192.300，现为 36.154.192.30" in page
    assert not Case.objects.exists()
    result = client.post(preview.replace("preview/", "commit/"))["Location"]
    assert "源IP地址经人工更正后读取" in shown(client, result)
    assert ListBatch.objects.get().counts["fates"] == {"accept": 2}


def test_a_value_that_cannot_be_is_refused_on_the_page() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, BAD)
    answer = client.post(preview, {"row": "1", "c0": "x" * 501})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert re.search(r'href="#row-1">第 1 行“源IP地址”：至多 500 字', page)
    assert f'value="{"x" * 501}"' in page, "what was typed stands there to be shortened"
    assert client.post(preview, {"row": "77", "c0": "x"}).status_code == 400
    assert not ListMend.objects.exists()


def test_the_commission_that_leads_sees_the_preview_masked_and_mends_nothing() -> None:
    sender = entered("telecom-handler1")
    mapping = sent(sender, form(f"{BAD},孙玲娜", header=f"{HEADER},户名"))
    preview = sender.post(mapping, chosen(shown(sender, mapping)))["Location"]
    assert "孙玲娜" in shown(sender, preview)
    other = entered("drc-handler1")
    page = shown(other, preview)
    assert "孙玲娜" not in page
    assert 'name="c0"' not in page
    assert other.post(preview, {"row": "1", "c0": "36.154.192.30"}).status_code == 403
    assert "孙玲娜" not in shown(other, mapping)


def test_looking_at_cells_in_clear_is_noted_and_the_page_bears_the_name_of_the_reader() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, BAD)
    before = Access.objects.count()
    page = shown(client, preview)
    line = Access.objects.order_by("-pk")[0]
    assert Access.objects.count() == before + 1
    assert (line.items, line.rows) == (["list_rows"], 1)
    assert 'class="wm"' in page


def test_a_cancelled_list_says_what_was_written_and_how_to_go_on() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, GOOD)
    result = client.post(preview.replace("preview/", "cancel/"))["Location"]
    page = shown(client, result)
    assert "没有写入任何行，也没有形成案件" in page
    again = client.post(result + "resume/")["Location"]
    assert again.endswith("/mapping/")
    assert ListBatch.objects.get().state == "mapping"


def test_a_finished_list_shows_its_columns_and_leads_from_the_preview_to_its_result() -> None:
    client = entered("telecom-handler1")
    result = imported(client, form(GOOD))
    page = shown(client, f"{result}mapping/")
    assert "已过这一步" in page
    assert "<select" not in page
    assert client.get(f"{result}preview/")["Location"] == result
    assert client.post(f"{result}cancel/").status_code == 409
    assert client.post(f"{result}commit/").status_code == 409
    assert client.post(f"{result}mapping/", {"s0c0": "ip"}).status_code == 409


@pytest.mark.parametrize(("username", "status"), [("telecom-reviewer1", 403), ("grid-handler1", 404)])
@pytest.mark.parametrize("step", ["mapping", "preview", "commit", "cancel", "resume"])
def test_who_may_not_import_takes_no_step(username: str, status: int, step: str) -> None:
    address = sent(entered("telecom-handler1"), form(GOOD)).replace("mapping/", "")
    answer = entered(username).post(f"{address}{step}/", {"row": "1", "c0": "x", "s0c0": "ip"})
    assert answer.status_code == status
    assert ListBatch.objects.get().state == "mapping"


@pytest.mark.parametrize("step", ["commit", "cancel", "resume"])
def test_a_step_is_taken_by_a_button_only(step: str) -> None:
    client = entered("telecom-handler1")
    address = sent(client, form(GOOD)).replace("mapping/", "")
    assert client.get(f"{address}{step}/").status_code == 405


def test_the_batches_say_which_wait_for_somebody() -> None:
    client = entered("telecom-handler1")
    sent(client, form(GOOD))
    assert "待确认" in shown(client, "/imports/")


def test_every_step_speaks_english() -> None:
    client = entered("telecom-handler1")
    client.post("/language/", {"language": "en", "next": "/imports/"})
    mapping = sent(client, form(GOOD, BAD.replace("2026-10-03", "10/3/2026")))
    page = shown(client, mapping).partition('id="main"')[2]
    assert "Match columns" in page
    assert "day and month could be swapped" in page
    assert "匹配列" not in page
    preview = client.post(mapping, chosen(page) | {"order-0-first": "mdy"})["Location"]
    page = shown(client, preview).partition('id="main"')[2]
    assert "1 rows need a look" in page
    assert "Refused" in page
    assert "需要处理" not in page
