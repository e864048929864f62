"""The main job, as the README shows it: a real list in, every hand-off, each refusal, a verified audit trail."""

from __future__ import annotations

import re
import signal
import urllib.request

import pytest
from django.conf import settings

from config.demo.processes import DidNotStart, own_port
from tests.demo import FirstDemo
from tests.installation import Installation, eventually
from tools import demo_excerpt
from tools.demo_excerpt import BLOCK, README, RECORDS, excerpt, without_chance

HAND_OFF = re.compile(r"^  \d\d-\d\d \d\d:\d\d  XZ21-\d+ +\S+（\S+） +\S+ +→ \S+", re.MULTILINE)
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@pytest.fixture
def home(first_demo: FirstDemo) -> Installation:
    return first_demo.home


@pytest.fixture
def told(first_demo: FirstDemo) -> str:
    return first_demo.told


def test_the_readme_shows_what_it_prints(told: str) -> None:
    shown = BLOCK.search(README.read_text())
    assert shown is not None
    now, how = without_chance(excerpt(told)), "run: DEMO_EXIT=1 make demo | .venv/bin/python tools/demo_excerpt.py"
    assert without_chance(shown.group()) == now, how
    records, said = (RECORDS.search(text) for text in (told, shown.group()))
    assert records is not None
    assert said is not None
    more = [int(n) - int(m) for n, m in zip(records.groups(), said.groups(), strict=True)]
    assert all(0 <= n <= 40 for n in more), f"{how}: {more} more than the stories leave; papers are 17 and 15"


def test_an_excerpt_marks_what_it_leaves_out_and_misses_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_excerpt, "SHOWN", ("a", "b", "c"))
    assert excerpt("x\na1\n\nb\nx\nc\nx\n") == "a1\nb\n…\nc\n"
    with pytest.raises(LookupError, match="prints no line like c"):
        excerpt("a\nb\n")


def test_it_goes_every_way_and_ends_with_a_verified_trail(told: str) -> None:
    assert len(HAND_OFF.findall(told)) > 80
    for way in (
        "并案 ",
        "退回 ",
        "裁定退回",
        "审核误报排除",
        "供电企业退回停电函",
        "复核恢复供电",
        "出具加价电费账单",
        "登记回头看",
    ):
        assert re.search(rf"{way}.*→", told), way
    assert told.count("被拒：该计量点供居民生活用电") == 4, "one for each household"
    assert told.count("→ 办结  文号 徐整治结") == 2
    assert "待送 0 条" in told
    assert re.search(r"审计核验：\d+ 条记录、\d+ 条记录链，全部相符", told)
    assert f"密码均为 {settings.DEMO_PASSWORD}" in told
    assert told.endswith("演示已停止，数据保留在本机。\n")


def test_nothing_runs_after_its_end(told: str, home: Installation) -> None:
    assert home.state() == "stopped"
    assert home.processes() == []


def test_a_second_start_serves_what_is_there_until_make_is_killed(told: str, home: Installation) -> None:
    """The shell stands for make; nothing else tells the demo of its end."""
    home.prefix = ("sh", "-c", '"$@" --with-parent $$; :', "sh")
    make = home.popen("demo")
    assert make.stdout is not None
    said = ""
    while "按 Ctrl-C 停止" not in said:
        line = make.stdout.readline()
        assert line, said
        said += line
    home.prefix = ()
    assert "上次演示的数据还在" in said
    assert not HAND_OFF.search(said)
    found = ADDRESS.search(said)
    assert found is not None
    with urllib.request.urlopen(f"{found.group()}/healthz", timeout=10) as response:
        assert response.status == 200
    make.send_signal(signal.SIGKILL)
    make.communicate(timeout=60)  # its end of the pipe is closed by the demo's own end
    assert eventually(lambda: home.processes() == [])
    assert home.state() == "stopped"


def test_a_demo_of_which_another_stopped_half_way_finds_untouched_cases() -> None:
    """See `Play.find`; a whole second play would double the time of this file."""
    from config.demo.play import Play

    asked: dict[str, list[dict[str, object]]] = {
        "XZ21-1": [{"kind": "triage", "accepted_at": "2021-10-13T09:05:00+08:00"}],
        "XZ21-2": [{"kind": "triage", "accepted_at": None}, {"kind": "review_exclusion", "accepted_at": None}],
        "XZ21-3": [{"kind": "triage", "accepted_at": None}],
    }

    class Api:
        def call(self, method: str, path: str, **options: object) -> dict[str, object]:
            if path == "cases/":
                return {"results": [{"number": number} for number in asked]}
            return {"tasks": asked[path.removeprefix("cases/")]}

    play = Play("http://nowhere.invalid", "", print)
    play._people["drc-handler1"] = Api()  # type: ignore[assignment]
    assert play.find("居民用户") == "XZ21-3"
    with pytest.raises(RuntimeError, match="监测名单中没有无人办理过的“居民用户”案件。请从空库重新开始"):
        play.find("居民用户")


def test_two_demos_at_once_take_two_ports() -> None:
    """Also before their web servers listen: those would share one port, and each other's requests."""
    with own_port(None) as first:
        with own_port(None) as second:
            assert first != second
        with pytest.raises(DidNotStart, match=f"端口 {first} 已被占用"), own_port(first):
            pass
    with own_port(first) as again:
        assert again == first
