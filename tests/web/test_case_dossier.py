"""The dossier of a case: what stands in it, masked as the page is, and that whoever takes it is on record."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator

import pypdf
import pytest
from django.test import Client

from agencies.models import User
from audit import clock
from audit.chain import canonical
from audit.models import Access, Event
from cases.documents import dossiers
from cases.web.show.casepage import dossier as show
from tests.conftest import SERVERS
from tests.workflow.world import World

SUSPENSION = {
    "finding": "self_operated", "subject": "sole_trader", "disposals": ["suspension"], "ground": "G5_power_authority",
    "serious_or_refused": True,
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_session_of_another_day() -> Iterator[None]:
    """The clock is set here; sessions begun under it would be younger or older than those of the next test."""
    yield
    SERVERS.flush_redis()


def entered(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def taken(who: str, number: str) -> tuple[bytes, str]:
    """The file, and its text without spaces."""
    answer = entered(who).get(f"/cases/{number}/dossier.pdf")
    assert answer.status_code == 200, answer.content[:200]
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    return answer.content, re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


@pytest.fixture
def case(demo_city: None) -> str:
    world = World()
    found = world.served(world.determined(world.verified(world.open(title="云龙区 解放路仓库")), **SUSPENSION))
    clock.set_clock(world.now, frozen=True)
    return world.view(found).number


def test_it_holds_cover_catalogue_findings_history_hashes_and_its_place_in_the_trail(case: str) -> None:
    content, text = taken("drc-handler1", case)
    for part in ("案件卷宗", case, "卷内目录", "四部门核查意见", "证据清单", "材料散列", "办理记录", "留痕位置"):
        assert part in text, part
    for said in ("认定处置决定书", "停电通知书", "签发停电函", "送达停电通知", "一致", "各链连续，无缺号、无改动"):
        assert said in text, said
    event = Event.objects.filter(action="export_made").latest("id")
    assert f"账号drc-handler1第{event.seq:,}号留痕" in text
    assert event.leaf.hex()[:32] in text
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) <= 14
    # Each document that is listed with a page has its text on that page.
    listed = json.loads(bytes(event.body))["data"]
    assert (listed["what"], listed["number"]) == ("case_dossier", case)


def test_who_takes_it_is_on_record_with_the_hash_of_the_file_and_of_what_it_says(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, object]] = []
    make = dossiers.make_dossier

    def watched(actor: object, row: object, what: dict[str, object], *rest: object, **more: object) -> object:
        said.append(what)
        return make(actor, row, what, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("cases.web.views.casepage.dossier.make_dossier", watched)
    content, _ = taken("drc-handler1", case)
    event = Event.objects.filter(action="export_made").latest("id")
    data = json.loads(bytes(event.body))["data"]
    assert data["sha256"] == hashlib.sha256(canonical(said[0])).hexdigest()
    line = Access.objects.latest("id")
    assert line.file_hash == hashlib.sha256(content).hexdigest()
    assert "case_dossier" in line.items


def test_it_is_not_handed_out_where_that_cannot_be_recorded(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> int:
        raise RuntimeError("the log cannot be written")

    monkeypatch.setattr(dossiers, "note_read", broken)
    client = entered("drc-handler1")
    client.raise_request_exception = False
    answer = client.get(f"/cases/{case}/dossier.pdf")
    assert answer.status_code == 500
    assert not Event.objects.filter(action="export_made").exists(), "nothing was taken, so nothing says so"


def test_of_an_own_part_it_holds_that_part_and_a_stranger_gets_none(case: str) -> None:
    _, text = taken("telecom-handler1", case)
    assert "只含经办单位办理的部分" in text
    assert "反馈溯源结果" in text
    assert "提出认定意见" not in text
    assert "认定处置决定书" not in text
    assert entered("nj-drc-handler1").get(f"/cases/{case}/dossier.pdf").status_code == 404
    assert entered("admin1").get(f"/cases/{case}/dossier.pdf").status_code == 404


def test_a_history_that_is_too_long_says_where_it_was_cut(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "MOST_ACTS", 3)
    _, text = taken("drc-handler1", case)
    assert re.search(r"办理记录共\d+条，以上为最近3条。", text)
