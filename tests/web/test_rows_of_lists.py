"""The page of a list: its other names, what its rows say now, and what is said to whoever sends the file again."""

from __future__ import annotations

from agencies.actors import find_actor
from audit import clock
from cases.intake.ledger.withdrawal import withdraw_batch
from tests.intake.ledgers import batch, bring, site, telecom
from tests.web.conftest import LogIn


def test_the_page_names_the_other_names_and_says_when_the_file_had_come(log_in: LogIn) -> None:
    content = telecom(site(1))
    bring(content, "甲")
    client = log_in("drc-handler1")
    address = f"/imports/{batch('甲').id}/"
    assert "又名" not in client.get(address).content.decode()
    bring(content, "乙")
    bring(content, "丙")
    page = client.get(address).content.decode()
    assert "<span>又名 乙、丙</span>" in page
    assert "以批次“甲”报送" not in page
    assert (
        "以批次“甲”报送，本次没有再导入任何行。该批次的其他名称：乙、丙。"
        in client.get(f"{address}?again=1").content.decode()
    )


def test_the_page_of_a_withdrawn_list_says_at_every_row_and_figure_that_it_holds_no_more(log_in: LogIn) -> None:
    bring(telecom(site(1)), "错")
    client = log_in("drc-handler1")
    address = f"/imports/{batch('错').id}/"
    before = client.get(address).content.decode()
    assert "新建案件</td>" in before
    withdraw_batch(actor=find_actor("drc-handler1"), batch=batch("错"), why="trial", now=clock.now())
    page = client.get(address).content.decode()
    assert "撤回，本行不再作数。导入时：已接收。" in page
    assert "新建案件</td>" not in page
    assert page.count("导入时的数，撤回后不再作数") == before.count("data-tile=")
