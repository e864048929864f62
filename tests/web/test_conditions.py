"""Conditions of a list that cannot be read: never more than was asked for without a word."""

from __future__ import annotations

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.web import story
from tests.web.conftest import LogIn
from tests.web.steps import imported

SAID = "有条件无法识别，没有采用；下面的结果没有按这些条件筛选"


def note(client: Client, address: str) -> str:
    """What the page says about conditions, without its tags; empty where it says nothing."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    found = re.search(r'<div class="note warn mb-3" role="alert">.*?</div>', answer.content.decode(), re.DOTALL)
    return html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", found[0])) if found else ""


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/audit/?from=2021-99-99", "自：2021-99-99"),
        ("/audit/?to=9999-12-31", "至：9999-12-31"),
        ("/audit/?action=zzz", "动作：zzz"),
        ("/audit/?agency=999999", "机构：999999"),
        ("/cases/?stage=zzz", "阶段：zzz"),
        ("/cases/?view=zzz", "视图：zzz"),
        ("/cases/?stage=closed&stage=verification", "阶段：closed"),
        ("/tasks/?due=someday&kind=check_consumption", "期限：someday"),
        ("/tasks/?stage=%3Cb%3E", "阶段：<b>"),
    ],
)
def test_a_condition_that_cannot_be_read_is_named(log_in: LogIn, address: str, named: str) -> None:
    said = note(log_in("drc-handler1"), address)
    assert SAID in said
    assert named in said
    assert "移除此条件" in said


@pytest.mark.parametrize(
    "address",
    [
        "/audit/?from=2021-09-09&to=2021-09-10&action=open_case&person=drc-handler1",
        "/audit/?from=0001-01-01&to=9999-12-30",
        "/audit/?from=&to=&action=&agency=",
        "/cases/?stage=verification&view=closed&q=",
        "/cases/?q=仓库",
        "/tasks/?due=today&stage=&accepted=no",
    ],
)
def test_of_conditions_that_are_applied_nothing_is_said(log_in: LogIn, address: str) -> None:
    assert note(log_in("drc-handler1"), address) == ""


def test_the_link_leaves_out_the_one_condition_only(log_in: LogIn) -> None:
    case = story.opened()
    client = log_in("drc-handler1")
    page = client.get(f"/audit/?action=zzz&case={case.number}").content.decode()
    link = re.search(r'href="([^"]*)">移除此条件', page)
    assert link
    assert link[1] == f"?case={case.number}"
    assert note(client, f"/audit/{link[1]}") == ""


def test_the_rows_of_a_list_are_narrowed_by_a_known_fate_only(log_in: LogIn) -> None:
    lines = "序号,源IP地址,源端口,矿池地址,币种,首次发现时间,最近发现时间,提交次数,运营商,疑似区县,名单级别\n"
    lines += "1,58.218.10.21,51317,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,9,电信,云龙区,重点\n"
    file = SimpleUploadedFile("名单.csv", lines.encode("gb18030"))
    form = {"file": file, "kind": "telecom", "batch": "一批", "agency": "320300-telecom"}
    client = log_in("drc-handler1")
    address = imported(client, form)
    assert "去向：zzz" in note(client, f"{address}?fate=zzz")
    assert note(client, f"{address}?fate=reject") == ""
