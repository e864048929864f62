"""A list in two windows, behind the Back button, and over the end of a session: nothing twice or unseen or lost."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from audit.models import Event
from cases.models import Case, ListBatch, ListMend, ListRow
from tests.web.steps import chosen, sent
from tests.web.test_import_steps import BAD, GOOD, form, previewed, shown
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")


def hidden(page: str, form: str) -> dict[str, str]:
    """The fields that the form that begins like this sends without being typed."""
    found = re.search(rf"<form[^>]*{form}.*?</form>", page, re.DOTALL)
    assert found, page
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]))
    fields.pop("csrfmiddlewaretoken", "")
    return fields


def commit_form(page: str) -> dict[str, str]:
    """What the button of the preview sends."""
    fields = hidden(page, 'action="[^"]+/commit/"')
    assert fields["seen"]
    return fields


def started() -> int:
    return Event.objects.filter(action="import_started").count()


def told(client: Client, address: str, fields: dict[str, str]) -> str:
    answer = client.post(address, fields)
    assert answer.status_code == 409, answer.content.decode()[:500]
    return answer.content.decode()


def test_two_windows_commit_once_and_the_second_is_led_to_the_batch() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, GOOD)
    commit, fields = preview.replace("preview/", "commit/"), commit_form(shown(client, preview))
    result = client.post(commit, fields)["Location"]
    page = told(client, commit, fields)
    assert "这一批次已经提交导入，没有重复写入任何行" in page
    assert f'href="{result}"' in page
    assert (started(), ListRow.objects.count(), Case.objects.count()) == (1, 1, 1)


def test_two_people_commit_once() -> None:
    first, second = entered("telecom-handler1"), entered("drc-handler1")
    preview = previewed(first, GOOD)
    commit = preview.replace("preview/", "commit/")
    fields = {client: commit_form(shown(client, preview)) for client in (first, second)}
    assert second.post(commit, fields[second]).status_code == 302
    assert "没有重复写入任何行" in told(first, commit, fields[first])
    assert (started(), ListRow.objects.count()) == (1, 1)


def test_columns_changed_in_another_window_are_looked_at_before_they_are_committed() -> None:
    client = entered("telecom-handler1")
    mapping = sent(client, form(GOOD))
    fields = chosen(shown(client, mapping))
    preview = client.post(mapping, fields)["Location"]
    commit, old = preview.replace("preview/", "commit/"), commit_form(shown(client, preview))
    client.post(mapping, fields | {"s0c1": ""})
    page = told(client, commit, old)
    assert "列对应或单元格在另一窗口改过" in page
    assert (started(), ListRow.objects.count(), ListBatch.objects.get().state) == (0, 0, "preview")
    assert client.post(commit, commit_form(shown(client, preview))).status_code == 302
    assert ListBatch.objects.get().counts["fates"] == {"weak:no_port": 1}


def test_a_window_that_is_behind_mends_maps_and_stops_nothing() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, BAD, GOOD)
    columns = chosen(shown(client, preview.replace("preview/", "mapping/")))
    result = client.post(preview.replace("preview/", "commit/"))["Location"]
    for step, fields, sentence in (
        ("preview", {"row": "1", "c0": "36.154.192.30"}, "这一批次已经提交导入"),
        ("mapping", columns, "这一批次已经提交导入或已结束"),
        ("cancel", {}, "没有可取消的"),
        ("resume", {}, "不需要继续"),
    ):
        page = told(client, f"{result}{step}/", fields)
        assert sentence in page, step
        assert f'href="{result}"' in page, step
    assert not ListMend.objects.exists()
    assert ListBatch.objects.get().counts["fates"] == {"accept": 1, "reject:bad_ip": 1}


def test_the_back_button_finds_no_old_preview_after_the_commit() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, GOOD)
    assert client.get(preview)["Cache-Control"] == "private, no-store", "the browser asks again"
    result = client.post(preview.replace("preview/", "commit/"))["Location"]
    assert client.get(preview)["Location"] == result
    columns = shown(client, preview.replace("preview/", "mapping/"))
    assert "已过这一步" in columns
    assert "<select" not in columns


def test_the_back_button_after_a_cancel_leads_to_the_cancelled_batch() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, GOOD)
    result = client.post(preview.replace("preview/", "cancel/"))["Location"]
    assert client.get(preview)["Location"] == result
    assert "请先完成前面的步骤" in told(client, preview.replace("preview/", "commit/"), {})
    assert not Case.objects.exists()


def through_the_door(client: Client, answer: str) -> tuple[str, dict[str, str]]:
    """Log in where a form was sent without a session; returns where it leads and what it then sends."""
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer))
    page = client.post(
        "/login/", carried | {"username": "telecom-handler1", "password": "Lianzhi-Demo-2026"}
    ).content.decode()
    found = re.search(r'<form[^>]*action="(/imports/[^"]+)"', page)
    assert found, page
    return found[1], hidden(page, 'action="/imports/')


@pytest.mark.parametrize("step", ["mapping", "mend", "commit"])
def test_a_session_that_ended_on_the_way_loses_nothing_and_does_nothing_by_itself(step: str) -> None:
    client = entered("telecom-handler1")
    mapping = sent(client, form(BAD))
    page = shown(client, mapping)
    columns = chosen(page) | hidden(page, 'method="post" data-once') | {"s0c1": ""}
    address, fields, before = mapping, columns, "mapping"
    if step != "mapping":
        preview, before = str(client.post(mapping, columns)["Location"]), "preview"
        page = shown(client, preview)
        address, fields = preview, hidden(page, 'class="mend"') | {"c0": "36.154.192.30"}
        if step == "commit":
            address, fields = preview.replace("preview/", "commit/"), commit_form(page)
    client.logout()
    answer = client.post(address, fields)
    assert answer.status_code == 401
    to, again = through_the_door(client, answer.content.decode())
    assert to == address
    assert again == fields | {"step": "edit"}
    looked = client.post(to, again, follow=True)
    assert (ListBatch.objects.get().state, ListMend.objects.count()) == (before, 0), "it is looked at once more"
    page = looked.content.decode()
    if step == "mapping":
        assert chosen(page)["s0c1"] == "", "as it was chosen, not as it was found"
    else:
        assert {"mend": 'value="36.154.192.30"', "commit": "确认导入 1 行"}[step] in page
    assert client.post(to, again | {"step": "now"}).status_code == 302
    done = {"mapping": ("preview", 0), "mend": ("preview", 1), "commit": ("done", 0)}[step]
    assert (ListBatch.objects.get().state, ListMend.objects.count()) == done
